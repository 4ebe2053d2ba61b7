// `npm run record` against a service that reveals secrets; and a search for secrets in everything that is recorded already.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { ROOT } from '../../scripts/lib/paths.mjs';
import { withRows } from '../../scripts/lib/recording.mjs';
import { findSecrets, masker } from '../../scripts/lib/secrets.mjs';

const KEY = 'co-R3al+Key/0123456789abcdef';
const ACCOUNT = 'acct-of-somebody-42';
const REFERENCE = '# Wire reference\n\n## Part E. Index of the files\n\n### other/ (part F)\n\n| case |\n|---|\n| `one` | 200 |\n';

/** Sites of tests that were thrown away with their cookies. */
const LOCAL_SITES = ['ai-engine', 'ai-power', 'live'];

let server;
let url;
let folder;
/** What the service was asked, and what it adds to each text, in one piece or in several. */
let asked;
let aside;

const chunk = (delta, finish_reason = null) => `data: ${JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const END = `data: ${JSON.stringify({ id: 'x', choices: [], usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } })}\n\ndata: [DONE]\n\n`;

function answer({ authorization }, body) {
  if (authorization !== undefined && authorization !== `Bearer ${KEY}`) {
    return [401, { error: { message: `Incorrect API key provided: ${authorization.slice(7)}`, code: 'invalid_api_key' } }];
  }
  if (body.model === 'rivulet-no-such-model') {
    return [404, { error: { message: `The model does not exist for ${ACCOUNT}`, code: 'model_not_found' } }];
  }
  const isNew = body.tools && body.messages.at(-1).role === 'user';
  if (isNew) {
    const call = { index: 0, id: 'call_Oslo', type: 'function', function: { name: 'get_weather', arguments: '' } };
    const pieces = ['{"city":', '"Oslo"}'].map((piece) => chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }));
    return [200, [chunk({ content: 'Wait.' }), chunk({ tool_calls: [call] }), ...pieces, chunk({}, 'tool_calls'), END]];
  }
  const added = [aside].flat().map((content) => chunk({ content }));
  return [200, [chunk({ role: 'assistant', content: 'Привет' }), ...added, chunk({}, body.max_tokens ? 'length' : 'stop'), END]];
}

before(async () => {
  server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    asked.push({ path: incoming.url, headers: incoming.headers, body: JSON.parse(body) });
    const [status, content] = answer(incoming.headers, JSON.parse(body));
    outgoing.writeHead(status, {
      'content-type': Array.isArray(content) ? 'text/event-stream' : 'application/json',
      'x-ratelimit-limit-requests': '60',
      'set-cookie': '__cf_bm=c00kie-of-the-front-end; path=/; HttpOnly',
      'openai-organization': 'somebody-inc',
      'cf-ray': '8f0000000000abcd-OSL',
    });
    outgoing.end(Array.isArray(content) ? content.join('') : JSON.stringify(content));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${server.address().port}/v1`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  [asked, aside] = [[], '!'];
  folder = await mkdtemp(join(tmpdir(), 'rivulet-record-'));
  await writeFile(join(folder, 'README.md'), REFERENCE);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function record(...args) {
  const env = { ...process.env, OPENAI_CHAT_API_KEY: KEY, ACCOUNT };
  const child = spawn(process.execPath, ['scripts/record.mjs', ...args, '--out', folder], { cwd: ROOT, env });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  const [status] = await once(child, 'close');
  return { status, ...output };
}
const all = (...more) => record('openai-chat', '--url', url, '--model', 'm-1', '--private', 'name=ACCOUNT', ...more);

const filesOf = async (name) => (await readdir(join(folder, name)).catch(() => [])).sort();
const read = (...path) => readFile(join(folder, ...path), 'utf8');

/** Everything that lies on the disk. */
async function written() {
  const names = await filesOf('openai-chat');
  return (await Promise.all([read('README.md'), ...names.map((name) => read('openai-chat', name))])).join('\n');
}

