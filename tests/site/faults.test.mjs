import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, test } from 'node:test';
import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import { chatUrl, form, header, open, send, sessionUrl, submission, submit } from './client.mjs';
import { startSite } from './server.mjs';

const site = await startSite({ delay: 0 });
after(() => site.close());
afterEach(() => site.clear());

const CHAT = chatUrl(site);
const HI = { newMessage: 'Hi there' };
const chat = () => submit(site, HI);
const right = (await chat()).body;

/** What a client gets that knows no better, and whether that was all. */
async function fetched() {
  const response = await fetch(CHAT, submission(site, HI));
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  } catch {
    return { response, text, broke: true };
  }
  return { response, text, broke: false };
}

/** The first events of the right answer. */
const begin = (count) => right.split('\n\n').slice(0, count).map((event) => `${event}\n\n`).join('');

test('an_answer_without_fault_is_whole', () => assert.match(right, /"type":"end"/));

test('mute_sends_not_even_headers', async () => {
  site.fault('mute');
  const gone = new AbortController();
  const pending = fetch(CHAT, { ...submission(site, HI), signal: gone.signal });
  const request = await site.requests.next('chat');
  assert.equal(request.end, 'open');
  gone.abort();
  await assert.rejects(pending, { name: 'AbortError' });
  assert.equal(await request.closed, 'aborted');
});

test('stall_sends_some_events_and_stays_open', async () => {
  site.fault({ name: 'stall', after: 2 });
  const answer = await open(CHAT, submission(site, HI));
  let text = '';
  for await (const chunk of answer) {
    text += chunk;
    if (text.split('\n\n').length === 3) break;
  }
  assert.equal(text, right.split('\n\n').slice(0, 2).map((event) => `${event}\n\n`).join(''));
  assert.equal(await site.requests.of('chat')[0].closed, 'aborted');
});

test('stall_without_events_sends_the_headers', async () => {
  site.fault('stall');
  const answer = await open(CHAT, submission(site, HI));
  assert.match(answer.headers['content-type'], /^text\/event-stream/);
  answer.destroy();
  assert.equal(await site.requests.of('chat')[0].closed, 'aborted');
});

test('truncate_ends_cleanly_without_the_last_event', async () => {
  site.fault({ name: 'truncate', after: 3 });
  const { body } = await chat();
  assert.equal(body.split('\n\n').length, 4);
  assert.ok(right.startsWith(body) && !body.includes('"end"'));
});

test('reset_destroys_the_socket_after_so_many_bytes', async () => {
  site.fault({ name: 'reset', bytes: 50 });
  const answer = await open(CHAT, submission(site, HI));
  let got = '';
  await assert.rejects(async () => {
    for await (const chunk of answer) got += chunk;
  }, { code: 'ECONNRESET' });
  assert.equal(got, right.slice(0, 50));
});

test('reset_counts_events_and_bytes_and_can_end_by_an_rst', async () => {
  for (const rst of [false, true]) {
    site.fault({ name: 'reset', after: 2, bytes: 3, rst });
    const { text, broke } = await fetched();
    assert.deepEqual([text, broke], [right.slice(0, begin(2).length + 3), true]);
  }
});

test('unanswered_head_and_raw_send_no_whole_head', async () => {
  for (const [name, code] of [['unanswered', 'ECONNRESET'], ['head', 'ECONNRESET'], ['raw', 'HPE_INVALID_CONSTANT']]) {
    site.fault(name);
    await assert.rejects(open(CHAT, submission(site, HI)), { code }, name);
  }
});

test('length_announces_more_or_less_than_there_is', async () => {
  site.fault({ name: 'length', by: 10 });
  const long = await fetched();
  assert.equal(Number(long.response.headers.get('content-length')), Buffer.byteLength(right) + 10);
  assert.deepEqual([long.text, long.broke], [right, true]);
  site.fault({ name: 'length', after: 2 });
  const short = await fetched();
  assert.deepEqual([short.text, short.broke], [begin(2), false]);
});

