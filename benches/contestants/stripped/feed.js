// What rivulet does, stripped: it reads and feeds the core, whose text goes nowhere. The glue of the last build is asked directly,
// with stand-ins for `Host` and `Inbox`.

import { readFileSync } from 'node:fs';

import { talkTo } from './talk.js';

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
const [{ feed }, { Inbox }] = await Promise.all(['input', 'inbox'].map((name) => import(`${process.env.RIVULET_SOURCES}/${name}.js`)));

export const feeds = (wantsText) => (site) => async () => {
  let bytes = 0;
  text.isOn = true;
  const talk = talkTo(Talk, site, new Dropped());
  const reader = await talk.open();
  text.isOn = wantsText;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    bytes += value.length;
    // The core may be content before the body ends.
    if (feed(talk, value) !== 0) break;
  }
  talk.free();
  return bytes;
};

/** Makes the strings, and drops them. */
class Dropped extends Inbox {
  piece() {}
  text() {}
  event() {}
  short(length, a, b, c, d) {
    if (text.isOn) super.short(length, a, b, c, d);
  }
}
