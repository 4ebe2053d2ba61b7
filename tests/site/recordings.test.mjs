// The site against the recordings: each recorded request is sent to it, and status, headers and body must be those
// that the real site gave. Only what cannot be the same twice (nonces, ids, hosts, times) is named alike first.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { form, send } from './client.mjs';
import { LOGIN_NONCES, NONCES, normalise, normaliseHeaders, recordings } from './recordings.mjs';
import { startSite } from './server.mjs';

/** How the recorded site was set up for a case; the last rule that fits wins for each option. */
const SETTINGS = [
  [/\/v2\.5\.3-/, { engine: '2.5.3' }],
  [/\/v2\.0\.9-/, { engine: '2.0.9' }],
  [/\/v1\.8\.79-/, { power: '1.8.79' }],
  [/banned-ip/, { bannedIp: true }],
  [/token-limit/, { limit: true }],
  [/upstream-down/, { down: true }],
  [/event-logs/, { eventLogs: true }],
  [/chatbots-module-off/, { chatbots: false }],
  [/page-absent-plugin-probe/, { engine: 'none' }],
  [/ai-power\/(token-limit-json|json-default-bot|json-log-id)$/, { powerStream: false }],
  [/json-log-id/, { powerLogs: true }],
  [/aipkit-/, { power: 'none', apiKey: 'SITE-API-KEY' }],
  [/aipkit-rest-disabled/, { apiKey: '' }],
  [/page-home-without-chat/, { homeChat: false, engine: 'none' }],
];

/** Where a recorded page stands on this site, which has all plugins at once. */
const PAGES = {
  'ai-power/page-shortcode': '/chat-power/',
  'ai-power/v1.8.79-page-shortcode': '/chat-power/',
  'ai-power/aipkit-page': '/chat-puffer/',
};

/** The message stored before a recorded AIPKit stream. */
const STORED = {
  'stream-cyrillic': 'Привет! Как дела?', 'stream-emoji': 'Show me emoji 👍🏽',
  'stream-markdown': 'Give me markdown with code',
  'conversation-turn1': 'My name is Ada.', 'conversation-turn2': 'Please recall.',
  'conversation-other-session': 'Please recall.', 'upstream-401': 'ERR_401', 'upstream-429': 'ERR_429',
  'upstream-500': 'ERR_500', 'upstream-html-502': 'ERR_HTML', 'upstream-error-midstream': 'ERR_MID',
  'upstream-cut-midstream': 'ERR_CUT', 'upstream-empty': 'empty reply please',
  'banned-word': 'this is a ForbiddenWord here',
};

const site = await startSite({ delay: 0 });
const defaults = { ...site.options };
after(() => site.close());

const cases = recordings();

// None is left out. What the recordings hold besides are three logs of arrival times: site.test.mjs.
before(() => assert.ok(cases.length >= 256, `only ${cases.length} recordings were found`));

for (const { name, request, response } of cases) {
  test(name, async () => {
    site.clear();
    const settings = SETTINGS.filter(([rule]) => rule.test(name)).map(([, options]) => options);
    site.set(Object.assign({}, defaults, ...settings));
    const live = liveNonces();
    const sent = adapt(name, request, live, await prepare(name, request, live));
    const played = await send(site.origin + sent.path, sent);

    const names = Object.fromEntries(Object.entries(live).flatMap(([recorded, nonce]) => {
      const label = NONCES[recorded]?.join('-') ?? 'login';
      return [[recorded, label], [nonce, label]];
    }));
    assert.equal(played.status, response.status);
    assert.deepEqual(normaliseHeaders(played.headers, names), normaliseHeaders(response.headers, names));
    const [body, recorded] = [played.body, response.body].map((text) => normalise(text, names));
    if (/\/(v[\d.]+-|aipkit-)?page/.test(name) && response.status === 200 && recorded.startsWith('<')) {
      comparePages(body, recorded);
    } else {
      assert.equal(body, recorded);
    }
  });
}

/** The recorded pages are cut down to the chat element: it must be there to the byte, but for its own address. */
function comparePages(body, recorded) {
  const address = (text) => text.replace(/(data-url="HOME)[^"]*/, '$1/PAGE');
  const element = recorded.match(/<div [^]*?(?=\n<\/body>|\s*$)|<script>[^]*<\/script>/)[0];
  assert.ok(address(body).includes(address(element)), `the page lacks ${element}`);
}

