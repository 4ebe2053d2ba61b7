// What rivulet does, stripped: it reads and feeds the core, whose text goes nowhere. The glue of the last build is asked directly,
// with stand-ins for `Host` and `EventBuffer`.

import { readFileSync } from 'node:fs';

import { driverFor } from './driver.js';

/** While it is off, strings that come out of the core are empty, and cost nothing. */
export const text = { isOn: true };

class Decoder extends TextDecoder {
  decode(...given) {
    return text.isOn ? super.decode(...given) : '';
  }
}

const before = globalThis.TextDecoder;
globalThis.TextDecoder = Decoder;
const { initSync, ReplyDriver, ...parts } = await import(`${process.env.RIVULET_GLUE}/rivulet.js`);
initSync({ module: readFileSync(`${process.env.RIVULET_GLUE}/rivulet_bg.wasm`) });
for (const name in parts) if (name.startsWith('part_')) parts[name]();
globalThis.TextDecoder = before;
const [{ feed }, { EventBuffer }] = await Promise.all(['chunk-buffer', 'event-buffer'].map((name) => import(`${process.env.RIVULET_SOURCES}/${name}.js`)));

export const feeds = (wantsText) => (site) => async () => {
  let bytes = 0;
  text.isOn = true;
  const driver = driverFor(ReplyDriver, site, new Dropped());
  const reader = await driver.open();
  text.isOn = wantsText;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    bytes += value.length;
    // The core may be done before the body ends.
    if (feed(driver, value) !== 0) break;
  }
  driver.free();
  return bytes;
};

/** Makes the strings, and drops them. */
class Dropped extends EventBuffer {
  piece() {}
  text() {}
  event() {}
  short(kind, length, a, b, c, d) {
    if (text.isOn) super.short(kind, length, a, b, c, d);
  }
}
