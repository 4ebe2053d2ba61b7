// A hundred traps, each with a neighbour under way. A trap costs nothing to make: a chunk of a gigabyte (of which no page is ever
// touched) wants room that a wasm module cannot have.

import { AiEngine } from '../../../dist/index.js';
import { nonce, waiting, whole } from './neighbour.mjs';

const answers = (body) => async (url) => new Response(url.endsWith('start_session') ? nonce : body(), { headers: { 'content-type': 'text/event-stream' } });
const giant = () => ({ status: 200, headers: new Headers(), body: new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(2 ** 30 + 1)) }) });

const engine = new AiEngine({ url: 'https://shop.example' });
const seen = { codes: new Set(), traps: 0, neighbours: new Set(), works: 0 };

async function once() {
  const other = waiting();
  const neighbour = engine.createAsyncGenerator({ messages: 'x', fetch: answers(() => other.stream) });
  await neighbour.next();
  const fetch = async (url) => (url.endsWith('start_session') ? new Response(nonce) : giant());
  const error = await engine.createAsync({ messages: 'x', retries: 0, fetch }).then(() => ({}), (reason) => reason);
  seen.codes.add(error.code);
  seen.traps += Number(error.cause instanceof WebAssembly.RuntimeError || error.cause instanceof RangeError);
  other.goOn();
  seen.neighbours.add(await neighbour.next().then(() => 'fulfilled', (reason) => `${reason.code}: ${reason.message}`));
  seen.works += Number((await engine.createAsync({ messages: 'x', fetch: answers(() => whole) })) === 'piece');
}

for (let i = 0; i < 10; i++) await once();
globalThis.gc();
const before = process.memoryUsage().rss;
for (let i = 0; i < 100; i++) await once();
globalThis.gc();
const grown = process.memoryUsage().rss - before;
console.log(JSON.stringify({ codes: [...seen.codes], traps: seen.traps, neighbours: [...seen.neighbours], works: seen.works, grown }));