test('records each case, says what must come of it, and puts it into the index', async () => {
  const { status, stdout, stderr } = await all();
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^1\/11 text .*200 text\/event-stream, \d+\.\d s$/m);
  assert.match(stdout, /^11 recorded, 0 left out: /m);

  const calls = JSON.parse(await read('openai-chat', 'calls.json'));
  assert.deepEqual(calls['*'], {
    provider: 'OpenAiChat',
    settings: { baseUrl: '/v1', name: 'name-placeholder', apiKey: 'sk-placeholder-0123456789' },
    options: { model: 'm-1', messages: 'Hi there' },
  });
  assert.deepEqual(calls.text, {
    options: { messages: 'Say hello in one short sentence.' }, text: 'Привет!', pieces: 2, events: ['usage 5 7 12', 'finish stop'],
  });
  assert.deepEqual(calls.length.events, ['usage 5 7 12', 'finish length']);
  assert.deepEqual(calls.tools.events, [
    'tool 0 call_Oslo get_weather ', 'tool 0 call_Oslo get_weather {"city":', 'tool 0 call_Oslo get_weather "Oslo"}',
    'tool 0 call_Oslo get_weather {"city":"Oslo"} done', 'usage 5 7 12', 'finish tool_calls',
  ]);
  assert.equal(calls['tools-result'].options.messages.at(-1).tool_call_id, 'call_Oslo');
  assert.equal(calls['tools-result'].options.messages.at(-2).content, 'Wait.');
  assert.deepEqual(calls['error-model'].error, ['model_not_found', 'The model does not exist for name-placeholder (status 404)']);
  assert.deepEqual(calls['error-key'].settings, { apiKey: 'sk-wrong-0123456789' });
  assert.equal(calls['error-key'].error[0], 'auth');

  const index = (await read('README.md')).split('### openai-chat/')[1];
  for (const name of Object.keys(calls).filter((one) => one !== '*')) {
    assert.match(index, new RegExp(`^\\| \`${name}\` \\| \\d+ \\| (text/event-stream|application/json) \\| \\.(sse|json) \\| .+ \\|$`, 'm'));
  }
  assert.ok((await read('README.md')).startsWith(REFERENCE), 'what stood there stays');
});

test('the exchange is what went over the wire, but for the coding', async () => {
  await all('--only', 'text');
  assert.deepEqual(await filesOf('openai-chat'), ['calls.json', 'text.http', 'text.sse']);
  const [http, body] = await Promise.all([read('openai-chat', 'text.http'), read('openai-chat', 'text.sse')]);
  const [request, response] = http.split('--- response ---\n');
  assert.match(request, /^--- request ---\nPOST \/v1\/chat\/completions HTTP\/1\.1\nHost: 127\.0\.0\.1:\d+\n/);
  assert.match(request, /^authorization: Bearer sk-placeholder-0123456789$/m);
  assert.deepEqual(JSON.parse(request.split('\n\n')[1]), asked[0].body);
  assert.match(response, /^HTTP\/1\.1 200 OK\n/);
  assert.match(response, /^x-ratelimit-limit-requests: 60$/m);
  assert.ok(response.endsWith(`\n\n${body}`));
  assert.equal(body, chunk({ role: 'assistant', content: 'Привет' }) + chunk({ content: '!' }) + chunk({}, 'stop') + END);
});

test('what a service says back of key, account and people does not come onto the disk', async () => {
  aside = ` ${KEY} ${Buffer.from(KEY).toString('base64')} ${encodeURIComponent(KEY)} ${ACCOUNT} ada@lovelace.org org-a1B2c3D4e5F6g7H8i9`;
  const { status, stdout, stderr } = await all();
  assert.equal(status, 0, stderr);
  const disk = (await written()) + stdout + stderr;
  const secrets = [KEY, Buffer.from(KEY).toString('base64'), encodeURIComponent(KEY), ACCOUNT, 'lovelace', 'a1B2c3D4', 'c00kie', 'somebody-inc', '8f0000000000abcd'];
  for (const secret of secrets) assert.ok(!disk.includes(secret), secret);
  assert.equal(
    JSON.parse(await read('openai-chat', 'calls.json')).text.text,
    `Привет ${'sk-placeholder-0123456789 '.repeat(3)}name-placeholder someone@mail.example org-placeholder`,
  );
});

