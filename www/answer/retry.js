// A request that is sent again: while its pause lasts, how long it still is; then what happened.

import { el } from '../page/dom.js';
import { duration, errorLine } from './words.js';

/** How often the time that is left is drawn, in ms. */
const EACH = 200;

/**
 * @param {{ waitMs: number, error: any }} event
 * @param {{ isFresh: boolean, redraw: () => void }} how `isFresh`: the pause begins now
 */
export function retryLine({ waitMs, error }, { isFresh, redraw }) {
  const why = errorLine(error);
  const node = el('p', { className: 'retry' });
  const until = performance.now() + waitMs;
  let state = isFresh ? 'waits' : 'over';
  const timer = isFresh ? setInterval(() => {
    if (performance.now() >= until) end('over');
    redraw();
  }, EACH) : undefined;

  function end(how) {
    if (state === 'waits') state = how;
    clearInterval(timer);
  }
  return {
    node,
    /** The request was sent again, since something came of it. */
    end: () => end('over'),
    /** The reply is over: where that is during the pause, nothing was sent again. */
    finish: () => end('given up'),
    draw() {
      const left = Math.max(0, until - performance.now()) / 1000;
      const words = {
        waits: `${why}: waits ${left.toFixed(1)} s, then tries again`,
        over: `Tried again after ${duration(waitMs)}: ${why}`,
        'given up': `${why}: given up during the pause of ${duration(waitMs)}`,
      }[state];
      if (node.textContent !== words) node.textContent = words;
      return true;
    },
  };
}
