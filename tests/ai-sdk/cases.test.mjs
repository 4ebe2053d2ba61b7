// Every answer of tests/cases, which are inputs from public reports: through a model and through a page it is the same as without them, and what goes
// back to the service in the next request is the same, to the letter.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';

import { fromUIMessages, languageModel, toUIMessageStream } from '../../dist/ai-sdk.js';
import * as rivulet from '../../dist/index.js';
import { sdk } from './helper.mjs';

const CASES = new URL('../cases/', import.meta.url);
const RESULT = 'the result';
// Ids that the core makes are the same ones each time.
crypto.getRandomValues = (numbers) => numbers.fill(7);

const user = (text) => ({ role: 'user', content: [{ type: 'text', text }] });

/** Provider of a case that answers as recorded, and one that notes what it is asked and fails. */
async function providersOf(name, given) {
  const bytes = await readFile(new URL(`${name}/response.txt`, CASES));
  const settings = { apiKey: 'k-test', defaultModel: 'm', retries: 0, ...rivulet.SERVICES[given.service], ...given.settings, baseUrl: `http://127.0.0.1:9${given.path ?? '/v1'}`, ...(given.provider === 'WorkersAi' && { accountId: 'acc' }) };
  const make = (fetch) => new rivulet[given.provider ?? 'OpenAiChat']({ ...settings, fetch });
  const bodies = [];
  return {
    answers: make(async () => new Response(bytes, { status: given.status ?? 200, headers: { 'content-type': given.type ?? 'text/event-stream; charset=utf-8', ...given.headers } })),
    asked: make(async (_, init) => {
      bodies.push(JSON.parse(new TextDecoder().decode(await new Response(init.body).arrayBuffer())));
      return new Response('', { status: 400 });
    }),
    bodies,
  };
}

async function directly(provider, options) {
  const reply = provider.createAsyncGenerator({ ...options, messages: [user('Hi')] });
  const got = { text: '', reasoning: '', calls: [], error: undefined };
  try {
    for await (const event of reply.events) {
      if (event.type === 'text') got.text += event.text;
      else if (event.type === 'reasoning') got.reasoning += event.text;
      else if (event.type === 'replace') got.final = event.text;
      else if (event.type === 'audio') {
        got.text += event.transcript ?? '';
        got.isSpoken = true;
      }
      else if (event.type === 'tool-call' && event.done) got.calls.push([event.id, event.name, event.arguments]);
    }
  } catch (error) {
    got.error = error.code;
  }
  return { ...got, message: reply.message };
}

/** The same by a model, with the content of the answer as the SDK gives it back. */
async function byModel(model, options) {
  const got = { text: '', reasoning: '', calls: [], error: undefined, content: [] };
  const open = new Map();
  let last;
  try {
    for await (const part of (await model.doStream({ prompt: [user('Hi')], providerOptions: { rivulet: options } })).stream) {
      const { type, id, providerMetadata: providerOptions } = part;
      if (type === 'error') got.error = part.error.code;
      const [, kind, what] = /^(text|reasoning)-(start|delta|end)$/.exec(type) ?? [];
      if (what === 'start') {
        assert.ok(!open.has(id));
        // Parts of the reasoning that follow each other directly are apart by a blank line, as in the text of all of it.
        if (kind === 'reasoning' && last === 'reasoning') got.reasoning += '\n\n';
        open.set(id, got.content[got.content.push({ type: kind, text: '' }) - 1]);
      }
      if (kind) last = kind;
      if (what === 'delta') {
        got[kind] += part.delta;
        open.get(id).text += part.delta;
      }
      if (kind && providerOptions) open.get(id).providerOptions = providerOptions;
      if (type === 'tool-call') {
        got.calls.push([part.toolCallId, part.toolName, part.input]);
        let input = part.input;
        try {
          input = JSON.parse(input);
        } catch {}
        got.content.push({ type, toolCallId: part.toolCallId, toolName: part.toolName, input, ...(providerOptions && { providerOptions }) });
      }
      if (type === 'file' && /^image/.test(part.mediaType)) got.content.push({ type, mediaType: part.mediaType, data: part.data });
    }
  } catch (error) {
    got.error = error.code;
  }
  return got;
}

