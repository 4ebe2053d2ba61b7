import { tell } from '../web.js';

/** The texts that the console has had. As many as a program has kinds of warnings; what holds a place or a name is told a limited number of times. */
const told = /* @__PURE__ */ new Set();
const MOST = 200;

/** What hears of warnings: the caller's function, the console, each text once, or with `null` nobody. */
export function warner(onWarning) {
  if (onWarning === null) return () => {};
  if (onWarning !== undefined) return (message) => tell(onWarning, message);
  return (message) => {
    if (told.has(message) || told.size >= MOST) return;
    told.add(message);
    console.warn(`rivulet: ${message}`);
  };
}
