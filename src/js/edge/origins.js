import { ChatError } from '../error.js';

/** Who of the pages may call: a test of `Origin`, by exact comparison. Browsers compare no wildcards either. */
export function allowList(origins = []) {
  if (!Array.isArray(origins)) throw new ChatError('input', 'allowedOrigins must be an array of origins such as https://app.example');
  const allowed = new Set(origins.map(originOf));
  const callerOf = (request) => {
    const origin = request.headers.get('origin');
    return { origin, isAllowed: origin !== null && allowed.has(origin) };
  };
  return Object.assign(callerOf, { has: (origin) => allowed.has(origin) });
}

/** The origin that was meant, or an error: a list that matches nothing by a slash too many would be found out late. */
function originOf(text) {
  try {
    const { origin, protocol, pathname } = new URL(text);
    if (/^https?:$/.test(protocol) && pathname === '/' && !/[?#@*]/.test(text)) return origin;
  } catch {
    // Told below.
  }
  throw new ChatError('input', `allowedOrigins: ${JSON.stringify(text)} is no origin such as https://app.example`);
}

/** What a page needs to read the answer. Never `*`, never credentials. */
export function crossOrigin(headers, { origin, isAllowed }, exposed) {
  headers.append('vary', 'Origin');
  if (!isAllowed) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', exposed);
}

/** The answer to a page that asks before it calls. Clients' own headers are many and change: those asked for are allowed. */
export function preflight(request, caller) {
  const headers = new Headers({ 'access-control-max-age': '86400', allow: 'GET, POST, OPTIONS' });
  headers.append('vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers');
  if (!caller.isAllowed) return new Response(null, { status: caller.origin === null ? 204 : 403, headers });
  headers.set('access-control-allow-origin', caller.origin);
  headers.set('access-control-allow-methods', 'GET, POST, OPTIONS');
  const asked = request.headers.get('access-control-request-headers');
  if (asked !== null) headers.set('access-control-allow-headers', asked);
  return new Response(null, { status: 204, headers });
}
