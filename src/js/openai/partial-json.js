/** Thrown where the text ends within a value that is then left out. */
const CUT = Symbol('cut');

const WORDS = { null: null, true: true, false: false };

/**
 * What is there of a JSON text that is still being written, as the helpers of `openai` read it: strings, lists and objects as far as they
 * go, a word from its first letter on, and a number once something follows it. `null` where nothing can be read.
 */
export function partialParse(given) {
  const text = given.trim();
  let at = 0;
  try {
    return value();
  } catch {
    // Also where values are nested deeper than the stack is.
    return null;
  }

  function blank() {
    while (at < text.length && ' \n\r\t'.includes(text[at])) at++;
  }

  function value() {
    blank();
    if (at >= text.length) throw CUT;
    if (text[at] === '"') return string();
    if (text[at] === '{') return object();
    if (text[at] === '[') return array();
    for (const [word, meant] of Object.entries(WORDS)) {
      if (!word.startsWith(text.slice(at, at + word.length))) continue;
      at += word.length;
      return meant;
    }
    return number();
  }

  function string() {
    const start = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    if (at < text.length) return JSON.parse(text.slice(start, ++at));
    at = text.length;
    const whole = text.slice(start);
    // Without the beginning of an escape, which is six letters at most.
    for (let less = 0; less < 6; less++) {
      try {
        return JSON.parse(`${whole.slice(0, whole.length - less)}"`);
      } catch {
        // One letter less, then.
      }
    }
    throw CUT;
  }

  function number() {
    const start = at;
    while (at < text.length && !',]}'.includes(text[at])) at++;
    if (at === text.length && start > 0) throw CUT;
    return JSON.parse(text.slice(start, at));
  }

  /** Calls `read` for one member after the other until `end`, or until the text ends. */
  function members(end, read) {
    at++;
    for (blank(); text[at] !== end; blank()) {
      if (at >= text.length) return;
      try {
        read();
      } catch (error) {
        if (error === CUT) return;
        throw error;
      }
      blank();
      if (text[at] === ',') at++;
    }
    at++;
  }

  function object() {
    const found = {};
    members('}', () => {
      const key = string();
      blank();
      at++;
      Object.defineProperty(found, key, { value: value(), writable: true, enumerable: true, configurable: true });
    });
    return found;
  }

  function array() {
    const found = [];
    members(']', () => found.push(value()));
    return found;
  }
}
