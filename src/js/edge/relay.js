import { ChatError } from '../error.js';
import { ownProperties, refuseUnknown } from '../options.js';
import { authorizer } from './authorize.js';
import { readBytes } from './body.js';
import { checkPositive, MAX_RELAY_BYTES } from './limits.js';
import { allowList, crossOrigin, preflight } from './origins.js';
import { Refusal } from './refusal.js';
import { isBody, isPage, routeOf } from './routes.js';

/** Default of `timeout`: milliseconds until the head of the response, and between two chunks of its body. */
const TIMEOUT_MS = 120_000;

const MAX_REDIRECTS = 5;

const OPTIONS = ['allow', 'pages', 'allowedOrigins', 'authorize', 'forwardAuthorization', 'maxBodyBytes', 'timeout', 'fetch'];

/** Request headers that are forwarded. Cookies, the caller's address, keys and whatever else a browser or a proxy adds are not. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'cache-control', 'content-type', 'x-wp-nonce'];
/** Response headers that are forwarded. */
const RESPONSE_HEADERS = ['cache-control', 'content-type', 'retry-after', 'retry-after-ms', 'x-wp-nonce'];

/** Response headers that a page of another origin may read beside the few that it always may. */
const EXPOSED = 'retry-after, retry-after-ms, x-wp-nonce';

/**
 * A handler that forwards a page's requests to the sites of `allow` and nowhere else, for the option `proxy` of a provider in that page.
 * `https://edge.example/relay/https://shop.example/wp-json/…` is forwarded to `https://shop.example/wp-json/…`.
 */
export function createRelay(options) {
  const given = ownProperties(options);
  refuseUnknown(given, OPTIONS, 'createRelay');
  const {
    allow, pages = [], allowedOrigins = [], authorize, forwardAuthorization = false, maxBodyBytes = MAX_RELAY_BYTES, timeout = TIMEOUT_MS, fetch,
  } = given;
  const forwardedRoute = forwardedRoutes(allow, pages);
  const callerOf = allowList(allowedOrigins);
  const isAllowedTo = authorizer(authorize);
  const isAuthorized = async (request, env) => {
    try {
      return await isAllowedTo(request, env);
    } catch {
      return false;
    }
  };
  // A GET of a page to its own origin has no `Origin`, but `Sec-Fetch-Site`, which scripts cannot set.
  const isOwnPage = (request) =>
    request.headers.get('sec-fetch-site') === 'same-origin' && callerOf.has(new URL(request.url).origin);
  if (typeof forwardAuthorization !== 'boolean') throw new ChatError('input', 'forwardAuthorization must be true or false');
  const forwarded = forwardAuthorization ? [...REQUEST_HEADERS, 'authorization'] : REQUEST_HEADERS;
  checkPositive({ maxBodyBytes, timeout });
  const send = (url, init) => (fetch ?? globalThis.fetch)(url, init);

  return async function relay(request, env) {
    const caller = callerOf(request);
    if (request.method === 'OPTIONS') return preflight(request, caller);
    const answer = (status, message, more = {}) => {
      const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store', ...more });
      crossOrigin(headers, caller, EXPOSED);
      return new Response(JSON.stringify({ error: { message: `relay: ${message}` } }), { status, headers });
    };
    // A page whose origin is not listed could not read the response, so nothing is sent for it either.
    if (caller.origin !== null && !caller.isAllowed) return answer(403, 'this origin is not allowed');
    // A request without `Origin` does not come from a page of another origin. It is served for a page of the relay's own, or by `authorize`.
    if (caller.origin === null && !(isOwnPage(request) || (await isAuthorized(request, env)))) {
      return answer(401, 'a request without Origin is no page of yours: set authorize to serve it');
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      return answer(405, 'only GET and POST are forwarded', { allow: 'GET, POST, OPTIONS' });
    }
    const url = forwardedUrl(request.url);
    if (url === undefined) return answer(400, 'the address of a site must follow: …/relay/https://shop.example/…');
    const route = forwardedRoute(url, request.method);
    if (route === undefined) return answer(403, 'this address is not one that is forwarded to: allow lists the sites, and pages their pages');

    const deadline = new Deadline(timeout, request.signal);
    try {
      const init = { method: request.method, headers: pick(request.headers, forwarded), redirect: 'manual', signal: deadline.signal };
      if (request.method === 'POST') {
        // Reads the whole body, since its content decides whether it is forwarded.
        const body = await readBytes(request, maxBodyBytes);
        if (!isBody(route.body, request.headers.get('content-type'), body)) return deadline.end(answer(403, 'this body is not one of the protocols that are forwarded'));
        if (body.length > 0) init.body = body;
      }
      const response = await follow(url, init, forwardedRoute, send);
      if (typeof response === 'string') return deadline.end(answer(502, response));
      const headers = pick(response.headers, RESPONSE_HEADERS);
      crossOrigin(headers, caller, EXPOSED);
      headers.set('x-content-type-options', 'nosniff');
      // A site's response is data for rivulet. Opened as a page, it must not run under the relay's origin.
      headers.set('content-security-policy', "default-src 'none'; sandbox");
      return new Response(deadline.limited(response.body), { status: response.status, headers });
    } catch (error) {
      // `readBytes` throws a refusal; a `fetch` may wrap one in an error of its own.
      const refusal = [error, error?.cause].find((one) => one instanceof Refusal);
      if (refusal) return deadline.end(answer(refusal.status, refusal.message));
      if (deadline.isLate) return deadline.end(answer(504, `the site sent no answer within ${timeout} ms`));
      // The error's own message is not shown, since it may name addresses inside the platform.
      return deadline.end(answer(502, 'the site could not be reached'));
    }
  };
}