/** Recorded nonce -> the one of this site that is as old. */
function liveNonces() {
  const login = site.nonces.make('wp_rest', { id: 0, login: 'LOGIN-COOKIE' });
  return {
    ...Object.fromEntries(Object.entries(NONCES).map(([recorded, [plugin, age]]) => (
      [recorded, site.nonce.current(plugin, age)]))),
    ...Object.fromEntries(LOGIN_NONCES.map((recorded) => [recorded, login])),
  };
}

/** What came before the recorded request; the result is what of it goes into the request. */
async function prepare(name, request, live) {
  const submit = { method: 'POST', headers: { 'content-type': 'application/json', 'x-wp-nonce': live.f49d8b472e } };
  if (name === 'ai-engine/shortcut-submit') {
    const extras = await send(`${site.url}/wp-json/mwai-ui/v1/chats/submit`, {
      ...submit, body: '{"botId":"default","newMessage":"EXTRAS please"}',
    });
    const { shortcuts } = JSON.parse(extras.body);
    return { body: JSON.stringify({ ...JSON.parse(request.body), shortcutId: shortcuts[0].data.shortcutId }) };
  }
  if (name.endsWith('aipkit-history')) {
    await pufferTurn('My name is Ada.', live);
    await pufferTurn('Please recall.', live);
  }
  if (name.endsWith('conversation-turn2') && name.includes('aipkit')) await pufferTurn('My name is Ada.', live);
  if (name.endsWith('conversation-other-session')) await pufferTurn('My name is Ada.', live);
  return request.path.includes('action=aipkit_frontend_chat_stream') ? { key: await pufferKey(name, live) } : {};
}

async function pufferKey(name, live) {
  const message = STORED[name.replace('ai-power/aipkit-', '')] ?? 'Hi there';
  const key = await storeMessage(message, live);
  if (name.endsWith('key-expired')) site.advance(61_000);
  if (name.endsWith('key-reused')) await send(`${site.url}${streamPath(key, live)}`);
  return key;
}

async function storeMessage(message, live) {
  const stored = await send(`${site.url}/wp-admin/admin-ajax.php`, form({
    action: 'aipkit_cache_sse_message', message, _ajax_nonce: live.e0c7ddddf9, bot_id: '5',
    user_client_message_id: 'aipkit-client-msg-5-1700000000000-abcde',
  }));
  return JSON.parse(stored.body).data.cache_key;
}

async function pufferTurn(message, live) {
  await send(`${site.url}${streamPath(await storeMessage(message, live), live)}`);
}

function streamPath(key, live) {
  return `/wp-admin/admin-ajax.php?${new URLSearchParams({
    action: 'aipkit_frontend_chat_stream', cache_key: key, bot_id: '5', _ajax_nonce: live.e0c7ddddf9,
    session_id: '11111111-2222-4333-8444-555555555555', conversation_uuid: 'aaaaaaaa-bbbb-4ccc-8ddd-000000000005',
  })}`;
}

function adapt(name, request, live, { key, body }) {
  const swap = (text) => Object.entries(live).reduce((so, [recorded, nonce]) => so.replaceAll(recorded, nonce), text);
  const path = swap(PAGES[name] ?? request.path).replace(/aipkit_sse_\w+/, key);
  const headers = Object.fromEntries(request.headers
    .filter(([header]) => !['host', 'content-length'].includes(header))
    .map(([header, value]) => [header, swap(value)]));
  const { method } = request;
  const parts = MULTIPART[name];
  if (!parts) return { method, path, headers, body: swap(body ?? request.body) };
  const type = headers['content-type'];
  return { method, path, headers, body: swap(multipart(type.match(/boundary=(\S+)/)[1], parts)) };
}

/** Bodies that the recordings describe instead of holding them. */
const DOT = ['file"; filename="dot.png"\r\nContent-Type: image/png', 'dot'];
const MULTIPART = {
  'ai-engine/file-upload': [DOT, ['type"', 'image'], ['purpose"', 'vision']],
  'ai-engine/file-upload-no-purpose': [DOT],
  'ai-power/stream-multipart': Object.entries({
    _wpnonce: '29a96788e8', post_id: '5', action: 'wpaicg_chat_shortcode_message', message: 'Hi there', bot_id: '0',
    chat_id: '73714', chatbot_identity: 'shortcode', wpaicg_chat_client_id: 'Xy12Ab34Cd', wpaicg_chat_history: '[]',
  }).map(([field, value]) => [`${field}"`, value]),
};

function multipart(boundary, parts) {
  const bodies = parts.map(([head, value]) => (
    `--${boundary}\r\nContent-Disposition: form-data; name="${head}\r\n\r\n${value}\r\n`));
  return `${bodies.join('')}--${boundary}--\r\n`;
}