test('bighead_has_a_large_header_and_badchunk_a_wrong_chunk', async () => {
  site.fault({ name: 'bighead', bytes: 1_000 });
  const big = await fetched();
  assert.deepEqual([big.response.headers.get('x-big').length, big.text], [1_000, right]);
  site.fault({ name: 'badchunk', after: 1 });
  const bad = await fetched();
  assert.deepEqual([bad.text, bad.broke], [begin(1), true]);
});

test('html_with_any_status', async () => {
  for (const status of [200, 403, 502]) {
    site.fault({ name: 'html', status });
    const answer = await chat();
    assert.equal(answer.status, status);
    assert.match(answer.body, /^<!DOCTYPE html>/);
    assert.match(header(answer, 'content-type'), /^text\/html/);
  }
});

test('a_status_so_many_times_and_then_the_right_answer', async () => {
  site.fault({ name: 'status', status: 429, retryAfter: 1, times: 2 });
  const answers = [await chat(), await chat(), await chat()];
  assert.deepEqual(answers.map(({ status }) => status), [429, 429, 200]);
  assert.deepEqual(answers.map((answer) => header(answer, 'retry-after')), ['1', '1', undefined]);
});

test('a_redirect_goes_to_the_same_address_or_to_another_origin', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    site.fault({ name: 'redirect', status });
    const answer = await chat();
    assert.deepEqual([answer.status, header(answer, 'location')], [status, CHAT]);
  }
  site.fault({ name: 'redirect', to: 'https://elsewhere.example/x' });
  assert.equal(header(await chat(), 'location'), 'https://elsewhere.example/x');
});

test('dribble_sends_byte_by_byte', async () => {
  site.fault('dribble');
  const answer = await open(CHAT, submission(site, { newMessage: 'ERR_401' }));
  const sizes = [];
  for await (const chunk of answer) sizes.push(chunk.length);
  assert.ok(sizes.length > 100, `${sizes.length} chunks`);
  assert.ok(Math.max(...sizes) < 20, `${Math.max(...sizes)} bytes in one chunk`);
});

test('dribble_can_pause_and_go_on_event_by_event_and_trickle_pauses_before_each', async () => {
  site.fault({ name: 'dribble', every: 1, bytes: 20 });
  assert.equal((await chat()).body, right);
  site.fault({ name: 'trickle', every: 2 });
  const start = performance.now();
  assert.equal((await chat()).body, right);
  assert.ok(performance.now() - start > right.split('\n\n').length);
});

test('a_line_and_a_json_answer_of_any_size', async () => {
  site.fault({ name: 'json', bytes: 1_000_000 });
  const { bytes } = await chat();
  assert.equal(bytes.length, 1_000_000);
  assert.equal(JSON.parse(bytes.toString()).success, true);
  site.fault({ name: 'line', bytes: 200_000 });
  const answer = await open(CHAT, submission(site, HI));
  let size = 0;
  for await (const chunk of answer) {
    assert.ok(!chunk.includes('\n'));
    if ((size += chunk.length) === 200_000) break;
  }
  assert.equal(await site.requests.of('chat').at(-1).closed, 'aborted');
});

test('comments_never_end_and_are_sent_no_faster_than_they_are_read', async () => {
  site.fault('comments');
  const answer = await open(CHAT, submission(site, HI));
  const [first] = await once(answer, 'data');
  assert.match(first.toString(), /^: still here\n\n/);
  answer.destroy();
  assert.equal(await site.requests.of('chat')[0].closed, 'aborted');
  site.fault({ name: 'comments', after: 1 });
  const later = await open(CHAT, submission(site, HI));
  let text = '';
  for await (const chunk of later) {
    text += chunk;
    if (text.includes(': still here')) break;
  }
  assert.ok(text.startsWith(`${begin(1)}: still here\n\n`));
});

test('gzip_holds_the_same_body_and_is_flushed_after_each_event', async () => {
  site.fault('gzip');
  const { bytes, ...rest } = await chat();
  assert.equal(header(rest, 'content-encoding'), 'gzip');
  assert.equal(gunzipSync(bytes).toString(), right);
  site.fault('gzip');
  assert.equal(await (await fetch(CHAT, submission(site, HI))).text(), right);
});

