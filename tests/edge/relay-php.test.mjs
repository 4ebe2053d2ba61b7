// The relay before a real PHP, which is the judge: whatever gets through must be a request of the WordPress protocols by what
// PHP itself makes of it, and not only by what it looks like.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { createRelay } from '../../dist/edge.js';
import { ensurePhp } from '../../scripts/lib/system-tools.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';

const PAGE = 'https://app.example';
const SCRIPTS = ['index.php', 'wp-login.php', 'xmlrpc.php', 'wp-cron.php', 'wp-admin/admin-ajax.php', 'wp-admin/admin-post.php', 'wp-admin/options.php'];
const REST_ROUTE = /^\/(mwai\/v1\/start_session|mwai-ui\/v1\/(?:chats\/submit|files\/upload)|mwai\/v1\/simple(?:ChatbotQuery|FileUpload)|aipkit\/v1\/generate|aipkit\/v1\/chat\/[A-Za-z0-9]+\/message)$/;
const POSTED = ['wpaicg_chatbox_message', 'wpaicg_chat_shortcode_message', 'aipkit_get_frontend_chat_nonce', 'aipkit_cache_sse_message'];

let folder;
let php;
let site;

before(async () => {
  const program = await ensurePhp();
  folder = await mkdtemp(join(tmpdir(), 'rivulet-php-'));
  for (const part of ['', 'blog', 'other']) {
    for (const script of SCRIPTS) {
      const path = join(folder, part, script);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '<?php // Its place is taken by report.php.\n');
    }
  }
  for (const name of ['router.php', 'report.php']) await copyFile(join(ROOT, 'tests', 'edge', 'php', name), join(folder, name));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  php = spawn(program, ['-S', `127.0.0.1:${port}`, '-t', folder, join(folder, 'router.php')], { stdio: ['ignore', 'ignore', 'pipe'] });
  // Its first line says that it listens.
  await once(php.stderr, 'data');
  php.stderr.resume();
  site = `http://127.0.0.1:${port}`;
});

