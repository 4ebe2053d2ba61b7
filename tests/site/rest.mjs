// WordPress's REST server: what core decides before and after a plugin's route. Nonce and login, JSON bodies, routes,
// CORS. (wp-includes/rest-api.php: rest_cookie_check_errors, rest_send_cors_headers.)

import { JSON_TYPE, NO_CACHE, streamed, whole } from './answer.mjs';
import { engineRoutes } from './engine.mjs';
import { GUEST } from './nonce.mjs';
import { CRITICAL_ERROR, jsonEncode } from './php.mjs';
import { pufferRoutes } from './puffer-rest.mjs';
import { loginOf } from './request.mjs';

/** @returns {Promise<import('./answer.mjs').Answer>} */
export async function serveRest(site, request, path) {
  const call = new RestCall(site, request, path);
  const routes = { ...engineRoutes(site), ...pufferRoutes(site) };
  const [route, handler] = Object.entries(routes).find(([pattern]) => matches(pattern, path)) ?? [];
  // The session cookie of AI Engine is set as the plugin loads for this path, whatever becomes of the call.
  call.before = handler?.before?.(call) ?? [];
  if (call.age === 0) return call.refuse(403, 'rest_cookie_invalid_nonce', 'Cookie check failed', NO_CACHE);
  if (request.method === 'OPTIONS' && handler) return call.json(200, describe(call, route, handler), handler.allow);
  if (!handler || !handler.methods.includes(request.method)) {
    return call.refuse(404, 'rest_no_route', 'No route was found matching the URL and request method.');
  }
  if (call.brokenJson) return call.invalidJson();
  const answer = await handler.serve(call, path);
  return { ...answer, kind: handler.kind ?? 'other' };
}

export class RestCall {
  constructor(site, request, path) {
    this.site = site;
    this.request = request;
    this.path = path;
    this.login = loginOf(request);
    const nonce = request.query.get('_wpnonce') ?? request.headers['x-wp-nonce'];
    const user = this.user = this.login ? { id: 1, login: this.login } : GUEST;
    /** undefined without a nonce, else as `Nonces.verify` */
    this.age = nonce === undefined ? undefined : site.nonces.verify(nonce, 'wp_rest', user);
    this.before = [];
    this.cookie = [];
    this.#readJson();
  }

  #readJson() {
    /** @type {Record<string, any> | null} null unless the body came as JSON */
    this.params = null;
    if (!/^application\/([\w.+-]+\+)?json/i.test(this.request.headers['content-type'] ?? '')) return;
    if (this.request.text === '') return;
    try {
      const value = JSON.parse(this.request.text);
      this.params = value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
    } catch {
      this.brokenJson = true;
    }
  }

  /** A nonce of the period before: the plugin hands out the current one. */
  get freshNonce() {
    return this.age === 2 ? { new_token: this.site.nonces.make('wp_rest') } : {};
  }

  headers() {
    const nonce = this.age ? [['X-WP-Nonce', this.site.nonces.make('wp_rest', this.user)]] : [];
    return [
      ...this.before,
      ['X-Robots-Tag', 'noindex'],
      ['Link', `<${this.site.restRoot}>; rel="https://api.w.org/"`],
      ['X-Content-Type-Options', 'nosniff'],
      ['Access-Control-Expose-Headers', 'X-WP-Total, X-WP-TotalPages, Link'],
      ['Access-Control-Allow-Headers', 'Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type'],
      ...nonce,
      ...this.cookie,
    ];
  }

  json(status, value, extra = []) {
    // Headers set later replace: a refusal's Cache-Control takes the place of the session's.
    const replaced = new Set(extra.map(([name]) => name));
    const headers = this.headers().filter(([name]) => !replaced.has(name));
    return whole('other', status, [JSON_TYPE, ...headers, ...extra, ...this.#cors()], jsonEncode(value));
  }

  /** An event stream is written from inside the callback, so core never comes to add its CORS headers. */
  stream(body, message) {
    const type = ['Content-Type', 'text/event-stream;charset=UTF-8'];
    return streamed('other', [type, ...this.headers(), ['Cache-Control', 'no-cache']], body, message);
  }

  refuse(status, code, message, extra) {
    return this.json(status, { code, message, data: { status } }, extra);
  }

  criticalError() {
    return this.json(500, CRITICAL_ERROR_ANSWER, NO_CACHE);
  }

  invalidJson() {
    const data = { status: 400, json_error_code: 4, json_error_message: 'Syntax error' };
    return this.json(400, { code: 'rest_invalid_json', message: 'Invalid JSON body passed.', data });
  }

  #cors() {
    const { origin } = this.request.headers;
    if (!origin) return this.request.method === 'GET' ? [['Vary', 'Origin']] : [];
    return [
      ['Access-Control-Allow-Origin', origin],
      ['Access-Control-Allow-Methods', 'OPTIONS, GET, POST, PUT, PATCH, DELETE'],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Vary', 'Origin'],
    ];
  }
}

const CRITICAL_ERROR_ANSWER = {
  code: 'internal_server_error',
  message: CRITICAL_ERROR,
  data: { status: 500 },
  additional_errors: [],
};

function matches(pattern, path) {
  return new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path.replace(/\/$/, ''));
}

function describe(call, route, { methods }) {
  const [, namespace] = route.match(/^\/([^/]+\/[^/]+)/);
  return {
    namespace,
    methods,
    endpoints: [{ methods, args: [] }],
    _links: { self: [{ href: call.site.restRoot.replace(/\/$/, '') + route }] },
  };
}
