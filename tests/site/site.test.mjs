import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chatUrl, form, header, open, send, submission, submit } from './client.mjs';
import { pieces } from './replies.mjs';
import { startSite } from './server.mjs';

const site = await startSite({ delay: 0 });
after(() => site.close());

const ends = (body) => body.trim().split('\n').filter((line) => line.includes('"type":"end"')).map((line) => (
  JSON.parse(JSON.parse(line.slice(6)).data)));
const replyTo = async (params) => ends((await submit(site, params)).body)[0].reply;

async function withSite(options, use) {
  const other = await startSite({ delay: 0, ...options });
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

test('the_home_page_serves_both_presets', async () => {
  const { body, headers } = await send(`${site.url}/`);
  assert.match(body, /data-nonce="[\da-f]{10}"/);
  assert.match(body, /data-post-id="5"/);
  assert.match(body, /<div class='mwai-chatbot-container' /);
  const links = headers.filter(([name]) => name === 'Link').map(([, value]) => value);
  assert.deepEqual(links, [`<${site.url}/wp-json/>; rel="https://api.w.org/"`]);
});

test('a_page_without_the_last_slash_moves_and_an_unknown_one_is_missing', async () => {
  const moved = await send(`${site.url}/chat-power`);
  assert.deepEqual([moved.status, header(moved, 'location')], [301, `${site.url}/chat-power/`]);
  assert.equal((await send(`${site.url}/nothing/`)).status, 404);
});

test('pages_come_without_the_plugins_that_are_off', () => withSite({ engine: 'none', power: 'none' }, async (bare) => {
  for (const path of ['/', '/chat/', '/chat-power/']) {
    const { status, body } = await send(bare.url + path);
    assert.equal(status, 200);
    assert.doesNotMatch(body, /mwai|wpaicg/);
  }
}));

test('a_site_in_a_subfolder_has_all_addresses_below_it', () => withSite({ base: '/blog' }, async (blog) => {
  assert.equal(blog.restRoot, `${blog.origin}/blog/wp-json/`);
  const { body } = await send(`${blog.url}/chat/`);
  assert.match(body, new RegExp(`href="${blog.restRoot}"`));
  assert.ok(body.includes(`&quot;restUrl&quot;:&quot;${blog.origin}/blog/wp-json&quot;`.replaceAll('/', '\\/')));
  assert.equal((await submit(blog, { newMessage: 'Hi there' })).status, 200);
  assert.equal((await send(`${blog.origin}/wp-json/mwai/v1/start_session`, { method: 'POST' })).status, 404);
}));

test('plain_permalinks_have_the_rest_root_in_the_query', () => withSite({ permalinks: 'plain' }, async (plain) => {
  const { body } = await send(`${plain.url}/?page_id=5`);
  const root = body.match(/rel="https:\/\/api\.w\.org\/" href="([^"]+)"/)[1];
  assert.equal(root, `${plain.url}/index.php?rest_route=/`);
  const answer = await send(`${root}mwai/v1/start_session`, { method: 'POST' });
  assert.equal(JSON.parse(answer.body).success, true);
  // WordPress takes any path for the home page (plain-permalinks-wp-json-post-home).
  const pretty = await send(`${plain.url}/wp-json/mwai/v1/start_session`, { method: 'POST' });
  assert.deepEqual([pretty.status, header(pretty, 'content-type')], [200, 'text/html; charset=UTF-8']);
  const preflights = ['/?rest_route=/mwai/v1/start_session', '/index.php?rest_route=/mwai/v1/start_session'];
  const statuses = preflights.map(async (path) => (await send(plain.url + path, { method: 'OPTIONS' })).status);
  assert.deepEqual(await Promise.all(statuses), [405, 200]);
}));

test('a_page_cache_keeps_pages_longer_than_their_nonces', async () => {
  for (const [pageCache, fresh] of [['none', [1, 1, 1, 1]], ['query', [0, 1, 1, 1]], ['all', [0, 0, 0, 1]]]) {
    await withSite({ pageCache }, async (cached) => {
      const isLive = async (path) => (await send(cached.url + path)).body.includes(cached.nonce.current('power'));
      const live = await Promise.all(['/chat-power/', '/chat-power/?x=1', '/?s=x', '/no-such-page/'].map(isLive));
      assert.deepEqual(live.map(Number), fresh, pageCache);
    });
  }
});

test('a_login_gets_its_nonce_by_get_alone', async () => {
  const url = `${site.url}/wp-admin/admin-ajax.php?action=rest-nonce`;
  const headers = { cookie: 'wordpress_logged_in_1=ada' };
  const { body: nonce } = await send(url, { headers });
  assert.match(nonce, /^[0-9a-f]{10}$/);
  assert.equal((await submit(site, { newMessage: 'Hi there' }, { ...headers, 'x-wp-nonce': nonce })).status, 200);
  for (const other of [{ method: 'POST', headers }, {}]) {
    const refused = await send(url, other);
    assert.deepEqual([refused.status, refused.body], [400, '0']);
  }
});