after(async () => {
  php?.kill();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A relay for the site in the folder `/blog`, and two pages of it. */
const relayTo = (options = {}) => createRelay({ allow: [`${site}/blog`], pages: [`${site}/blog/chat/`, `${site}/blog/?p=5`], allowedOrigins: [PAGE], ...options });

/** What PHP made of it; `undefined` where the relay refused. */
async function through(relay, method, path, { body, type, headers } = {}) {
  const response = await relay(new Request(`https://edge.example/relay/${site}${path}`, {
    method, body, headers: { origin: PAGE, ...(type && { 'content-type': type }), ...headers },
  }));
  if (response.status !== 200) {
    assert.ok([400, 403, 405, 413].includes(response.status), `${method} ${path}: ${response.status} ${await response.text()}`);
    return undefined;
  }
  return response.json();
}

/** Why a request that got through is none of the protocols', or nothing. */
function wrong({ script, path_info: pathInfo, uri, method, get, post, request, authorization, body }) {
  if (authorization) return 'a key';
  if (pathInfo) return `PATH_INFO ${pathInfo}`;
  if (script === '/blog/wp-admin/admin-ajax.php') {
    const { action } = request;
    if (method === 'GET') return action === 'aipkit_frontend_chat_stream' && Object.keys(post).length === 0 ? undefined : `GET of ${action}`;
    if (Object.keys(get).length > 0) return 'a query beside the form';
    return POSTED.includes(action) ? undefined : `action ${action}`;
  }
  if (script !== '/blog/index.php') return `the script ${script}`;
  // WordPress reads the route of either; the body's counts first.
  const pretty = /^\/blog\/wp-json(\/.*)$/.exec(decodeURIComponent(uri.split('?')[0]))?.[1];
  const route = post.rest_route ?? get.rest_route ?? pretty;
  if (route !== undefined) {
    if (typeof route !== 'string' || !REST_ROUTE.test(route)) return `the route ${JSON.stringify(route)}`;
    if (method !== 'POST') return `${method} of a route`;
    const others = Object.keys(get).filter((name) => name !== 'rest_route');
    const posted = route === '/mwai-ui/v1/files/upload' ? [] : Object.keys(post);
    if (others.length > 0 || posted.length > 0) return `parameters ${others} ${Object.keys(post)}`;
    if (route === '/mwai-ui/v1/files/upload') return Object.keys(post).every((name) => ['type', 'purpose'].includes(name)) ? undefined : 'fields';
    const members = body === '' ? [] : Object.keys(JSON.parse(body));
    return members.some((name) => name.startsWith('_')) ? `members ${members}` : undefined;
  }
  // The search for one word: PHP must read that word, and nothing beside it.
  if (uri === '/blog/?s=rivulet') return method === 'GET' && Object.keys(get).join() === 's' && get.s === 'rivulet' ? undefined : 'another search';
  const page = uri.replace(/[?&]rivulet=[a-z0-9]{10}$/, '');
  const isPage = method === 'GET' && ['/blog/', '/blog', '/blog/chat/', '/blog/chat', '/blog/?p=5', '/blog?p=5'].includes(page);
  return isPage ? undefined : `the page ${uri}`;
}

const FORM = 'application/x-www-form-urlencoded;charset=UTF-8';
const SUBMIT = '{"botId":"default","newMessage":"Hi","stream":true}';
const STORE = 'action=aipkit_cache_sse_message&_ajax_nonce=1&message=Hi&bot_id=5';

const BOUNDARY = 'rivulet-0123456789abcdefghijklmn';

/** A form with an image, as rivulet writes it. */
function formWith(file, fields, { boundary = BOUNDARY, name = 'image.png', media = 'image/png', image = '\x89PNG\r\n', more = '' } = {}) {
  const head = (text) => `--${boundary}\r\nContent-Disposition: form-data; name="${text}`;
  const parts = Object.entries(fields).map(([field, value]) => `${head(field)}"\r\n\r\n${value}\r\n`);
  const body = `${head(file)}"; filename="${name}"\r\nContent-Type: ${media}\r\n\r\n${image}\r\n${parts.join('')}${more}--${boundary}--\r\n`;
  return { body: Buffer.from(body, 'latin1'), type: `multipart/form-data; boundary=${boundary}` };
}

test('the requests of the protocols get through', async () => {
  const relay = relayTo();
  const good = [
    ['POST', '/blog/wp-json/mwai/v1/start_session'],
    ['POST', '/blog/wp-json/mwai-ui/v1/chats/submit', { body: SUBMIT, type: 'application/json' }],
    ['POST', '/blog/?rest_route=/mwai-ui/v1/chats/submit', { body: SUBMIT, type: 'application/json' }],
    ['POST', '/blog/index.php?rest_route=%2Fmwai%2Fv1%2Fstart_session'],
    ['POST', '/blog/wp-json/aipkit/v1/chat/5/message', { body: '{"messages":[]}', type: 'application/json' }],
    ['POST', '/blog/wp-admin/admin-ajax.php', { body: STORE, type: FORM }],
    ['POST', '/blog/wp-admin/admin-ajax.php', { body: '_wpnonce=1&action=wpaicg_chat_shortcode_message&message=a%26action%3Dx', type: FORM }],
    ['GET', '/blog/wp-admin/admin-ajax.php?action=aipkit_frontend_chat_stream&cache_key=a&bot_id=5&_ts=1'],
    ['GET', '/blog/'], ['GET', '/blog/chat/'], ['GET', '/blog/?p=5'],
    ['GET', '/blog/?s=rivulet'],
    ['GET', '/blog/chat/?rivulet=0123456789'], ['GET', '/blog/?p=5&rivulet=abcdefghij'],
    ['POST', '/blog/wp-json/mwai-ui/v1/files/upload', formWith('file', { type: 'image', purpose: 'vision' })],
    ['POST', '/blog/wp-json/mwai-ui/v1/files/upload', formWith('file', { type: 'file', purpose: 'files' }, { name: 'file.pdf', media: 'application/pdf', image: '%PDF-1.4' })],
    ['POST', '/blog/wp-admin/admin-ajax.php', formWith('image', { action: 'wpaicg_chat_shortcode_message', message: 'Hi', bot_id: '0' })],
    ['POST', '/blog/wp-json/aipkit/v1/generate', { body: '{"provider":"openai","model":"m","messages":[]}', type: 'application/json' }],
    ['POST', '/blog/wp-json/mwai/v1/simpleChatbotQuery', { body: '{"botId":"default","message":"Hi"}', type: 'application/json' }],
    ['POST', '/blog/wp-json/mwai/v1/simpleFileUpload', { body: '{"base64":"AAAA","filename":"image.png"}', type: 'application/json' }],
  ];
  for (const [method, path, more] of good) {
    const made = await through(relay, method, path, more);
    assert.ok(made, `${method} ${path}`);
    assert.equal(wrong(made), undefined, `${method} ${path}`);
  }
});

test('what only looks like one of them does not', async () => {
  const relay = relayTo();
  const route = '/mwai/v1/start_session';
  const bad = [
    `/blog/wp-login.php?rest_route=${route}`, '/blog/wp-login.php/wp-admin/admin-ajax.php', `/blog/wp-login.php/wp-json${route}`,
    `/blog/wp-admin/admin-ajax.php/wp-json${route}`, `/blog/wp-admin/admin-ajax.php/x`, `/blog/wp-admin/options.php?rest_route=${route}`,
    `/blog/?rest_route=${route}&rest_route=/wp/v2/users`, `/blog/?rest_route=${route}&rest.route=/wp/v2/users`, `/blog/?rest.route=${route}`,
    `/blog/?rest_route=${route}&rest%5Froute=/wp/v2/users`, `/blog/?rest_route=${route}&rest_route[]=x`, `/blog/?rest_route[]=${route}`,
    `/blog/?rest%20route=${route}`, `/blog/?+rest_route=${route}`, `/blog/?rest_route=${route}&_method=DELETE`, `/blog/?rest_route=${route}&p=5`,
    `/blog/?rest_route=/wp/v2/users${route}`, `/blog/?rest_route=${route}/`, `/blog/?rest_route=${route}%00`, `/blog/?rest_route=/wp/v2/users%0a${route}`,
    `/blog/chat/?rest_route=${route}`, `/blog/index.php/x?rest_route=${route}`, `/blog/index.php/wp-json${route}`, `/blog/wp-json${route}/`,
    `/blog/wp-json${route}?_method=GET`, `/blog/wp-json/wp/v2/users`, '/blog/wp-json/aipkit/v1/chat/../settings/message',
    '/other/wp-admin/admin-ajax.php', `/other/wp-json${route}`, `/wp-json${route}`, '/wp-admin/admin-ajax.php', `/?rest_route=${route}`,
    `/blog/../other/wp-json${route}`, `/blog/%2e%2e/other/wp-json${route}`, `/blogs/wp-json${route}`, `/blog//wp-json${route}`, `/blog/wp-json/${route}`,
    '/blog/wp-admin/admin%2Dajax.php', '/blog/wp-admin/admin-ajax.php?action=heartbeat', '/blog/wp-admin/admin-ajax.php?action[]=x',
    '/blog/?s=x', '/blog/?s=', '/blog/?s=rivulet&s=x', '/blog/?s[]=rivulet', '/blog/?s=rivulet&p=5', '/blog/?s=rivulet&rest_route=/wp/v2/users', '/blog/?s=rivulet%20x',
    '/blog/?s=Rivulet', '/blog/?S=rivulet', '/blog/?s=rivulet&', '/blog/?s=rivulet%00', '/blog/index.php?s=rivulet', '/blog?s=rivulet', '/blog/chat/?s=rivulet',
    '/blog/wp-login.php?s=rivulet', '/?s=rivulet', '/other/?s=rivulet', '/blog/?s=rivulet&rivulet=0123456789', '/blog/no-such-page-for-rivulet/', '/blog/?author=1', '/blog/?rivulet=1', '/blog/chat/?rivulet=0123456789&p=5', '/blog/xmlrpc.php?rivulet=0123456789', '/blog/?p=5&author=1', '/blog/chat/?p=5', '/blog/xmlrpc.php', '/blog/wp-cron.php',
  ];
  for (const path of bad) {
    for (const [method, more] of [['GET'], ['POST'], ['POST', { body: STORE, type: FORM }], ['POST', { body: SUBMIT, type: 'application/json' }]]) {
      assert.equal(await through(relay, method, path, more), undefined, `${method} ${path} ${more?.body ?? ''}`);
    }
  }
});

test('bodies that say more than the protocols do not', async () => {
  const relay = relayTo();
  const ajax = '/blog/wp-admin/admin-ajax.php';
  const submit = '/blog/wp-json/mwai-ui/v1/chats/submit';
  const bad = [
    [ajax, 'action=heartbeat', FORM], [ajax, `${STORE}&action=heartbeat`, FORM], [ajax, `action=heartbeat&${STORE}`, FORM],
    [ajax, `${STORE}&%61ction=heartbeat`, FORM], [ajax, `${STORE}&action[]=heartbeat`, FORM], [ajax, `${STORE}&+action=heartbeat`, FORM],
    [ajax, `${STORE}&log=admin&pwd=x`, FORM], [ajax, STORE, 'text/plain'], [ajax, STORE, undefined], [ajax, STORE, 'multipart/form-data; boundary=x'],
    [ajax, '--x\r\nContent-Disposition: form-data; name="action"\r\n\r\nheartbeat\r\n--x--', 'multipart/form-data; boundary=x'],
    [ajax, '{"action":"aipkit_cache_sse_message"}', 'application/json'], [ajax, 'action=aipkit_frontend_chat_stream&cache_key=a', FORM], [ajax, '', FORM],
    [submit, '{"_method":"DELETE"}', 'application/json'], [submit, '{"newMessage":"Hi","_wpnonce":"x"}', 'application/json'],
    [submit, '{"newMessage":"Hi","rest_route":"/wp/v2/users"}', 'application/json'], [submit, '[]', 'application/json'], [submit, 'null', 'application/json'],
    [submit, '{', 'application/json'], [submit, SUBMIT, FORM], [submit, 'rest_route=/wp/v2/users', FORM], [submit, SUBMIT, undefined], [submit, '', 'application/json'],
    ['/blog/?rest_route=/mwai-ui/v1/chats/submit', 'rest_route=/wp/v2/users', FORM], ['/blog/wp-json/mwai/v1/start_session', '{}', 'application/json'],
  ];
  const upload = '/blog/wp-json/mwai-ui/v1/files/upload';
  const vision = { purpose: 'vision' };
  const inside = (line) => `x${line}--${BOUNDARY}${line}Content-Disposition: form-data; name="action"${line}${line}heartbeat`;
  for (const [path, { body, type }] of [
    [upload, formWith('file', { ...vision, rest_route: '/wp/v2/users' })], [upload, formWith('file', { ...vision, _method: 'DELETE' })],
    [upload, formWith('image', vision)], [upload, formWith('file', vision, { name: 'image.php' })], [upload, formWith('file', vision, { name: '../image.png' })],
    [upload, formWith('file', vision, { boundary: 'x' })], [upload, formWith('file', { purpose: inside('\n') })], [upload, formWith('file', { purpose: inside('\r\n') })],
    [upload, formWith('file', vision, { image: inside('\n') })], [upload, formWith('file', vision, { more: `--${BOUNDARY}\r\nContent-Disposition: form-data; name="_method"\r\n\r\nDELETE\r\n` })],
    [ajax, formWith('image', { action: 'heartbeat' })], [ajax, formWith('image', { message: 'Hi' })], [ajax, formWith('image', { action: 'aipkit_cache_sse_message' })],
    [ajax, formWith('image', { action: 'wpaicg_chat_shortcode_message', log: 'admin' })], [ajax, formWith('file', { action: 'wpaicg_chat_shortcode_message' })],
    [submit, formWith('file', vision)],
    [upload, formWith('file', vision, { name: 'image.pdf', media: 'application/pdf' })], [upload, formWith('file', vision, { name: 'file.pdf' })],
    [upload, formWith('file', vision, { name: 'file.php', media: 'application/pdf' })],
    [ajax, formWith('image', { action: 'wpaicg_chat_shortcode_message' }, { name: 'file.pdf', media: 'application/pdf' })],
  ]) bad.push([path, body, type]);
  for (const [path, body, type] of bad) {
    assert.equal(await through(relay, 'POST', path, { body, type }), undefined, `${path} ${type} ${body}`);
  }
});

test('a key goes on where that was asked for, and nowhere else', async () => {
  const ask = (relay) => relay(new Request(`https://edge.example/relay/${site}/blog/wp-json/aipkit/v1/chat/5/message`, {
    method: 'POST', body: '{"messages":[]}', headers: { origin: PAGE, 'content-type': 'application/json', authorization: 'Bearer key' },
  })).then((response) => response.json());
  assert.equal((await ask(relayTo())).authorization, '');
  assert.equal((await ask(relayTo({ forwardAuthorization: true }))).authorization, 'Bearer key');
});

test('of thousands of other spellings, whatever gets through is one of the protocols', async () => {
  const relay = relayTo();
  let seed = 20_261_128;
  const random = (list) => list[(seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % list.length];
  const paths = [
    '/blog', '/blog/', '/other', '/', '/index.php', '/wp-login.php', '/wp-json', '/wp-json/mwai/v1/start_session', '/mwai-ui/v1/chats/submit',
    '/wp-admin/admin-ajax.php', '/wp-admin', '/admin-ajax.php', '/..', '/.', '/%2e%2e', '/%2E', '//', '/chat/', ';x', '%00', '%2f', '%5c', '\\', '.php', '/%61dmin-ajax.php',
  ];
  const names = ['s', 'rest_route', 'rest.route', 'rest%5froute', 'rest_route%5B%5D', 'rest_route[', 'REST_ROUTE', 'rest+route', '%20rest_route', 'action', 'acti%6fn', 'action%00', '_method', 'p', 'cache_key'];
  const values = [
    '/mwai/v1/start_session', '%2Fmwai%2Fv1%2Fstart_session', '/mwai-ui/v1/chats/submit', '/wp/v2/users', 'aipkit_frontend_chat_stream', 'aipkit_cache_sse_message',
    'rivulet', 'heartbeat', '5', '', '%', '%0a', '/mwai/v1/start_session%0a', '/mwai/v1/start_session#', '..%2f',
  ];
  const join_ = (list, most, separators) => {
    let text = random(list);
    for (let left = seed % most; left > 0; left--) text += random(separators) + random(list);
    return text;
  };
  let passed = 0;
  for (let i = 0; i < 6000; i++) {
    const path = join_(paths, 4, ['']);
    const pairs = names.map((name) => `${name}=${random(values)}`);
    const query = random(['', '', '?', '&', '??']) + (seed % 3 ? join_(pairs, 3, ['&', ';', '&&']) : '');
    const method = random(['GET', 'POST']);
    const body = method === 'POST' && seed % 2 ? join_(pairs, 4, ['&']) : undefined;
    const url = `${path}${query.startsWith('?') || query === '' ? query : `?${query}`}`;
    const made = await through(relay, method, url, { body, type: random([FORM, 'application/json', undefined]) }).catch((error) => {
      // Not an address at all.
      if (error instanceof TypeError) return undefined;
      throw error;
    });
    if (made === undefined) continue;
    passed++;
    assert.equal(wrong(made), undefined, `${method} ${url} ${body ?? ''}`);
  }
  assert.ok(passed > 20, `only ${passed} got through, so nothing was judged`);
});