/** The same by a page. */
async function byPage(ai, reply) {
  let message;
  let error;
  for await (const given of ai.readUIMessageStream({ stream: toUIMessageStream(reply, { onError: (thrown) => thrown.code, onWarning: null }), onError: (thrown) => { error = thrown.message; } })) message = given;
  return { message: message ?? { id: 'a', role: 'assistant', parts: [] }, error };
}

const results = (calls) => calls.map(([id]) => ({ role: 'tool', tool_call_id: id, content: RESULT }));

/** A body, without what the model asks of Responses, and with arguments as JSON whatever their blanks. */
function plain(body) {
  const { include: _, ...rest } = body;
  const arguments_ = (key, value) => {
    if (!['arguments', 'input'].includes(key) || typeof value !== 'string') return value;
    try {
      return JSON.stringify(JSON.parse(value));
    } catch {
      return value;
    }
  };
  return JSON.parse(JSON.stringify(rest, arguments_));
}

const names = await readdir(CASES);
const cases = (await Promise.all(names.filter((name) => !name.includes('.')).map(async (name) => [name, JSON.parse(await readFile(new URL(`${name}/expect.json`, CASES), 'utf8'))])))
  .filter(([, { steps, responses, fallback, client, expect, cut, hang }]) => expect && !steps && !responses && !fallback && !client && !cut && !hang);

let count = 0;
let backs = 0;
for (const [name, given] of cases) {
  test(name, async () => {
    const ai = await sdk(7);
    const { answers, asked, bodies } = await providersOf(name, given);
    const { messages: _, ...options } = given.options ?? {};
    const plainly = await directly(answers, options);
    const model = await byModel(languageModel(answers, { specification: 'v4' }), options);
    const { message, final, isSpoken, ...told } = plainly;
    const { content, ...said } = model;
    if (final?.startsWith(told.text)) told.text = final;
    assert.deepEqual(said, told, 'by a model');
    const page = await byPage(ai, answers.createAsyncGenerator({ ...options, messages: [user('Hi')] }));
    assert.equal(page.error, told.error, 'by a page');
    count++;
    // What was spoken is text here, which `reply.message` does not have.
    if (told.error || final !== undefined || isSpoken) return;
    const texts = (kind) => page.message.parts.filter(({ type }) => type === kind).map(({ text }) => text);
    assert.equal(texts('text').join(''), told.text);

    const next = async (messages) => {
      const before = bodies.length;
      await asked.createAsyncGenerator({ ...options, messages: [user('Hi'), ...messages, user('And?')] }).text().catch(() => {});
      return bodies.length > before ? plain(bodies.at(-1)) : undefined;
    };
    const isEmpty = !message.content && !message.tool_calls && !message.images && !message.provider_data && !message.reasoning_details;
    const expected = await next(isEmpty ? [] : [message, ...results(told.calls)]);
    if (!expected) return;
    backs++;
    await languageModel(asked).doGenerate({
      prompt: [
        user('Hi'), ...(content.length > 0 ? [{ role: 'assistant', content }] : []),
        ...(told.calls.length > 0 ? [{ role: 'tool', content: told.calls.map(([toolCallId, toolName]) => ({ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value: RESULT } })) }] : []), user('And?'),
      ],
      providerOptions: { rivulet: options },
    }).catch(() => {});
    assert.deepEqual(plain(bodies.at(-1)), expected, 'back by a model');
    for (const part of page.message.parts) {
      if (part.state === 'input-available') Object.assign(part, { state: 'output-available', output: RESULT });
      if (part.state === 'output-error') Object.assign(part, { state: 'output-available', output: RESULT });
    }
    const back = fromUIMessages(JSON.parse(JSON.stringify([page.message])), { onWarning: null });
    assert.deepEqual(await next(back), expected, 'back by a page');
  });
}

test('most cases were compared', () => {
  assert.ok(count >= 200, `${count}`);
  assert.ok(backs >= 120, `${backs}`);
  console.log(`  ${count} answers through a model and a page, ${backs} of them back to the service`);
});
