// What the endpoint costs an event: request in, response drained, against draining what the site sends.
//
//   node benches/edge.mjs [--events 20000] [--rounds 9]
//
// CPU time of the process, medians of interleaved rounds of one run. Ratios are what counts: machines differ.

import { parseArgs } from 'node:util';

import { createHandler } from '../dist/edge.js';
import { AiEngine } from '../dist/index.js';

const { values } = parseArgs({ options: { events: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '9' } } });
const EVENTS = Number(values.events);
const ROUNDS = Number(values.rounds);
const CHUNK = 16 * 1024;
const PIECES = ['Hello ', 'wor', 'ld, ', 'said ', 'the "stub"\n'];

const frame = (value) => `data: ${JSON.stringify(value)}\n\n`;
const encoder = new TextEncoder();
const end = frame({ type: 'end', data: JSON.stringify({ success: true, reply: '' }) });
const frames = Array.from({ length: EVENTS }, (_, index) => encoder.encode(frame({ type: 'live', data: PIECES[index % PIECES.length] })));
const whole = Buffer.concat([...frames, encoder.encode(end)]);

const WORKLOADS = {
  'one event a chunk': [...frames, encoder.encode(end)],
  '16 KiB chunks': Array.from({ length: Math.ceil(whole.length / CHUNK) }, (_, index) => new Uint8Array(whole.subarray(index * CHUNK, (index + 1) * CHUNK))),
};

function body(chunks) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++]);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

async function drain(stream) {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

let chunks;
const fetch = async (url) => url.endsWith('start_session')
  ? Response.json({ success: true, restNonce: '0123456789' })
  : new Response(body(chunks), { headers: { 'content-type': 'text/event-stream' } });
const engine = new AiEngine({ url: 'https://shop.example', fetch });
const handler = createHandler({ providers: { shop: engine }, authorize: 'public' });

const ask = (path, more) => handler(new Request(`https://edge.example${path}`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'shop', stream: true, ...more }),
}));

const WAYS = {
  floor: () => drain(body(chunks)),
  'text iterator': async () => {
    let items = 0;
    for await (const text of engine.createAsyncGenerator({ messages: 'Hi' })) items += text.length;
    return items;
  },
  'chat completions': async () => drain((await ask('/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] })).body),
  responses: async () => drain((await ask('/v1/responses', { input: 'Hi' })).body),
};

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

for (const [name, own] of Object.entries(WORKLOADS)) {
  chunks = own;
  const cpu = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
  for (let round = -2; round < ROUNDS; round++) {
    const order = Object.keys(WAYS);
    order.push(...order.splice(0, Math.abs(round) % order.length));
    for (const way of order) {
      const before = process.cpuUsage();
      await WAYS[way]();
      const { user, system } = process.cpuUsage(before);
      // Two rounds to warm up.
      if (round >= 0) cpu[way].push((user + system) * 1000 / EVENTS);
    }
  }
  console.log(`\n${name}, ${EVENTS} events, ${ROUNDS} rounds${' '.repeat(8)}ns an event   x floor`);
  for (const [way, costs] of Object.entries(cpu)) {
    const ratios = costs.map((cost, round) => cost / cpu.floor[round]);
    console.log(`  ${way.padEnd(32)}${String(Math.round(median(costs))).padStart(16)}${median(ratios).toFixed(2).padStart(10)}`);
  }
}