test('what has the shape of a secret and is none of ours is not written, and the command says so without it', async () => {
  const token = 'ghp_0123456789abcdefghijABCDEFGHIJ';
  aside = ` ${token}`;
  const { status, stdout, stderr } = await all('--only', 'text');
  assert.equal(status, 1);
  assert.match(stderr, /^error: text: the exchange holds what looks like a key \(ghp_.{1,8}\.\.\.\): it was not written\./m);
  assert.ok(!(stdout + stderr + (await written())).includes(token));
  assert.deepEqual(await filesOf('openai-chat'), []);
});

test('a key that a stream says in pieces is not written either', async () => {
  aside = [KEY.slice(0, 9), KEY.slice(9)];
  const { status, stdout, stderr } = await all('--only', 'text');
  assert.equal(status, 1);
  assert.match(stderr, /^error: text: the service says a secret back, in pieces/m);
  assert.ok(!(stdout + stderr + (await written())).includes(KEY.slice(9)));
});

test('what is there stays, unless it is to be recorded again', async () => {
  await all('--only', 'text,stop');
  const before = await read('openai-chat', 'text.sse');
  aside = '?';
  const { status, stdout } = await all('--only', 'text,length');
  assert.equal(status, 0);
  assert.match(stdout, /text +left out: it is there already/);
  assert.equal(await read('openai-chat', 'text.sse'), before);
  await all('--only', 'text', '--force');
  assert.equal(JSON.parse(await read('openai-chat', 'calls.json')).text.text, 'Привет?');
  assert.equal((await read('README.md')).match(/^\| `text` /gm)?.length, 1);
  assert.deepEqual(Object.keys(JSON.parse(await read('openai-chat', 'calls.json'))), ['*', 'text', 'stop', 'length']);
});

test('a local server without a key has no case of a wrong one', async () => {
  const { status, stdout, stderr } = await record('vllm', '--provider', 'OpenAiChat', '--url', url, '--model', 'm-1', '--no-key', '--only', 'text,error-key');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /error-key +left out: no key is given/);
  assert.ok(asked.every(({ headers }) => headers.authorization === undefined));
  assert.deepEqual(JSON.parse(await read('vllm', 'calls.json'))['*'].settings, { baseUrl: '/v1' });
});

test('a refusal is no recording of something else', async () => {
  const { status, stdout, stderr } = await record('openai-chat', '--url', url, '--model', 'm-1', '--key-env', 'ACCOUNT', '--only', 'text');
  assert.equal(status, 1);
  assert.match(stdout, /text +left out: the service refused it: Incorrect API key provided/);
  assert.match(stderr, /^error: nothing was recorded$/m);
  assert.ok(!(stdout + stderr).includes(ACCOUNT));
});

test('a folder holds one protocol', async () => {
  await all('--only', 'text');
  const { status, stderr } = await all('--only', 'text', '--provider', 'OpenAiResponses');
  assert.equal(status, 1);
  assert.match(stderr, /^error: openai-chat holds recordings of OpenAiChat, not of OpenAiResponses: choose another NAME$/m);
});

for (const [words, status, complaint] of [
  [[], 2, /^error: NAME is missing/],
  [['../up', '--model', 'm'], 2, /^error: NAME: '\.\.\/up' must be small letters/],
  [['openai-chat'], 2, /^error: --model is missing/],
  [['groq', '--model', 'm'], 2, /^error: the key .*: the environment variable GROQ_API_KEY is not set/],
  [['openai-chat', '--model', 'm', '--only', 'text,nope'], 2, /^error: --only: no such case: nope/],
  [['openai-chat', '--model', 'm', '--url', 'localhost:8000'], 2, /^error: --url: 'localhost:8000' is no http\(s\) address/],
  [['openai-chat', '--model', 'm', '--setting', 'x'], 2, /^error: --setting: 'x' must be NAME=VALUE/],
  [['nobody', '--model', 'm', '--no-key'], 1, /^error: no provider is called nobody: give --provider, one of /],
  [['openai-chat', '--model', 'm', '--url', 'http://127.0.0.1:1/v1'], 1, /^error: text: no answer came: /],
]) {
  test(`record ${words.join(' ')}: refused in words`, async () => {
    const told = await record(...words);
    assert.equal(told.status, status, told.stderr);
    assert.match(told.stderr, complaint);
  });
}