test('the_public_api_of_ai_engine_takes_the_sites_key', () => withSite({ apiKey: 'site-key' }, async (keyed) => {
  const ask = (key, params) => send(`${keyed.url}/wp-json/mwai/v1/simpleChatbotQuery`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` }, body: JSON.stringify(params),
  });
  const { status, body } = await ask('site-key', { botId: 'default', message: 'Hi there', chatId: 'mine' });
  assert.equal(status, 200);
  assert.match(JSON.parse(body).data, /Hi there/);
  assert.equal(JSON.parse(body).extra.chatId, 'mine');
  assert.equal((await ask('other', { botId: 'default', message: 'Hi there' })).status, 401);
  assert.equal((await ask('site-key', { message: 'Hi there' })).status, 500);
  assert.match((await ask('site-key', { botId: 'default', message: 'ERR_HTML' })).body, /No content received/);
}));

test('admin_ajax_lets_the_own_origin_in', async () => {
  const headers = { origin: site.origin };
  const answer = await send(`${site.url}/wp-admin/admin-ajax.php`, { method: 'OPTIONS', headers });
  assert.deepEqual([answer.status, header(answer, 'access-control-allow-origin')], [200, site.origin]);
});

test('the_log_holds_what_was_sent_and_how_it_ended', async () => {
  site.clear();
  const coming = site.requests.next('chat');
  await submit(site, { newMessage: 'Привет' }, { 'x-mine': 'yes' });
  const request = await coming;
  assert.equal(request, site.requests[0]);
  assert.deepEqual([request.method, request.path, request.status], ['POST', '/wp-json/mwai-ui/v1/chats/submit', 200]);
  assert.equal(request.headers['x-mine'], 'yes');
  assert.deepEqual(JSON.parse(request.body), { botId: 'default', stream: true, newMessage: 'Привет' });
  assert.equal(await request.closed, 'finished');
  assert.equal(await site.requests.when('chat'), request);
});

test('a_client_that_leaves_is_noticed_and_the_model_stops', () => withSite({ delay: 1 }, async (slow) => {
  const answer = await open(chatUrl(slow), submission(slow, { newMessage: 'a long story' }));
  for await (const chunk of answer) if (chunk.includes('Once')) break;
  assert.equal(await slow.requests.of('chat')[0].closed, 'aborted');
}));

test('a_client_that_leaves_in_the_middle_of_its_request_does_no_harm', async () => {
  const socket = connect(site.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /wp-json/mwai-ui/v1/chats/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"botId"');
  socket.destroy();
  await once(socket, 'close');
  assert.equal((await submit(site, { newMessage: 'Hi there' })).status, 200);
});

test('nonsense_in_a_request_is_answered_and_never_crashes_the_site', async () => {
  const bodies = ['null', '[]', '"x"', '{"messages":[null,1],"botId":"default","newMessage":"recall"}', '{'];
  const statuses = [];
  for (const body of bodies) statuses.push((await send(chatUrl(site), { ...submission(site, {}), body })).status);
  assert.deepEqual(statuses, [403, 403, 403, 200, 400]);
  const headers = { 'content-type': 'multipart/form-data' };
  const broken = await send(`${site.url}/wp-admin/admin-ajax.php`, { method: 'POST', headers, body: 'x' });
  assert.deepEqual([broken.status, broken.body], [400, '0']);
});

test('a_picture_can_be_loaded', async () => {
  const answer = await submit(site, { botId: 'chatbot-img01', newMessage: 'a red dot', stream: false });
  const { images: [url] } = JSON.parse(answer.body);
  const { headers, bytes } = await send(url);
  assert.equal(header({ headers }, 'content-type'), 'image/png');
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
});

test('another_process_gives_orders_and_reads_the_log', async () => {
  const control = `${site.origin}/_site`;
  const order = (orders) => send(control, { method: 'POST', body: JSON.stringify(orders) });
  const ordered = await order({ clear: true, fault: { name: 'status', status: 418 }, set: { limit: true } });
  assert.equal(ordered.status, 200);
  assert.equal((await submit(site, { newMessage: 'Hi there' })).status, 418);
  assert.match((await submit(site, { newMessage: 'Hi there' })).body, /You have reached the limit/);
  await order({ set: { limit: false } });
  const { requests } = JSON.parse((await send(control)).body);
  assert.deepEqual(requests.map(({ kind, status }) => [kind, status]), [['chat', 418], ['chat', 200]]);
  assert.deepEqual(JSON.parse((await send(`${control}?closed=chat`)).body), { closed: 'finished' });
  const stale = site.nonce.current('engine');
  await order({ expire: true });
  assert.notEqual(site.nonce.current('engine', 1), stale);
  for (const wrong of [{ nonsense: 1 }, { set: { nonsense: 1 } }, { fault: 'nonsense' }]) {
    const refused = await order(wrong);
    assert.equal(refused.status, 400);
    assert.match(JSON.parse(refused.body).error, /nonsense/);
  }
});

test('more_can_stand_under_the_same_origin', () => withSite({
  mount: { '/demo/': (incoming, outgoing) => outgoing.end(`demo ${incoming.url}`) },
}, async (both) => {
  assert.equal((await send(`${both.origin}/demo/x?y`)).body, 'demo /demo/x?y');
}));

test('replies_speak_the_script_of_the_question', async () => {
  const scripts = {
    'Как дела?': /^Привет!.*«Как дела\?»/, '你好吗': /你写的是：“你好吗”/, 'こんにちは': /「こんにちは」/, '안녕': /“안녕”/,
    'كيف حالك؟': /«كيف حالك؟»/, '🎉': /👨‍👩‍👧‍👦/u, 'Hello': /You said: "Hello"/,
  };
  for (const [said, expected] of Object.entries(scripts)) assert.match(await replyTo({ newMessage: said }), expected);
});

test('a_conversation_goes_on', async () => {
  const messages = [{ role: 'user', content: 'My name is Ada.' }, { role: 'assistant', content: 'Hello Ada.' }];
  const expected = /You said: "And now\?".*message 2 of our talk; it began with "My name is Ada\."/;
  assert.match(await replyTo({ newMessage: 'And now?', messages }), expected);
  const flattened = 'User: My name is Ada.\nAssistant: Hello Ada.\nUser: And now?\nAssistant:';
  assert.match(await replyTo({ newMessage: flattened }), expected);
});

test('the_history_of_ai_power_is_lost_by_one_double_quote', async () => {
  const talk = async (text) => JSON.parse((await send(`${site.url}/wp-admin/admin-ajax.php`, form({
    action: 'wpaicg_chat_shortcode_message', _wpnonce: site.nonce.current('power'), message: 'And now?', bot_id: '6',
    wpaicg_chat_history: JSON.stringify([{ id: '', text: `Human: ${text}` }, { id: '1', text: 'AI: Hello.' }]),
  }))).body).data;
  assert.match(await talk('I am Ada'), /message 2 of our talk; it began with "I am Ada"/);
  assert.doesNotMatch(await talk('I am "Ada"'), /of our talk/);
});

test('pieces_are_the_reply', () => {
  for (const text of ['', 'a', 'two  blanks \n\n and\tmore', 'Привет! 👍🏽 你好 — ok', '  lead']) {
    assert.equal(pieces(text).join(''), text);
  }
  assert.deepEqual(pieces('Sure! 👍🏽 done'), ['Sure! ', '👍', '🏽', ' ', 'done']);
});

test('a_stream_arrives_piece_by_piece_as_in_the_recorded_timing', () => withSite({ delay: 20 }, async (timed) => {
  const log = readFileSync(new URL('../wire/ai-engine/stream-slow-timing.txt', import.meta.url), 'utf8');
  const recorded = log.match(/"type":"live"/g).length;
  const start = performance.now();
  const answer = await open(chatUrl(timed), submission(timed, { newMessage: 'please go' }));
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk.toString());
  const took = performance.now() - start;
  assert.equal(chunks.join('').match(/"type":"live"/g).length, recorded);
  // A busy machine may join a few events; a timer is never early but by the rounding of a millisecond.
  assert.ok(chunks.length > recorded / 2, `${chunks.length} network chunks`);
  assert.ok(took >= recorded * 19, `${took} ms`);
}));

test('an_option_that_is_none_is_refused_by_name', async () => {
  await assert.rejects(startSite({ engnie: '2.0.9' }), /no option engnie; it has: .*engine/);
  await assert.rejects(startSite({ engine: '9' }), /option engine is one of 3\.6\.2, 2\.5\.3, 2\.0\.9, none; not 9/);
  await assert.rejects(startSite({ base: 'blog/' }), /option base begins with a slash/);
});

test('the_command_line_helps', async () => {
  const run = promisify(execFile);
  const server = fileURLToPath(new URL('server.mjs', import.meta.url));
  const { stdout } = await run(process.execPath, [server, '--help']);
  for (const word of ['--port', '--engine', 'ERR_MID', 'stall', '/chat-widget/']) {
    assert.ok(stdout.includes(word), word);
  }
  await assert.rejects(run(process.execPath, [server, '--prot', '1']), { code: 1, stderr: /'--prot'[^]*Try --help/ });
  await assert.rejects(run(process.execPath, [server, '--delay', 'x']), { code: 1, stderr: /--delay wants a number/ });
});
