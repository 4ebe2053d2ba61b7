// Ten thousand replies of every ending, without a network: what the heap and the wasm memory keep of each.

const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    // Parts of the module have none.
    const memory = Object.values(this.exports).find((value) => value instanceof WebAssembly.Memory);
    if (memory) memories.push(memory);
  }
};
const { AiEngine } = await import('../../../dist/index.js');

const frame = new TextEncoder().encode('data: {"type":"live","data":"piece"}\n\n');
const end = new TextEncoder().encode('data: {"type":"end","data":"{\\"success\\":true,\\"reply\\":\\"piece\\"}"}\n\n');
const nonce = JSON.stringify({ success: true, restNonce: 'abcdef1234' });

/** A body of one piece and then `last`: its end, an error, or nothing. */
const fetching = (last) => async (url) => {
  if (url.endsWith('start_session')) return new Response(nonce);
  let at = 0;
  return new Response(new ReadableStream({
    pull(controller) {
      if (at++ === 0) controller.enqueue(frame);
      else if (last === 'end') controller.enqueue(end);
      else if (last === 'cut') controller.close();
      else if (last === 'error') throw new Error('reset');
      else return new Promise(() => {});
    },
  }, { highWaterMark: 0 }));
};
const engine = new AiEngine({ url: 'https://shop.example' });
const reply = (last, options) => engine.createAsyncGenerator({ messages: 'x', fetch: fetching(last), ...options });

const ENDINGS = [
  () => reply('end').text(),
  async () => {
    for await (const text of reply('never')) if (text) break;
  },
  () => reply('cut').text().catch(() => {}),
  () => reply('error').text().catch(() => {}),
  async () => {
    const controller = new AbortController();
    const aborted = reply('never', { signal: controller.signal });
    await aborted.next();
    const pending = aborted.next();
    controller.abort('enough');
    await pending.catch(() => {});
  },
  async () => void reply('end'),
  async () => {
    const left = reply('end');
    const pending = left.next();
    await left.return();
    await pending;
  },
];

async function run(count) {
  for (let i = 0; i < count; i++) await ENDINGS[i % ENDINGS.length]();
}

/** Finalizers run in tasks of their own, and free what the next collection finds. */
async function heap() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
}

const replies = 10_000;
/** Heap a reply, in two windows. Node's own caches grow in one and shrink in another; a leak is in both. */
const slopes = [];
await run(5_000);
let before = await heap();
const memoryBefore = memories.at(-1).buffer.byteLength;
for (let window = 0; window < 2; window++) {
  await run(replies / 2);
  const after = await heap();
  slopes.push(Math.round((after - before) / (replies / 2)));
  before = after;
}
const pages = (memories.at(-1).buffer.byteLength - memoryBefore) / 65_536;
console.log(JSON.stringify({ replies, bytesPerReply: Math.min(...slopes), slopes, pages }));