test('rows go into the table of their folder and nowhere else', () => {
  const row = { case: 'text', status: 200, type: 'text/event-stream', ending: '.sse', shows: 'it' };
  const line = '| `text` | 200 | text/event-stream | .sse | it |';
  const table = ['**Recorded**', '', '| case | status | Content-Type | body | shows |', '|---|---|---|---|---|'];
  const made = withRows(REFERENCE, 'new', [row]);
  assert.equal(made, `${REFERENCE}\n### new/\n\n${[...table, line].join('\n')}\n`);
  assert.equal(withRows(made, 'new', [row]), made);
  const between = `${REFERENCE}\n### new/ (part Z)\n\n**Written from documentation**\n\n| a |\n|---|\n| \`doc\` |\n\n### next/\n\n| \`text\` | other |\n`;
  const both = withRows(between, 'new', [row]);
  assert.equal(both.match(/`text`/g).length, 2);
  assert.ok(both.indexOf(line) > both.indexOf('### new/') && both.indexOf(line) < both.indexOf('### next/'));
  assert.throws(() => withRows('# Nothing\n', 'new', [row]), /no part E/);
});

test('whatever has the shape of a secret is found, and what is made up is not', () => {
  for (const [kind, text] of [
    ['a key in a header', 'x-api-key: 0123456789abcdef'],
    ['a Bearer token', '{"h":"Bearer 0123456789abcdefXYZ"}'],
    ['a key', 'sk-ant-api03-0123456789abcdef'],
    ['a key', 'gsk_0123456789abcdefghijKLMN'],
    ['a key of Google', 'AIzaSyA0123456789abcdefghijklmnopqrstuv'],
    ['a key of AWS', 'AKIAIOSFODNN7ABCDEFG'],
    ['a signed token', 'eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKK'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
    ['a cookie', 'Set-Cookie: session=1; Path=/'],
    ['an id of an account', 'openai-organization: somebody'],
    ['an id of an organisation', 'for org-a1B2c3D4e5F6g7H8'],
    ['an e-mail address', 'write to ada.l@mail.lovelace.org'],
  ]) {
    const [found] = findSecrets(`first\n${text}`);
    assert.deepEqual([found?.kind, found?.line], [kind, 2], text);
    assert.ok(text.length > found.hint.length - 3 && !found.hint.includes(text), found.hint);
  }
  for (const text of [
    'authorization: Bearer sk-placeholder-0123456789', 'x-api-key: sk-wrong-0123456789', 'someone@mail.example', 'a@example.com',
    'WWW-Authenticate: Bearer realm="aimock"', 'POST /ai/run/@cf/test/llama', 'org-wide rules for user-visible texts',
  ]) {
    assert.deepEqual(findSecrets(text), [], text);
  }
  assert.deepEqual(findSecrets('Set-Cookie: a=1', { cookies: true }), []);
});

test('of two secrets of which one begins with the other each is taken out whole', () => {
  const mask = masker({ secret12: 'A', 'secret12-longer': 'B', 'quo"ted\\': 'C' });
  assert.equal(mask('secret12-longer secret12 quo\\"ted\\\\ quo"ted\\'), 'B A C C');
});

test('no recording holds a secret', async () => {
  const wire = join(ROOT, 'tests', 'wire');
  let files = 0;
  const found = [];
  for (const entry of await readdir(wire, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    files++;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const name = path.slice(wire.length + 1);
    const cookies = LOCAL_SITES.includes(name.split(/[\\/]/)[0]);
    const text = (await readFile(path)).toString('latin1');
    found.push(...findSecrets(text, { cookies }).map(({ kind, line, hint }) => `${name}:${line}: ${kind} (${hint})`));
  }
  assert.ok(files > 500, `${files} files`);
  assert.deepEqual(found, []);
});
