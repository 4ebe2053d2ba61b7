// Which requests the relay forwards: exactly those of the WordPress protocols. PHP reads an address in more than one way
// (`rest.route` is `rest_route`, the last of two parameters counts, `/x.php/y` runs x.php), so everything here is compared whole, and
// what is not written as rivulet writes it is refused.

/** Routes below the REST root, each with its method and the kind of its body (see `isBody`). One holds a bot's id. */
const REST_ROUTES = [
  { route: /^\/mwai\/v1\/start_session$/, method: 'POST', body: 'empty' },
  { route: /^\/mwai-ui\/v1\/chats\/submit$/, method: 'POST', body: 'submit' },
  { route: /^\/mwai-ui\/v1\/files\/upload$/, method: 'POST', body: 'upload' },
  { route: /^\/mwai\/v1\/simpleChatbotQuery$/, method: 'POST', body: 'query' },
  { route: /^\/mwai\/v1\/simpleFileUpload$/, method: 'POST', body: 'file' },
  { route: /^\/aipkit\/v1\/generate$/, method: 'POST', body: 'generate' },
  { route: /^\/aipkit\/v1\/chat\/[A-Za-z0-9]+\/message$/, method: 'POST', body: 'message' },
];

/** Members of the JSON that each kind of body may have: those of the protocol, so that no parameter of WordPress (`_method`) passes. */
const MEMBERS = {
  submit: [
    'botId', 'customId', 'contextId', 'session', 'chatId', 'messages', 'newMessage', 'newFileId', 'newFileIds',
    'newImageId', 'stream', 'previousResponseId', 'shortcutId',
  ],
  query: ['botId', 'message', 'chatId', 'fileId', 'fileIds'],
  file: ['base64', 'filename', 'purpose'],
  generate: ['provider', 'model', 'messages'],
  message: ['messages', 'conversation_uuid'],
};

/** Which fields each `action` of admin-ajax.php may have (a key of `FIELDS`), by method. */
const ACTIONS = {
  POST: {
    wpaicg_chatbox_message: ['classic'],
    wpaicg_chat_shortcode_message: ['classic'],
    aipkit_get_frontend_chat_nonce: ['nonce'],
    aipkit_cache_sse_message: ['store'],
  },
  GET: { aipkit_frontend_chat_stream: ['stream'] },
};
/** Names of the fields of a form or query. */
const FIELDS = {
  classic: [
    '_wpnonce', 'post_id', 'url', 'action', 'message', 'bot_id', 'chatbot_identity', 'wpaicg_chat_client_id',
    'wpaicg_chat_history', 'thread_id',
  ],
  nonce: ['action', 'bot_id'],
  upload: ['type', 'purpose'],
  store: ['action', '_ajax_nonce', 'message', 'bot_id', 'user_client_message_id', 'image_inputs'],
  stream: [
    'action', 'cache_key', 'bot_id', 'session_id', 'conversation_uuid', '_ts', '_ajax_nonce', 'post_id',
    'previous_openai_response_id', 'previous_google_interaction_id',
  ],
};

/** Names of the files that a form with files may have, by the kind of its fields. */
const FILES = { upload: ['file'], classic: ['image'] };

/** The parameter by which rivulet asks for a page past the caches. */
const UNCACHED = /^rivulet=[a-z0-9]{10}$/;

/**
 * The query of the search page, which is read for its nonce where a cache minds no queries: for this word and no other. Anybody may open
 * that page of a site, and it is no more work than a page past the caches. A page that does not exist, which is read last, is not forwarded.
 */
const SEARCH = '?s=rivulet';

const AJAX = '/wp-admin/admin-ajax.php';
const REST = '/wp-json';

/**
 * The route that an address is, below one of the listed folders.
 *
 * @param {URL} folder an entry of `allow`
 * @param {URL} url
 * @param {string} method
 * @returns {{ body: string } | undefined} the kind of body that it takes; `undefined` where the address is not a route
 */
export function routeOf(folder, url, method) {
  if (url.origin !== folder.origin || folder.search !== '') return undefined;
  const root = folder.pathname.replace(/\/$/, '');
  if (url.pathname !== root && !url.pathname.startsWith(`${root}/`)) return undefined;
  const path = url.pathname.slice(root.length);
  if (path === AJAX) return ajax(url, method);
  if (path === '/' && url.search === SEARCH) return method === 'GET' ? { body: 'none' } : undefined;
  if (path === '/' || path === '/index.php') return restInQuery(url, method);
  return path.startsWith(`${REST}/`) && url.search === '' ? rest(path.slice(REST.length), method) : undefined;
}

