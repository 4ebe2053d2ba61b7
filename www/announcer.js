// For people who listen: a screen reader hears finished sentences, not pieces of words.

const SENTENCE = /[^]*?(?:[.!?…؟]["'»”’)\]*_]*\s+|[。！？]["'」』”]*|\n+)/y;
const KEPT = 12;

/** @param {HTMLElement} region a polite live region */
export function announcer(region) {
  let rest = '';
  const say = (text) => {
    const words = text.replaceAll(/[*_`#>|]+/g, ' ').trim();
    if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(words)) return;
    const line = document.createElement('p');
    line.textContent = words;
    region.append(line);
    // Additions are announced, removals are not; without this, the region would grow with the talk.
    while (region.childElementCount > KEPT) region.firstElementChild.remove();
  };
  return {
    /** @param {string} piece */
    add(piece) {
      rest += piece;
      let end = 0;
      for (SENTENCE.lastIndex = 0; SENTENCE.test(rest); end = SENTENCE.lastIndex) say(rest.slice(end, SENTENCE.lastIndex));
      rest = rest.slice(end);
    },
    /** The reply is over: what is left is said, and `closing` after it. */
    finish(closing = '') {
      say(rest);
      rest = '';
      say(closing);
    },
  };
}