/**
 * A function of URL and method that gives the route of a request that is forwarded: one of the listed sites' routes, or a listed page,
 * which may hold a nonce. It gives `undefined` for any other request.
 */
function forwardedRoutes(allow, pages) {
  if (!Array.isArray(allow) || allow.length === 0) {
    throw new ChatError('input', 'allow must list the sites to forward to, such as https://shop.example');
  }
  if (!Array.isArray(pages)) throw new ChatError('input', 'pages must list pages of those sites, such as https://shop.example/chat/');
  const sites = allow.map((text) => addressOf(text, 'allow'));
  const listed = [...sites, ...pages.map((text) => addressOf(text, 'pages'))];
  const page = { body: 'none' };
  return (url, method) => {
    if (method === 'GET' && listed.some((site) => isPage(site, url))) return page;
    for (const site of sites) {
      const route = routeOf(site, url, method);
      if (route !== undefined) return route;
    }
    return undefined;
  };
}

/** The address in `text`, or an error. An entry that could never match would be found out late. */
function addressOf(text, name) {
  const address = typeof text === 'string' && text === text.trim() && URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = address && /^https?:$/.test(address.protocol) && !address.username && !address.password && !address.hash;
  if (isPlain && !address.hostname.includes('*')) return address;
  throw new ChatError('input', `${name}: ${JSON.stringify(text)} is no address such as https://shop.example, without blanks, wildcards, user and fragment`);
}

/** The address that follows the relay's own in the path. Some servers make one slash of the two behind `https:`. */
function forwardedUrl(url) {
  const { pathname, search } = new URL(url);
  const [, scheme, rest] = /\/(https?):\/{1,2}(.*)$/.exec(pathname) ?? [];
  const text = `${scheme}://${rest}${search}`;
  if (scheme === undefined || !URL.canParse(text)) return undefined;
  const target = new URL(text);
  return target.username || target.password ? undefined : target;
}

function pick(headers, names) {
  const picked = new Headers();
  for (const name of names) if (headers.has(name)) picked.set(name, headers.get(name));
  return picked;
}

/** The response, after redirects of a GET to addresses that are forwarded to. For any other redirect a string that says why not. */
async function follow(url, init, forwardedRoute, send) {
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await send(url.href, init);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    response.body?.cancel().catch(() => {});
    url = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (url === undefined || forwardedRoute(url, init.method) === undefined) return 'the site redirects to an address that is not forwarded to';
    // A POST is not repeated at another address, since its message must not go where nobody sent it.
    if (init.method !== 'GET') return `the site redirects: give ${url.origin} as its address`;
  }
  return 'the site redirects in circles';
}

/** The time limit of a forwarded request, and the signal that stops it, until the last byte of its response. */
class Deadline {
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

  /** Stops the clock. Returns `result`, so that a caller can end and return at once. */
  end(result) {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#stop);
    return result;
  }

  /** The body under the same limit. A chunk is read when the consumer asks for one. */
  limited(body) {
    // The clock runs only while a chunk is being read, since a slow consumer is no stall of the site.
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
