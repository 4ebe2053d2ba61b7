// The one peer that is Rust in WebAssembly. It asks the global `fetch` and no other.

import init, { WasmChatCompletionRequest, createClient, initSync } from '@kreuzberg/liter-llm-wasm';

// `init()` fetches the module from beside the script, which Node's `fetch` refuses.
const files = globalThis.process?.getBuiltinModule?.('node:fs');
if (files) initSync({ module: files.readFileSync(new URL('liter_llm_wasm_bg.wasm', import.meta.resolve('@kreuzberg/liter-llm-wasm'))) });
else await init();

export const create = ({ url, fetch }) => {
  const client = createClient('sk-bench', `${url}/v1`, undefined, 0, 'openai');
  return async (take) => {
    if (fetch) globalThis.fetch = withUrl(fetch);
    const request = WasmChatCompletionRequest.default();
    request.model = 'openai/bench';
    request.messages = [{ role: 'user', content: 'Hi' }];
    request.stream = true;
    const stream = await client.chatStream(request);
    while (true) {
      const chunk = await stream.next();
      if (chunk === null) break;
      const text = chunk.choices?.[0]?.delta?.content;
      // Its documentation does not say so, but without this an event costs more with each reply, twenty times as much in the eighth.
      chunk.free();
      if (text) take(text);
    }
  };
};

/** It fails where the address of a response is not one, as it is in responses that come of no network. */
const withUrl = (fetch) => async (request) => Object.defineProperty(await fetch(request), 'url', { value: request.url });
