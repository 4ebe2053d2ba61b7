// One update a frame for the whole page. In a frame all positions are read first, then everything is drawn, then boxes are scrolled:
// a read after a write forces the browser to lay the page out at once, so a frame pays for that once and not once for each part.

/** @typedef {{ read?: () => void, write: () => void, scroll?: () => void }} Steps */

/** @type {Set<Steps>} */
const asked = new Set();
let due = 0;

/**
 * @param {Steps | (() => void)} steps what is read, drawn and scrolled; a function only draws
 * @returns {{ ask: () => void, flush: () => void }} `ask` has it done in the next frame, however often it is called; `flush` does it at once
 */
export function eachFrame(steps) {
  const own = typeof steps === 'function' ? { write: steps } : steps;
  return {
    ask() {
      asked.add(own);
      // A page in the background has no frames, so nothing is drawn until `flush`.
      due ||= requestAnimationFrame(frame);
    },
    flush() {
      asked.delete(own);
      run([own]);
    },
  };
}

function frame() {
  due = 0;
  const now = [...asked];
  asked.clear();
  run(now);
}

function run(all) {
  for (const { read } of all) read?.();
  for (const { write } of all) write();
  for (const { scroll } of all) scroll?.();
}

/** The steps that keep the end of a box in sight, unless the visitor has scrolled away from it. @param {HTMLElement} box */
export function keepEnd(box) {
  let isAtEnd = true;
  return {
    read() {
      isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
    },
    scroll() {
      if (isAtEnd) box.scrollTop = box.scrollHeight;
    },
  };
}
