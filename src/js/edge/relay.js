import { ChatError } from '../error.js';
import { ownProperties } from '../options.js';
import { authorizer } from './authorize.js';
import { readBytes } from './body.js';
import { checkPositive, MAX_BODY_BYTES } from './limits.js';
import { allowList, crossOrigin, preflight } from './origins.js';
import { Refusal } from './refusal.js';
import { isBody, routeOf } from './routes.js';

/** From the request to the head of the answer, and between two pieces of its body. Milliseconds. */
const TIMEOUT_MS = 120_000;

const MAX_REDIRECTS = 5;

/** Cookies, addresses of the caller, keys, and whatever else a browser or a proxy adds stay here. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'cache-control', 'content-type', 'x-wp-nonce'];
const RESPONSE_HEADERS = ['cache-control', 'content-type', 'retry-after', 'retry-after-ms', 'x-wp-nonce'];

/** Those that a page of another origin reads only where it is said that it may. */
const EXPOSED = 'retry-after, retry-after-ms, x-wp-nonce';

/**
 * A handler that forwards a page's calls to the sites of `allow` and nowhere else: for `proxy` of a provider in the page.
 * `https://edge.example/relay/https://shop.example/wp-json/…` asks `https://shop.example/wp-json/…`.
 */
export function createRelay(options) {
  const {
    allow, pages = [], allowedOrigins = [], authorize, forwardAuthorization = false, maxBodyBytes = MAX_BODY_BYTES, timeout = TIMEOUT_MS, fetch,
  } = ownProperties(options);
  const target = targets(allow, pages);
  const callerOf = allowList(allowedOrigins);
  const isAllowedTo = authorizer(authorize);
  const isAuthorized = async (request, env) => {
    try {
      return await isAllowedTo(request, env);
    } catch {
      return false;
    }
  };
  // A page that asks its own origin by GET sends no `Origin`, but says so in a header that scripts cannot set.
  const isOwnPage = (request) =>
    request.headers.get('sec-fetch-site') === 'same-origin' && callerOf.has(new URL(request.url).origin);
  if (typeof forwardAuthorization !== 'boolean') throw new ChatError('input', 'forwardAuthorization must be true or false');
  const forwarded = forwardAuthorization ? [...REQUEST_HEADERS, 'authorization'] : REQUEST_HEADERS;
  checkPositive({ maxBodyBytes, timeout });
  const ask = (url, init) => (fetch ?? globalThis.fetch)(url, init);

  return async function relay(request, env) {
    const caller = callerOf(request);
    if (request.method === 'OPTIONS') return preflight(request, caller);
    const answer = (status, message, more = {}) => {
      const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store', ...more });
      crossOrigin(headers, caller, EXPOSED);
      return new Response(JSON.stringify({ error: { message: `relay: ${message}` } }), { status, headers });
    };
    // A page of another origin that is not listed could not read the answer; it need not send anything either.
    if (caller.origin !== null && !caller.isAllowed) return answer(403, 'this origin is not allowed');
    // Without an origin it is no page, and needs another reason to be served.
    if (caller.origin === null && !(isOwnPage(request) || (await isAuthorized(request, env)))) {
      return answer(401, 'a request without Origin is no page of yours: set authorize to serve it');
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      return answer(405, 'only GET and POST are forwarded', { allow: 'GET, POST, OPTIONS' });
    }
    const url = wanted(request.url);
    if (url === undefined) return answer(400, 'the address of a site must follow: …/relay/https://shop.example/…');
    const route = target(url, request.method);
    if (route === undefined) return answer(403, 'this address is not one that is forwarded to');

    const watch = new Watch(timeout, request.signal);
    try {
      const init = { method: request.method, headers: pick(request.headers, forwarded), redirect: 'manual', signal: watch.signal };
      if (request.method === 'POST') {
        // Whole, since what is in it decides whether it goes on.
        const body = await readBytes(request, maxBodyBytes);
        if (!isBody(route.body, request.headers.get('content-type'), body)) return watch.end(answer(403, 'this body is not one of the protocols that are forwarded'));
        if (body.length > 0) init.body = body;
      }
      const response = await follow(url, init, target, ask);
      if (typeof response === 'string') return watch.end(answer(502, response));
      const headers = pick(response.headers, RESPONSE_HEADERS);
      crossOrigin(headers, caller, EXPOSED);
      headers.set('x-content-type-options', 'nosniff');
      // What a site sends is text for rivulet; opened as a page it must not run under the relay's origin.
      headers.set('content-security-policy', "default-src 'none'; sandbox");
      return new Response(watch.over(response.body), { status: response.status, headers });
    } catch (error) {
      // What fails the body fails the fetch that sends it, which may wrap it.
      const refusal = [error, error?.cause].find((one) => one instanceof Refusal);
      if (refusal) return watch.end(answer(refusal.status, refusal.message));
      if (watch.isLate) return watch.end(answer(504, `the site sent no answer within ${timeout} ms`));
      // Its words may name addresses inside the platform.
      return watch.end(answer(502, 'the site could not be reached'));
    }
  };
}

