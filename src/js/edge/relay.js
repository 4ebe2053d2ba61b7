import { ChatError } from '../error.js';
import { ownProperties } from '../options.js';
import { authorizer } from './authorize.js';
import { readBytes } from './body.js';
import { checkPositive, MAX_BODY_BYTES } from './limits.js';
import { allowList, crossOrigin, preflight } from './origins.js';
import { Refusal } from './refusal.js';
import { isBody, routeOf } from './routes.js';

/** Default of `timeout`: milliseconds until the head of the response, and between two chunks of its body. */
const TIMEOUT_MS = 120_000;

const MAX_REDIRECTS = 5;

<<<<<<< HEAD
/** Request headers that are forwarded. Cookies, the caller's address and whatever else a browser or a proxy adds are not. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'authorization', 'cache-control', 'content-type', 'x-wp-nonce'];
/** Response headers that are forwarded. */
=======
/** Cookies, addresses of the caller, keys, and whatever else a browser or a proxy adds stay here. */
const REQUEST_HEADERS = ['accept', 'accept-language', 'cache-control', 'content-type', 'x-wp-nonce'];
>>>>>>> main
const RESPONSE_HEADERS = ['cache-control', 'content-type', 'retry-after', 'retry-after-ms', 'x-wp-nonce'];

/** Response headers that a page of another origin may read beside the few that it always may. */
const EXPOSED = 'retry-after, retry-after-ms, x-wp-nonce';

<<<<<<< HEAD
/** Paths that the WordPress providers send requests to, below any REST root. */
const ROUTES = /\/(mwai\/v1\/start_session|mwai-ui\/v1\/chats\/submit|aipkit\/v1\/chat\/\w+\/message)$/;

=======
>>>>>>> main
/**
 * A handler that forwards a page's requests to the sites of `allow` and nowhere else, for the option `proxy` of a provider in that page.
 * `https://edge.example/relay/https://shop.example/wp-json/…` is forwarded to `https://shop.example/wp-json/…`.
 */
export function createRelay(options) {
<<<<<<< HEAD
  const { allow, allowedOrigins = [], maxBodyBytes = MAX_BODY_BYTES, timeout = TIMEOUT_MS, fetch } = ownProperties(options);
  const isForwarded = forwardedAddresses(allow);
=======
  const {
    allow, pages = [], allowedOrigins = [], authorize, forwardAuthorization = false, maxBodyBytes = MAX_BODY_BYTES, timeout = TIMEOUT_MS, fetch,
  } = ownProperties(options);
  const target = targets(allow, pages);
>>>>>>> main
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
    // Without an origin it is no page, and needs another reason to be served.
    if (caller.origin === null && !(isOwnPage(request) || (await isAuthorized(request, env)))) {
      return answer(401, 'a request without Origin is no page of yours: set authorize to serve it');
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      return answer(405, 'only GET and POST are forwarded', { allow: 'GET, POST, OPTIONS' });
    }
    const url = forwardedUrl(request.url);
    if (url === undefined) return answer(400, 'the address of a site must follow: …/relay/https://shop.example/…');
<<<<<<< HEAD
    if (!isForwarded(url, request.method)) return answer(403, 'this address is not one that is forwarded to');
=======
    const route = target(url, request.method);
    if (route === undefined) return answer(403, 'this address is not one that is forwarded to');
>>>>>>> main

    const deadline = new Deadline(timeout, request.signal);
    try {
<<<<<<< HEAD
      refuseLength(request, maxBodyBytes);
      const init = { method: request.method, headers: pick(request.headers, REQUEST_HEADERS), redirect: 'manual', signal: deadline.signal };
      if (request.method === 'POST' && request.body) {
        init.body = bounded(request.body, maxBodyBytes);
        // The Fetch standard demands this for a body that is a stream.
        init.duplex = 'half';
=======
      const init = { method: request.method, headers: pick(request.headers, forwarded), redirect: 'manual', signal: watch.signal };
      if (request.method === 'POST') {
        // Whole, since what is in it decides whether it goes on.
        const body = await readBytes(request, maxBodyBytes);
        if (!isBody(route.body, request.headers.get('content-type'), body)) return watch.end(answer(403, 'this body is not one of the protocols that are forwarded'));
        if (body.length > 0) init.body = body;
>>>>>>> main
      }
      const response = await follow(url, init, isForwarded, send);
      if (typeof response === 'string') return deadline.end(answer(502, response));
      const headers = pick(response.headers, RESPONSE_HEADERS);
      crossOrigin(headers, caller, EXPOSED);
      headers.set('x-content-type-options', 'nosniff');
      // A site's response is data for rivulet. Opened as a page, it must not run under the relay's origin.
      headers.set('content-security-policy', "default-src 'none'; sandbox");
      return new Response(deadline.limited(response.body), { status: response.status, headers });
    } catch (error) {
      // A body that is refused fails the fetch that sends it, which may wrap the refusal in an error of its own.
      const refusal = [error, error?.cause].find((one) => one instanceof Refusal);
      if (refusal) return deadline.end(answer(refusal.status, refusal.message));
      if (deadline.isLate) return deadline.end(answer(504, `the site sent no answer within ${timeout} ms`));
      // The error's own message is not shown, since it may name addresses inside the platform.
      return deadline.end(answer(502, 'the site could not be reached'));
    }
  };
}

<<<<<<< HEAD
/**
 * A function of URL and method that says whether a request is forwarded: to the routes of the listed sites, and to the listed pages
 * themselves, which may hold a nonce.
 */
function forwardedAddresses(allow) {
=======
/** Which addresses are forwarded to: routes of the listed sites, and the listed pages themselves (for nonces in pages). */
function targets(allow, pages) {
>>>>>>> main
  if (!Array.isArray(allow) || allow.length === 0) {
    throw new ChatError('input', 'allow must list the sites to forward to, such as https://shop.example');
  }
  if (!Array.isArray(pages)) throw new ChatError('input', 'pages must list pages of those sites, such as https://shop.example/chat/');
  const sites = allow.map((text) => addressOf(text, 'allow'));
  const listed = [...sites, ...pages.map((text) => addressOf(text, 'pages'))];
  const slashed = (path) => path.replace(/\/*$/, '/');
  const page = { body: 'none' };
  return (url, method) => {
<<<<<<< HEAD
    const sameOrigin = sites.filter((site) => site.origin === url.origin);
    if (sameOrigin.length === 0) return false;
    const path = url.pathname;
    // Sites without pretty permalinks have the route in the query.
    const route = url.searchParams.get('rest_route') ?? path;
    if (ROUTES.test(route) || path.endsWith('/wp-admin/admin-ajax.php')) return true;
    return method === 'GET' && sameOrigin.some((site) => slashed(site.pathname) === slashed(path) && site.search === url.search);
  };
}

/** The address that follows the relay's own in the path. Some servers make one slash of the two behind `https:`. */
function forwardedUrl(url) {
=======
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
>>>>>>> main
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
async function follow(url, init, isForwarded, send) {
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const response = await send(url.href, init);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    response.body?.cancel().catch(() => {});
    url = URL.canParse(location, url) ? new URL(location, url) : undefined;
<<<<<<< HEAD
    if (url === undefined || !isForwarded(url, init.method)) return 'the site redirects to an address that is not forwarded to';
    // A POST is not repeated: its body was streamed, and is gone.
=======
    if (url === undefined || target(url, init.method) === undefined) return 'the site redirects to an address that is not forwarded to';
    // The body is sent already, and a site that redirects did not read it.
>>>>>>> main
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
