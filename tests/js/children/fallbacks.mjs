// Thousands of fallbacks of every ending, without a network: what the heap keeps of each, and what is left.

import { Fallback } from '../../../dist/index.js';
import { begins, fails, mute, says, service } from '../services.mjs';
import { left } from './left.mjs';

const services = [];
const of = (...answers) => {
  const all = answers.map((answer, i) => service(`P${i}`, answer));
  services.push(...all);
  return new Fallback(all.map(({ provider }) => provider), { hedgeAfter: 60_000 });
};
const reply = (fallback, options) => fallback.createAsyncGenerator({ messages: 'x', timeout: { total: 60_000 }, ...options });
const FALLBACKS = {
  whole: of(fails(401, 'x'), says('a', 'b')),
  open: of(fails(401, 'x'), begins('a')),
  dead: of(fails(401, 'x'), fails(401, 'x')),
  mute: of(mute(), mute()),
};

const ENDINGS = [
  () => reply(FALLBACKS.whole).text(),
  async () => {
    for await (const text of reply(FALLBACKS.open)) if (text) break;
  },
  () => reply(FALLBACKS.dead).text().catch(() => {}),
  async () => {
    const stop = new AbortController();
    const pending = reply(FALLBACKS.mute, { signal: stop.signal }).next();
    stop.abort('enough');
    await pending.catch(() => {});
  },
  async () => void reply(FALLBACKS.whole),
  async () => {
    // An error that nobody asks for.
    const stop = new AbortController();
    const silent = reply(FALLBACKS.open, { signal: stop.signal });
    await silent.next();
    stop.abort('nobody hears this');
  },
];

async function heap() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}

async function run(count) {
  for (let i = 0; i < count; i++) await ENDINGS[i % ENDINGS.length]();
  for (const { calls } of services) calls.length = 0;
}

const EACH = 1_000;
const slopes = [];
await run(2 * EACH);
let before = await heap();
for (let window = 0; window < 2; window++) {
  await run(EACH);
  const after = await heap();
  slopes.push(Math.round((after - before) / EACH));
  before = after;
}
console.log(JSON.stringify({ bytesEach: Math.min(...slopes), slopes, left: left() }));
