// WordPress's admin-ajax.php: one door for every plugin's actions, chosen by the field `action`.

import { HTML_TYPE, JSON_TYPE, NO_CACHE, streamed, whole } from './answer.mjs';
import { powerActions } from './power.mjs';
import { pufferActions } from './puffer.mjs';
import { jsonEncode } from './php.mjs';
import { loginOf } from './request.mjs';

const [EXPIRES] = NO_CACHE;

/** @returns {Promise<import('./answer.mjs').Answer>} */
export async function serveAjax(site, request) {
  const call = new AjaxCall(site, request);
  // wp-admin/admin-ajax.php sends its CORS headers to the site's own origins only; a foreign preflight ends here.
  if (request.method === 'OPTIONS') return whole('other', call.isForeign ? 403 : 200, [HTML_TYPE, ...call.cors()]);
  call.fields = await request.fields();
  for (const [name, value] of request.query) if (!call.fields.has(name)) call.fields.set(name, value);
  if (request.method === 'GET' && call.fields.get('action') === 'rest-nonce' && call.login) {
    return call.html(200, site.nonces.make('wp_rest', { id: 1, login: call.login }));
  }
  const action = { ...powerActions(site), ...pufferActions(site) }[call.fields.get('action')];
  if (!action) return call.html(400, '0');
  return { ...(await action.serve(call)), kind: action.kind };
}

export class AjaxCall {
  constructor(site, request) {
    this.site = site;
    this.request = request;
    this.login = loginOf(request);
    const { origin } = request.headers;
    this.isForeign = origin !== undefined && origin !== site.origin;
  }

  cors() {
    const { origin } = this.request.headers;
    if (!origin || this.isForeign) return [];
    return [['Access-Control-Allow-Origin', origin], ['Access-Control-Allow-Credentials', 'true']];
  }

  headers() {
    return [
      ...this.cors(),
      ['X-Robots-Tag', 'noindex'],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'strict-origin-when-cross-origin'],
      ['X-Frame-Options', 'SAMEORIGIN'],
      ['Content-Security-Policy', "frame-ancestors 'self';"],
    ];
  }

  json(status, value) {
    return whole('other', status, [JSON_TYPE, ...this.headers(), ...NO_CACHE], jsonEncode(value));
  }

  html(status, text) {
    return whole('other', status, [HTML_TYPE, ...this.headers(), ...NO_CACHE], text);
  }

  /** @param {[string, string][]} [caching] */
  stream(body, message, type = 'text/event-stream;charset=UTF-8', caching = [['Cache-Control', 'no-cache']]) {
    return streamed('other', [['Content-Type', type], ...this.headers(), EXPIRES, ...caching], body, message);
  }
}
