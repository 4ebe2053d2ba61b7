// Warnings reach those who read the text of a reply: by `onWarning`, or in development by the console.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { Fallback, OpenAiChat } from '../../dist/index.js';
import { chatError } from './helper.mjs';
import { says } from './services.mjs';

const settings = { baseUrl: 'https://llm.example', defaultModel: 'm', fetch: async () => says('yes')() };
const LEFT_OUT = /^OpenAiChat has no way to pass on 'shortcutId'/;
/** A call with an option that no service has a place for. */
const call = (more) => ({ messages: 'x', shortcutId: 'a', ...more });

/** What `work` writes to the console. */
async function written(work) {
  const lines = [];
  const { warn } = console;
  console.warn = (line) => lines.push(line);
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return lines;
}

test('onWarning gets each warning as its event, however the text is read, and the console nothing', async () => {
  const provider = new OpenAiChat(settings);
  for (const read of [
    (options) => provider.createAsync(options),
    (options) => provider.createAsyncGenerator(options).text(),
    (options) => provider.createAsyncGenerator(options).toResponse().text(),
    (options) => provider.with({ onWarning: options.onWarning }).createAsync(call()),
    (options) => new Fallback([provider]).createAsync(options),
  ]) {
    const heard = [];
    const lines = await written(() => read(call({ onWarning: (warning) => heard.push(warning) })));
    assert.deepEqual(lines, []);
    assert.equal(heard.length, 1);
    assert.deepEqual(Object.keys(heard[0]).sort(), ['message', 'type']);
    assert.equal(heard[0].type, 'warning');
    assert.match(heard[0].message, LEFT_OUT);
  }
});

test('a listener that throws or rejects changes nothing', async () => {
  const provider = new OpenAiChat(settings);
  for (const onWarning of [() => { throw new Error('mine'); }, async () => { throw new Error('mine'); }]) {
    assert.equal(await provider.createAsync(call({ onWarning })), 'yes');
  }
});

test('those who read events get the warning there, and onWarning, too', async () => {
  const heard = [];
  const events = [];
  const lines = await written(async () => {
    for await (const event of new OpenAiChat(settings).createAsyncGenerator(call()).events) events.push(event);
    for await (const event of new OpenAiChat(settings).createAsyncGenerator(call({ onWarning: (warning) => heard.push(warning) })).events) events.push(event);
  });
  assert.deepEqual(lines, []);
  const warnings = events.filter(({ type }) => type === 'warning');
  assert.equal(warnings.length, 2);
  assert.deepEqual(heard, [warnings[1]]);
});

test('a member of a Fallback that fails has no warning told', async () => {
  const failing = new OpenAiChat({ ...settings, name: 'Failing', retries: 0, fetch: async () => new Response('', { status: 500 }) });
  const heard = [];
  const onWarning = ({ message }) => heard.push(message);
  assert.equal(await new Fallback([failing, new OpenAiChat(settings)]).createAsync(call({ onWarning })), 'yes');
  assert.equal(heard.length, 1);
  assert.match(heard[0], LEFT_OUT);
});

test('onWarning is a function, null or left out', async () => {
  for (const onWarning of [1, 'x', {}, true]) await chatError(new OpenAiChat(settings).createAsync(call({ onWarning })), 'input', /^onWarning must be a function, or null$/);
});

const PROGRAM = `
import { OpenAiChat } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url))};
import { says } from ${JSON.stringify(new URL('./services.mjs', import.meta.url))};
const provider = new OpenAiChat({ baseUrl: 'https://llm.example', defaultModel: 'm', fetch: async () => says('yes')() });
const call = { messages: 'x', shortcutId: 'a' };
await provider.createAsync({ ...call, onWarning: null });
await provider.with({ onWarning: null }).createAsync(call);
await provider.createAsync({ ...call, onWarning() {} });
for await (const event of provider.createAsyncGenerator(call).events);
console.warn('until here nothing');
await provider.createAsync(call);
await provider.createAsync(call);
`;

/** The lines on the console of a process that reads texts of replies with a warning. */
async function linesWith(environment) {
  const env = { ...process.env, NODE_ENV: environment };
  if (environment === undefined) delete env.NODE_ENV;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM], { env });
  return stderr.trim().split('\n');
}

test('in development the console says a warning once, where nobody listens; onWarning: null is silent', async () => {
  for (const environment of [undefined, 'development', 'test']) {
    const [first, line, hint, ...more] = await linesWith(environment);
    assert.equal(first, 'until here nothing');
    assert.match(line, /^rivulet: OpenAiChat has no way to pass on 'shortcutId'/);
    assert.match(hint, /onWarning/);
    assert.deepEqual(more, []);
  }
});

test('in production the console says nothing', async () => {
  assert.deepEqual(await linesWith('production'), ['until here nothing']);
});