test('badgzip_holds_some_events_and_then_no_gzip', async () => {
  site.fault({ name: 'badgzip', after: 1 });
  const { bytes } = await chat();
  assert.throws(() => gunzipSync(bytes), { code: 'Z_DATA_ERROR' });
  // Ten bytes of a head before the events, 64 of rubbish behind them.
  assert.equal(inflateRawSync(bytes.subarray(10, -64), { finishFlush: constants.Z_SYNC_FLUSH }).toString(), begin(1));
});

test('a_gzip_bomb_is_small_on_the_wire_and_valid', async () => {
  site.fault({ name: 'bomb', bytes: 64 * 1024 * 1024 });
  const { bytes } = await chat();
  assert.ok(bytes.length < 200_000, `${bytes.length} bytes`);
  const text = gunzipSync(bytes);
  assert.ok(text.length >= 64 * 1024 * 1024);
  assert.match(text.subarray(-10).toString(), /^ +"}\n\n$/);
});

test('type_bom_crlf_and_cr_change_the_form_only', async () => {
  site.fault('type');
  assert.equal(header(await chat(), 'content-type'), 'text/plain');
  site.fault({ name: 'type', type: '' });
  assert.equal(header(await chat(), 'content-type'), undefined);
  site.fault('bom');
  assert.equal((await chat()).body, `\ufeff${right}`);
  site.fault('crlf');
  assert.equal((await chat()).body, right.replaceAll('\n', '\r\n'));
  site.fault('cr');
  assert.equal((await chat()).body, right.replaceAll('\n', '\r'));
});

test('204_and_empty_have_no_body', async () => {
  site.fault('204');
  const none = await chat();
  assert.deepEqual([none.status, none.body], [204, '']);
  site.fault('empty');
  const empty = await chat();
  assert.deepEqual([empty.status, empty.body], [200, '']);
  assert.match(header(empty, 'content-type'), /^text\/event-stream/);
});

test('a_fault_waits_for_its_kind_of_request', async () => {
  site.fault({ name: 'status', on: 'session' });
  assert.equal((await chat()).status, 200);
  const session = () => send(sessionUrl(site), { method: 'POST' });
  assert.deepEqual([(await session()).status, (await session()).status], [503, 200]);
});

test('a_message_can_ask_for_a_fault_a_number_of_times', async () => {
  const ask = (newMessage) => submit(site, { newMessage });
  assert.equal((await ask('FAULT 204')).status, 204);
  assert.equal((await ask('please FAULT html status=403')).status, 403);
  const twice = 'FAULT status status=429 times=2';
  assert.deepEqual([(await ask(twice)).status, (await ask(twice)).status, (await ask(twice)).status], [429, 429, 200]);
  const flattened = 'User: FAULT 204\nAssistant: oh\nUser: Hi there\nAssistant:';
  assert.equal((await ask(flattened)).status, 200);
  assert.equal((await ask('FAULT nonsense')).status, 200);
});

test('a_message_to_the_other_plugins_can_ask_too', async () => {
  const ajax = `${site.url}/wp-admin/admin-ajax.php`;
  const message = 'FAULT html status=502';
  const action = 'wpaicg_chat_shortcode_message';
  const classic = await send(ajax, form({ action, _wpnonce: site.nonce.current('power'), message, bot_id: '0' }));
  assert.equal(classic.status, 502);
  const nonce = { _ajax_nonce: site.nonce.current('puffer'), bot_id: '5' };
  const stored = await send(ajax, form({ action: 'aipkit_cache_sse_message', message, ...nonce }));
  assert.equal(stored.status, 200);
  const key = JSON.parse(stored.body).data.cache_key;
  const stream = { action: 'aipkit_frontend_chat_stream', cache_key: key, session_id: 's', conversation_uuid: 'c' };
  assert.equal((await send(`${ajax}?${new URLSearchParams({ ...stream, ...nonce })}`)).status, 502);
});

test('an_unknown_fault_is_refused_with_the_list_of_known_ones', () => {
  assert.throws(() => site.fault('stal'), /no fault is called "stal"; there are: .*\bstall\b/);
});
