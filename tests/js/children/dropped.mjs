// Replies that nobody reads on, in a process that should end; and one that is read while its service is silent, in one that should not.

import { AiEngine, OpenAiChat } from '../../../dist/index.js';

const [url, what] = process.argv.slice(2);
const start = performance.now();
const tell = (more) => process.on('exit', () => console.log(JSON.stringify({ ms: performance.now() - start, ...more() })));
const frame = new TextEncoder().encode('data: {"choices":[{"index":0,"delta":{"content":"Once"}}]}\n\n');
/** A body that says one word and then nothing, without a connection. */
const silent = async () => new Response(new ReadableStream({
  pull(controller) {
    if (controller.desiredSize > 0) controller.enqueue(frame);
    return new Promise(() => {});
  },
}));
const llm = new OpenAiChat({ baseUrl: url, defaultModel: 'm' });

if (what === 'dropped') {
  tell(() => ({}));
  // A limit of each kind would keep the process for an hour.
  for (const timeout of [undefined, { idle: 3_600_000, total: 3_600_000, firstChunk: 3_600_000, connect: 3_600_000 }]) {
    await llm.createAsyncGenerator({ messages: 'x', fetch: silent, timeout }).next();
    const busy = async () => new Response('{}', { status: 429, headers: { 'retry-after': '50' } });
    await llm.createAsyncGenerator({ messages: 'x', fetch: busy, timeout }).events.next();
  }
} else {
  // A read that waits for the service: the process is there as long as its connection, here until its limit.
  let error;
  tell(() => ({ code: error?.code }));
  const reply = new AiEngine({ url }).createAsyncGenerator({ messages: `FAULT ${what}`, timeout: { idle: 800, firstChunk: 800 } });
  try {
    for await (const text of reply) if (!text) break;
  } catch (reason) {
    error = reason;
  }
}
