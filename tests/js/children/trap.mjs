// A real trap: one event that is larger than wasm memory can be. The bytes are one block, sent again and again.

import { AiEngine } from '../../../dist/index.js';
import { nonce, waiting, whole } from './neighbour.mjs';

const block = new Uint8Array(64 * 1024 * 1024).fill(97);
const head = new TextEncoder().encode('data: {"type":"live","data":"');
const answers = (body) => async (url) => new Response(url.endsWith('start_session') ? nonce : body());
const endless = () => {
  let at = 0;
  const pull = (controller) => controller.enqueue(at++ === 0 ? head : block);
  return new ReadableStream({ pull }, { highWaterMark: 0 });
};

const engine = new AiEngine({ url: 'https://shop.example' });
const other = waiting();
const underWay = engine.createAsyncGenerator({ messages: 'x', fetch: answers(() => other.stream) });
await underWay.next();

const error = await engine
  .createAsync({ messages: 'x', maxEventBytes: 2 ** 40, fetch: answers(endless) })
  .then(() => ({}), (reason) => reason);

other.goOn();
const others = [await underWay.next().then(() => 'fulfilled', (reason) => reason.code ?? reason.name)];
const works = (await engine.createAsync({ messages: 'x', fetch: answers(() => whole) })) === 'piece';
const trapped = error.cause instanceof WebAssembly.RuntimeError || error.cause instanceof RangeError;
console.log(JSON.stringify({ code: error.code, trapped, others, works }));
