// What a hostile service or caller can send, and what that costs: CPU time a byte, beside `JSON.parse` of the same text where that is
// the work. `hostile.mjs CASE BYTES` is a process of its own, so that no garbage of one case is paid by the next; it prints JSON.

import process from 'node:process';
import { setTimeout } from 'node:timers/promises';

import { AiEngine, Anthropic, OpenAiChat } from 'rivulet';

import { watchWasm } from './wasm-memory.mjs';

/** The bound is not what is measured. */
const SETTINGS = { apiKey: 'sk', defaultModel: 'm', retries: 0, maxEventBytes: 2 ** 40 };
const CHUNK = 64 * 1024;
const NONCE = JSON.stringify({ success: true, restNonce: 'abcdef1234' });

const frame = (value) => `data: ${JSON.stringify(value)}\n\n`;
const call = (index, id, text) => frame({ choices: [{ index: 0, delta: { tool_calls: [{ index, id, function: { name: 'f', arguments: text } }] } }] });
const END = 'data: [DONE]\n\n';

/** Frames until they have so many bytes. */
function frames(bytes, make) {
  const parts = [];
  for (let at = 0, length = 0; length < bytes; at++) {
    const part = make(at);
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}

/** One event of so many bytes that repeats `item` in an array. */
const event = (bytes, item) => frame(null).replace('null', `{"choices":[],"x":[${item.repeat(Math.ceil(bytes / item.length)).slice(0, -1)}]}`);

/** One event of so many bytes, an object whose members `member` makes. */
const members = (bytes, member) => `data: {"choices":[],${frames(bytes, member).slice(0, -1)}}\n\n`;

const chat = (body) => ({ Provider: OpenAiChat, body: body + END });
const engine = (text, options) => ({ Provider: AiEngine, settings: { url: 'https://shop.example' }, body: frames(text.length, (at) => frame({ type: 'live', data: text.slice(at * 1000, at * 1000 + 1000) })), options });
const asked = (Provider, bytes, message) => ({ Provider, messages: Array.from({ length: Math.ceil(bytes / JSON.stringify(message(0)).length) }, (_, at) => message(at)) });

const talk = (at) => ({ role: at % 2 ? 'assistant' : 'user', content: 'a' });

/** What each case sends. `parses`: the work is reading JSON, which `JSON.parse` does, too. */
const CASES = {
  'pieces of a call, an id each': { make: (bytes) => chat(frames(bytes, (at) => call(0, `c${at}`, at === 0 ? '{"a":[{}' : ',{}'))) },
  'calls': { make: (bytes) => chat(frames(bytes, (at) => call(at, `c${at}`, '{}'))) },
  'calls without a number': { make: (bytes) => chat(frames(bytes, (at) => call(undefined, `c${at}`, '{}'))) },
  'stop words': { make: (bytes) => engine('a'.repeat(bytes), { stop: Array.from({ length: 64 }, (_, at) => 'a'.repeat(990 - at) + 'b') }) },
  'objects in an event': { parses: true, make: (bytes) => chat(event(bytes, '{"":0},')) },
  'numbers in an event': { parses: true, make: (bytes) => chat(event(bytes, '0,')) },
  'arrays in an event': { parses: true, make: (bytes) => chat(event(bytes, '[[]],')) },
  'strings in an event': { parses: true, make: (bytes) => chat(event(bytes, '"a",')) },
  'members of an event': { parses: true, make: (bytes) => chat(members(bytes, (at) => `"${at}":0,`)) },
  'thoughts in blocks': { make: (bytes) => ({ Provider: Anthropic, body: frames(bytes, (at) => frame({ type: 'content_block_start', index: at, content_block: { type: 'thinking', thinking: 'hm', signature: 'x' } }) + frame({ type: 'content_block_delta', index: at, delta: { type: 'thinking_delta', thinking: 'hm' } })) + frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' } }) + frame({ type: 'message_stop' }) }) },
  'messages to OpenAiChat': { make: (bytes) => asked(OpenAiChat, bytes, talk) },
  'messages to Anthropic': { make: (bytes) => asked(Anthropic, bytes, talk) },
  'messages of one role to Anthropic': { make: (bytes) => asked(Anthropic, bytes, () => ({ role: 'user', content: 'a' })) },
};

export const NAMES = Object.keys(CASES);

const [name, bytes] = process.argv.slice(2);
if (name !== undefined) console.log(JSON.stringify(await measure(CASES[name], Number(bytes))));

async function measure({ make, parses }, bytes) {
  const wasmBytes = watchWasm();
  // The first reply of a process compiles the module.
  await run(make(1000));
  const job = make(bytes);
  const size = job.body?.length ?? JSON.stringify(job.messages).length;
  const before = process.memoryUsage.rss();
  const cpu = await timed(() => run(job));
  const wasm = wasmBytes();
  const parse = parses ? await timed(() => JSON.parse(job.body.slice(6, job.body.indexOf('\n')))) : undefined;
  return { bytes: size, cpu, parse, wasm, rss: process.resourceUsage().maxRSS * 1024 - before };
}

async function run({ Provider, settings, body, messages = 'Hi', options }) {
  const encoded = body === undefined ? undefined : new TextEncoder().encode(body);
  const fetch = async (url) => {
    if (String(url).endsWith('start_session')) return new Response(NONCE);
    let at = 0;
    const pull = (controller) => {
      const chunk = encoded?.subarray(at, at += CHUNK);
      if (chunk?.length) controller.enqueue(chunk);
      else controller.close();
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  };
  const reply = new Provider({ ...SETTINGS, apiKey: settings ? undefined : 'sk', defaultModel: settings ? undefined : 'm', ...settings, fetch }).createAsyncGenerator({ messages, ...options });
  const error = await reply.text().then(() => undefined, (reason) => reason);
  if (error && !/cut off|empty body/.test(error.message)) throw error;
  await setTimeout(0);
}

async function timed(work) {
  const { user, system } = process.cpuUsage();
  await work();
  const after = process.cpuUsage({ user, system });
  return after.user + after.system;
}
