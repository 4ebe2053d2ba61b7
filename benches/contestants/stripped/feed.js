// What rivulet does, stripped: it reads and feeds the core, whose text goes nowhere. The glue of the last build is asked directly,
// with stand-ins for `Host` and `Inbox`.

import { readFileSync } from 'node:fs';

const PROTOCOLS = { openai: 'OpenAiChat', 'ai-engine': 'AiEngine', anthropic: 'Anthropic' };

/** While it is off, strings that come out of the core are empty, and cost nothing. */
export const text = { isOn: true };

class Decoder extends TextDecoder {
  decode(...given) {
    return text.isOn ? super.decode(...given) : '';
  }
}

const before = globalThis.TextDecoder;
globalThis.TextDecoder = Decoder;
const { initSync, Talk } = await import(`${process.env.RIVULET_GLUE}/rivulet.js`);
initSync({ module: readFileSync(`${process.env.RIVULET_GLUE}/rivulet_bg.wasm`) });
globalThis.TextDecoder = before;

export const feeds = (wantsText) => ({ dialect, fetch, url }) => async () => {
  let bytes = 0;
  const host = { isOver: false, ownsFetch: true, load: async () => undefined, save() {}, send: fetch, ask: whole(fetch) };
  const inbox = { piece() {}, text() {}, event() {} };
  const settings = dialect === 'ai-engine' ? { url } : { baseUrl: `${url}/v1`, apiKey: 'sk-bench', defaultModel: 'bench' };
  text.isOn = true;
  const talk = new Talk(PROTOCOLS[dialect], JSON.stringify({ settings, options: { messages: 'Hi' } }), host, inbox);
  const reader = await talk.open();
  text.isOn = wantsText;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    bytes += value.length;
    // The core may be content before the body ends.
    if (talk.feed(value) !== 0) break;
  }
  talk.free();
  return bytes;
};

const whole = (fetch) => async (url, init) => {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
};
