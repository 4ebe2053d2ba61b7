// The main thread of a page in Chromium up to 114 compiles and starts at once only modules of up to 4 KiB; and a page whose policy forbids WebAssembly.
// `environments` reads a reply in a real one; here are the ways that a reply can take.

const { Module } = WebAssembly;
const state = { refused: 0, forbids: false };
const refusal = () => (state.forbids
  ? new WebAssembly.CompileError("WebAssembly.Module(): Compiling or instantiating WebAssembly module violates the following Content Security Policy directive because 'unsafe-eval' is not an allowed source of script")
  : new RangeError('WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.compile, or compile on a worker thread.'));
WebAssembly.Module = class extends Module {
  constructor(bytes) {
    if (bytes.byteLength > 4096) {
      state.refused++;
      throw refusal();
    }
    super(bytes);
  }
};
Object.defineProperty(WebAssembly.Module, Symbol.hasInstance, { value: (value) => value instanceof Module });
const { compile, Instance } = WebAssembly;
const large = new WeakSet();
WebAssembly.compile = async (bytes) => {
  if (state.forbids) throw refusal();
  const module = await compile(bytes);
  if (bytes.byteLength > 4096) large.add(module);
  return module;
};
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    if (large.has(module)) {
      state.refused++;
      throw new RangeError('WebAssembly.Instance is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.instantiate.');
    }
    super(module, imports);
  }
};

const { Client, OpenAiChat } = await import('../../../dist/index.js');
const body = 'data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
const chat = new OpenAiChat({ apiKey: 'k', baseUrl: 'https://chat.example/v1', defaultModel: 'm', fetch });
const asked = (call) => {
  try {
    return call();
  } catch ({ code, message }) {
    return `${code}: ${message}`;
  }
};
const failed = (promise) => promise.then(() => 'a text', ({ code, message }) => `${code}: ${message}`);

state.forbids = true;
const { WebAssembly: kept } = globalThis;
delete globalThis.WebAssembly;
const absent = await failed(chat.createAsync({ messages: 'Hello' }));
globalThis.WebAssembly = kept;
const forbidden = await failed(chat.createAsync({ messages: 'Hello' }));
state.forbids = false;
const early = asked(() => chat.name);
const aborter = new AbortController();
const aborted = failed(chat.createAsync({ messages: 'Hello', signal: aborter.signal }));
aborter.abort();
const texts = await Promise.all(['a', 'b'].map((messages) => chat.createAsync({ messages })));
const client = new Client({ apiKey: 'k', baseURL: 'https://chat.example/v1', fetch });
const { choices } = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] });
console.log(JSON.stringify({ absent, forbidden, early, aborted: await aborted, texts, client: choices[0].message.content, late: asked(() => chat.name), refused: state.refused > 0 }));
