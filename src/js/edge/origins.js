import { ChatError } from '../error.js';

/**
 * A function of a request that gives its origin, and whether pages of that origin may call. Origins are compared exactly, without
 * wildcards, as browsers do it.
 */
export function allowList(origins = []) {
  if (!Array.isArray(origins)) throw new ChatError('input', 'allowedOrigins must be an array of origins such as https://app.example');
  const allowed = new Set(origins.map(originOf));
  const callerOf = (request) => {
    const origin = request.headers.get('origin');
    return { origin, isAllowed: origin !== null && allowed.has(origin) };
  };
  return Object.assign(callerOf, { has: (origin) => allowed.has(origin) });
}

/** The origin in `text`, or an error. An entry that could never match, by a path for example, would be found out late. */
function originOf(text) {
  try {
    const { origin, protocol, pathname } = new URL(text);
    if (/^https?:$/.test(protocol) && pathname === '/' && !/[\s?#@*]/.test(text)) return origin;
  } catch {
    // Not a URL: the error below says so.
  }
  throw new ChatError('input', `allowedOrigins: ${JSON.stringify(text)} is no origin such as https://app.example`);
}

/** Adds the headers with which a page of an allowed origin may read the response: never `*`, never with credentials. */
export function crossOrigin(headers, { origin, isAllowed }, exposed) {
  headers.append('vary', 'Origin');
  if (!isAllowed) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', exposed);
}

/** The response to a CORS preflight. It allows whatever headers are asked for, since clients send many of their own. */
export function preflight(request, caller) {
  const headers = new Headers({ 'access-control-max-age': '86400', allow: 'GET, POST, OPTIONS', 'x-content-type-options': 'nosniff' });
  headers.append('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  if (!caller.isAllowed) return new Response(null, { status: caller.origin === null ? 204 : 403, headers });
  headers.set('access-control-allow-origin', caller.origin);
  headers.set('access-control-allow-methods', 'GET, POST, OPTIONS');
  const asked = request.headers.get('access-control-request-headers');
  if (asked !== null) headers.set('access-control-allow-headers', asked);
  return new Response(null, { status: 204, headers });
}