/** Whether a GET is for the page at `page`, as it is or past the caches. */
export function isPage(page, url) {
  const slashed = (path) => path.replace(/\/*$/, '/');
  if (page.origin !== url.origin || slashed(page.pathname) !== slashed(url.pathname)) return false;
  if (page.search === url.search) return true;
  const before = page.search === '' ? '?' : `${page.search}&`;
  return url.search.startsWith(before) && UNCACHED.test(url.search.slice(before.length));
}

function rest(route, method) {
  return REST_ROUTES.find((known) => known.method === method && known.route.test(route));
}

/** The route of a site with plain permalinks, which stands in the query, as its only parameter. */
function restInQuery(url, method) {
  const query = parameters(url.search.slice(1), ['rest_route']);
  return query?.has('rest_route') ? rest(query.get('rest_route'), method) : undefined;
}

function ajax(url, method) {
  if (method === 'POST') return url.search === '' ? { body: 'form' } : undefined;
  return isAction(url.search.slice(1), method) ? { body: 'none' } : undefined;
}

function isAction(form, method) {
  const kind = kindOf(/(?:^|&)action=([a-z_]+)(?:&|$)/.exec(form)?.[1], method);
  return kind !== undefined && parameters(form, FIELDS[kind]) !== undefined;
}

/** The kind of the fields of an action. */
function kindOf(action, method) {
  const [kind] = Object.hasOwn(ACTIONS[method] ?? {}, action ?? '') ? ACTIONS[method][action] : [];
  return kind;
}

/**
 * Whether a body is a form with files as rivulet writes it, of fields of `kind`; left out: of the kind of its action. PHP ends a part
 * at a boundary after any line feed, so no such boundary may stand elsewhere than between two parts.
 */
function isFormWithFiles(type, bytes, kind) {
  const [, boundary] = /^multipart\/form-data; boundary=(rivulet-[a-z0-9]{24})$/.exec(type) ?? [];
  if (boundary === undefined) return false;
  const text = `\r\n${new TextDecoder('latin1').decode(bytes)}`;
  const parts = text.split(`\r\n--${boundary}`);
  if (parts.length !== text.split(`\n--${boundary}`).length || parts.shift() !== '' || parts.pop() !== '--\r\n') return false;
  const found = new Map();
  let file;
  for (const part of parts) {
    const [, name, head, value] = PART.exec(part) ?? [];
    if (name === undefined || found.has(name)) return false;
    found.set(name, value);
    if (head !== undefined) file = [...(file ?? []), name];
    // The field `image` takes images alone.
    if (head?.includes('pdf') && name !== 'file') return false;
  }
  const known = kind ?? kindOf(found.get('action'), 'POST');
  const isKnown = (name) => (file?.includes(name) ? FILES : FIELDS)[known]?.includes(name);
  return known !== undefined && file?.length === 1 && [...found.keys()].every(isKnown);
}

/** A part of a form: name, the head of a file if it is one, and content. */
const PART = new RegExp(
  '^\\r\\nContent-Disposition: form-data; name="(\\w+)"'
  + '(; filename="(?:image\\.(?:png|jpeg|webp|gif)"\\r\\nContent-Type: image/(?:png|jpeg|webp|gif)|file\\.pdf"\\r\\nContent-Type: application/pdf))?'
  + '\\r\\n\\r\\n(.*)$', 's');


/** Names and values of a form or query; `undefined` where a name is unknown, is encoded, or comes twice. */
function parameters(text, known) {
  const found = new Map();
  if (text === '') return found;
  for (const pair of text.split('&')) {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    // Compares the name as it is written, since PHP turns encoded names, dots, blanks and brackets into other names.
    if (name === undefined || !known.includes(name) || found.has(name)) return undefined;
    const decoded = decode(value);
    if (decoded === undefined) return undefined;
    found.set(name, decoded);
  }
  return found;
}

function decode(value) {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * Whether a body is of the kind that its route takes.
 *
 * @param {string} kind the `body` that `routeOf` gave
 * @param {string | null} type the request's `Content-Type`
 * @param {Uint8Array} bytes
 */
export function isBody(kind, type, bytes) {
  if (bytes.length === 0) return kind === 'empty' || kind === 'none';
  if (kind === 'empty' || kind === 'none') return false;
  const text = new TextDecoder('utf-8', { fatal: true });
  const [, media] = /^\s*([^;\s]+)\s*(?:;.*)?$/.exec(type ?? '') ?? [];
  try {
    if (media?.toLowerCase() === 'multipart/form-data') {
      return (kind === 'form' || kind === 'upload') && isFormWithFiles(type, bytes, kind === 'form' ? undefined : kind);
    }
    if (kind === 'form') return media?.toLowerCase() === 'application/x-www-form-urlencoded' && isAction(text.decode(bytes), 'POST');
    if (media?.toLowerCase() !== 'application/json') return false;
    const members = JSON.parse(text.decode(bytes));
    const isObject = members !== null && typeof members === 'object' && !Array.isArray(members);
    return isObject && Object.keys(members).every((name) => MEMBERS[kind]?.includes(name));
  } catch {
    return false;
  }
}
