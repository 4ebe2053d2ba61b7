// AI Engine (Meow Apps): its REST routes. One turn of the chat is in engine-submit.mjs.

import { NO_CACHE } from './answer.mjs';
import { ENGINES, forbidden, uploadUrl, visitor } from './engine-shared.mjs';
import { queryBot, submit } from './engine-submit.mjs';
import { hex } from './php.mjs';

const UI = '/mwai-ui/v1';
const ALLOW = [['Allow', 'POST']];

export function engineRoutes(site) {
  const { engine, chatbots } = site.options;
  const version = ENGINES[engine];
  if (!version) return {};
  const post = { methods: ['POST'], kind: 'other' };
  return {
    ...(version.hasSession && {
      '/mwai/v1/start_session': {
        ...post,
        kind: 'session',
        allow: ALLOW,
        serve: startSession,
        before: version.setsCookies ? phpSession : undefined,
      },
    }),
    ...(engine !== '2.0.9' && {
      '/mwai/v1/simpleChatbotQuery': { ...post, kind: 'chat', serve: query, before: phpSession },
      '/mwai/v1/simpleFileUpload': { ...post, serve: uploadWithKey, before: phpSession },
    }),
    [UI]: { methods: ['GET'], serve: index },
    [`${UI}/files/upload`]: { ...post, serve: upload },
    ...(chatbots && { [`${UI}/chats/submit`]: { ...post, kind: 'chat', serve: submit } }),
    [`${UI}/discussions/list`]: { ...post, serve: discussions },
  };
}

function startSession(call) {
  const { site } = call;
  // With a login cookie and no nonce, core makes the visitor a guest, but the token of the login goes into the nonce:
  // what comes out fits neither (start-session-logged-in-cookie).
  const restNonce = site.nonces.make('wp_rest', { id: 0, login: call.login });
  const old = ENGINES[site.options.engine].setsCookies ? visitor(call) : call.request.cookies.mwai_session_id ?? 'N/A';
  return call.json(200, { success: true, sessionId: old, restNonce, ...call.freshNonce }, ALLOW);
}

/** `session_start()` of PHP, with the headers that it sends along. */
export function phpSession({ request }) {
  return [
    ...(request.cookies.PHPSESSID ? [] : [['Set-Cookie', `PHPSESSID=${hex(26)}; path=/`]]),
    ['Expires', 'Thu, 19 Nov 1981 08:52:00 GMT'],
    ['Cache-Control', 'no-store, no-cache, must-revalidate'],
    ['Pragma', 'no-cache'],
  ];
}

function index(call) {
  const root = call.site.restRoot.replace(/\/$/, '');
  const routes = ['/files/upload', '/files/list', '/files/delete', '/chats/submit', '/editor/submit'];
  const optional = (value) => ({ default: value, required: false });
  const args = { namespace: optional('mwai-ui/v1'), context: optional('view') };
  const entry = (route, methods, given) => [route, {
    namespace: 'mwai-ui/v1',
    methods,
    endpoints: [{ methods, args: given }],
    _links: { self: [{ href: root + route }] },
  }];
  const list = [entry(UI, ['GET'], args), ...routes.map((route) => entry(UI + route, ['POST'], []))];
  const value = { namespace: 'mwai-ui/v1', routes: Object.fromEntries(list), _links: { up: [{ href: `${root}/` }] } };
  return call.json(200, value, [['Allow', 'GET']]);
}

async function upload(call) {
  if (!call.request.headers['x-wp-nonce']) return forbidden(call);
  const fields = await call.request.fields();
  const file = fields.get('file');
  if (!(file instanceof File)) return call.json(400, { success: false, message: 'No file provided.' });
  if (!fields.get('purpose')) return call.json(400, { success: false, message: 'Purpose is required.' });
  if (!/\.(png|jpe?g|webp|gif|pdf|txt)$/.test(file.name)) return call.json(400, { success: false, message: 'Invalid file type.' });
  visitor(call);
  const id = hex(32);
  call.site.files.add(id);
  return call.json(200, { success: true, data: { id, url: uploadUrl(call.site, id, file.name.split('.').at(-1)) } });
}

/** The public API, which takes the site's key and no nonce. */
function hasKey({ site, request }) {
  return site.options.apiKey !== '' && request.headers.authorization === `Bearer ${site.options.apiKey}`;
}

function query(call) {
  return hasKey(call) ? withHeaders(queryBot(call)) : forbidden(call);
}

/** What core adds to an answer to a request with leave, in the place of the session's own. */
function withHeaders(answer) {
  const replaced = new Set(['Allow', 'Expires', 'Cache-Control']);
  return { ...answer, headers: [...answer.headers.filter(([name]) => !replaced.has(name)), ...ALLOW, ...NO_CACHE] };
}

function uploadWithKey(call) {
  if (!hasKey(call)) return forbidden(call);
  const id = hex(32);
  call.site.files.add(id);
  return withHeaders(call.json(200, { success: true, data: { id, url: uploadUrl(call.site, id) } }));
}

function discussions(call) {
  return call.json(200, { success: false, message: 'You need to be connected.' }, ALLOW);
}
