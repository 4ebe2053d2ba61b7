import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatUrl, form, header, send, sessionUrl, submission, submit } from './client.mjs';
import { startSite } from './server.mjs';

const HOUR = 3_600_000;

async function withSite(options, use) {
  const site = await startSite({ delay: 0, ...options });
  try {
    await use(site);
  } finally {
    await site.close();
  }
}

const session = (site, headers) => send(sessionUrl(site), { method: 'POST', headers });
const ajax = (site, fields) => send(`${site.url}/wp-admin/admin-ajax.php`, form(fields));
const power = (site, nonce) => ajax(site, {
  action: 'wpaicg_chat_shortcode_message', _wpnonce: nonce, message: 'Hi there', bot_id: '6',
});

test('all_guests_of_a_site_share_one_nonce_and_no_other_site_has_it', () => withSite({}, (site) => (
  withSite({ secret: 'another' }, async (other) => {
    const [one, two, foreign] = await Promise.all([session(site), session(site), session(other)]);
    const nonces = [one, two, foreign].map(({ body }) => JSON.parse(body).restNonce);
    assert.match(nonces[0], /^[\da-f]{10}$/);
    assert.equal(nonces[0], nonces[1]);
    assert.notEqual(nonces[0], nonces[2]);
  }))));

test('a_nonce_lives_for_its_period_and_the_next_by_the_clock_alone', () => {
  let time = Date.UTC(2026, 0, 1);
  return withSite({ now: () => time }, async (site) => {
    const headers = { 'x-wp-nonce': JSON.parse((await session(site)).body).restNonce };
    time += 11 * HOUR;
    const young = await submit(site, { newMessage: 'Hi there', stream: false }, headers);
    assert.equal(JSON.parse(young.body).new_token, undefined);
    time += 12 * HOUR;
    const old = await submit(site, { newMessage: 'Hi there', stream: false }, headers);
    const fresh = JSON.parse(old.body).new_token;
    assert.match(fresh, /^[\da-f]{10}$/);
    assert.equal(header(old, 'x-wp-nonce'), fresh);
    time += 12 * HOUR;
    const expired = await submit(site, { newMessage: 'Hi there', stream: false }, headers);
    assert.equal(expired.status, 403);
    assert.equal(JSON.parse(expired.body).code, 'rest_cookie_invalid_nonce');
  });
});

test('the_tick_can_be_short', () => {
  let time = 0;
  return withSite({ now: () => time, tick: 50 }, async (site) => {
    const first = site.nonce.current('power');
    time += 60;
    assert.equal((await power(site, first)).status, 200);
    time += 50;
    assert.equal((await power(site, first)).status, 403);
  });
});

test('every_plugin_refuses_an_expired_nonce_in_its_own_way', () => withSite({}, async (site) => {
  const [engine, classic, puffer] = ['engine', 'power', 'puffer'].map((plugin) => site.nonce.current(plugin));
  site.nonce.expire();

  const chat = await submit(site, { newMessage: 'Hi there' }, { 'x-wp-nonce': engine });
  assert.equal(chat.status, 403);
  assert.match(header(chat, 'content-type'), /^application\/json/);

  const html = await power(site, classic);
  assert.deepEqual([html.status, html.body], [403, 'The link you followed has expired.']);
  site.set({ power: '1.8.79' });
  const json = await power(site, classic);
  assert.deepEqual([json.status, JSON.parse(json.body).msg], [200, 'Nonce verification failed']);

  const stored = await ajax(site, {
    action: 'aipkit_cache_sse_message', _ajax_nonce: puffer, message: 'Hi', bot_id: '5',
  });
  assert.deepEqual([stored.status, JSON.parse(stored.body).data.code], [403, 'nonce_failure_cache_sse']);
}));

test('a_stale_nonce_sent_along_spoils_start_session', () => withSite({}, async (site) => {
  const stale = site.nonce.current('engine');
  site.nonce.expire();
  assert.equal((await session(site, { 'x-wp-nonce': stale })).status, 403);
  const { restNonce } = JSON.parse((await session(site)).body);
  assert.equal((await submit(site, { newMessage: 'Hi there' }, { 'x-wp-nonce': restNonce })).status, 200);
}));

test('start_session_with_an_old_nonce_offers_the_new_one', () => withSite({}, async (site) => {
  const old = site.nonce.current('engine');
  site.nonce.rotate();
  const { new_token: fresh } = JSON.parse((await session(site, { 'x-wp-nonce': old })).body);
  assert.equal(fresh, site.nonce.current('engine'));
  assert.notEqual(fresh, old);
}));

test('pages_hold_the_nonce_of_the_day', () => withSite({ engine: '2.0.9' }, async (site) => {
  const read = async (path) => (await send(site.url + path)).body;
  const places = [
    ['/', /data-nonce="(\w+)"/, 'power'], ['/', /"search_nonce": "(\w+)"/, 'power'],
    ['/chat/', /&quot;restNonce&quot;:&quot;(\w+)&quot;/, 'engine'],
    ['/chat-puffer/', /&quot;nonce&quot;:&quot;(\w+)/, 'puffer'],
  ];
  for (const [path, place, plugin] of places) {
    const before = (await read(path)).match(place)[1];
    assert.equal(before, site.nonce.current(plugin), `${path} ${place}`);
    site.nonce.rotate();
    assert.notEqual((await read(path)).match(place)[1], before);
  }
}));

test('the_stored_message_of_ai_puffer_lives_sixty_seconds_and_is_used_once', () => withSite({}, async (site) => {
  const nonce = site.nonce.current('puffer');
  const store = async () => JSON.parse((await ajax(site, {
    action: 'aipkit_cache_sse_message', _ajax_nonce: nonce, message: 'Hi', bot_id: '5',
  })).body).data.cache_key;
  const stream = async (key) => (await send(`${site.url}/wp-admin/admin-ajax.php?${new URLSearchParams({
    action: 'aipkit_frontend_chat_stream', cache_key: key, _ajax_nonce: nonce, bot_id: '5', session_id: 's',
    conversation_uuid: 'c',
  })}`)).body;
  const key = await store();
  site.advance(59_000);
  assert.match(await stream(key), /event: done\ndata: {"finished":true}\n\n$/);
  assert.match(await stream(key), /Message not found in cache\./);
  const late = await store();
  site.advance(61_000);
  assert.match(await stream(late), /Cached message has expired\./);
}));

test('the_length_is_counted_in_characters_and_refused_in_two_ways', () => withSite({ maxLength: 5 }, async (site) => {
  assert.equal((await submit(site, { newMessage: '👍👍👍👍👍' })).status, 200);
  const plain = await submit(site, { newMessage: 'яяяяяя', stream: false });
  assert.deepEqual([plain.status, JSON.parse(plain.body).success], [500, false]);
  const streamed = await send(chatUrl(site), submission(site, { newMessage: 'яяяяяя' }));
  assert.equal(streamed.status, 200);
  assert.match(streamed.body, /^data: {"type":"error"/);
  assert.match(header(streamed, 'content-type'), /^application\/json/);
}));