/** Which addresses are forwarded to: routes of the listed sites, and the listed pages themselves (for nonces in pages). */
function targets(allow, pages) {
  if (!Array.isArray(allow) || allow.length === 0) {
    throw new ChatError('input', 'allow must list the sites to forward to, such as https://shop.example');
  }
  if (!Array.isArray(pages)) throw new ChatError('input', 'pages must list pages of those sites, such as https://shop.example/chat/');
  const sites = allow.map((text) => addressOf(text, 'allow'));
  const listed = [...sites, ...pages.map((text) => addressOf(text, 'pages'))];
  const slashed = (path) => path.replace(/\/*$/, '/');
  const page = { body: 'none' };
  return (url, method) => {
    const isPage = (site) => site.origin === url.origin && slashed(site.pathname) === slashed(url.pathname) && site.search === url.search;
    if (method === 'GET' && listed.some(isPage)) return page;
    for (const site of sites) {
      const route = routeOf(site, url, method);
      if (route !== undefined) return route;
    }
    return undefined;
  };
}

/** An address that somebody can be meant by, or an error: a list that matches nothing would be found out late. */
function addressOf(text, name) {
  const address = typeof text === 'string' && text === text.trim() && URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = address && /^https?:$/.test(address.protocol) && !address.username && !address.password && !address.hash;
  if (isPlain && !address.hostname.includes('*')) return address;
  throw new ChatError('input', `${name}: ${JSON.stringify(text)} is no address such as https://shop.example, without blanks, wildcards, user and fragment`);
}

/** The address behind the relay's own. Some servers make one slash of two. */
function wanted(url) {
  const { pathname, search } = new URL(url);
  const [, scheme, rest] = /\/(https?):\/{1,2}(.*)$/.exec(pathname) ?? [];
  const text = `${scheme}://${rest}${search}`;
  if (scheme === undefined || !URL.canParse(text)) return undefined;
  const wanted = new URL(text);
  return wanted.username || wanted.password ? undefined : wanted;
}

function pick(headers, names) {
  const picked = new Headers();
  for (const name of names) if (headers.has(name)) picked.set(name, headers.get(name));
  return picked;
}

/** Follows what may be followed: a GET, to an address that is forwarded to. Words where it may not. */
async function follow(url, init, target, ask) {
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await ask(url.href, init);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    response.body?.cancel().catch(() => {});
    url = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (url === undefined || target(url, init.method) === undefined) return 'the site redirects to an address that is not forwarded to';
    // The body is sent already, and a site that redirects did not read it.
    if (init.method !== 'GET') return `the site redirects: give ${url.origin} as its address`;
  }
  return 'the site redirects in circles';
}

/** One clock and one way to stop, from the request to the last byte. */
class Watch {
  #controller = new AbortController();
  #ms;
  #timer;
  #caller;
  isLate = false;

  constructor(ms, caller) {
    this.#ms = ms;
    this.#caller = caller;
    caller?.addEventListener('abort', this.#stop);
    if (caller?.aborted) this.#stop();
    this.#wait();
  }

  get signal() {
    return this.#controller.signal;
  }

  #stop = () => this.#controller.abort();

  #wait() {
    this.#timer = setTimeout(() => {
      this.isLate = true;
      this.#stop();
    }, this.#ms);
  }

  end(result) {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#stop);
    return result;
  }

  /** The body under the same watch, a chunk when somebody wants one. */
  over(body) {
    // A slow reader is no stall of the site: the clock runs while a chunk is asked for.
    clearTimeout(this.#timer);
    if (body === null) return this.end(null);
    const reader = body.getReader();
    return new ReadableStream({
      pull: async (controller) => {
        try {
          this.#wait();
          const { value, done } = await reader.read();
          clearTimeout(this.#timer);
          if (done) this.end(controller.close());
          else controller.enqueue(value);
        } catch (error) {
          this.end(controller.error(error));
        }
      },
      cancel: (reason) => {
        this.end();
        this.#stop();
        return reader.cancel(reason).catch(() => {});
      },
    }, { highWaterMark: 0 });
  }
}
