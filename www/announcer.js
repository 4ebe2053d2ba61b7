// Announces a reply to screen readers in whole sentences, since pieces of words could not be understood.

const SENTENCE = /[^]*?(?:[.!?…؟]["'»”’)\]*_]*\s+|[。！？]["'」』”]*|\n+)/y;
/** How many sentences stay in the region. */
const KEPT = 12;

/** @param {HTMLElement} region a polite live region */
export function announcer(region) {
  let rest = '';
  const announce = (text) => {
    const sentence = text.replaceAll(/[*_`#>|]+/g, ' ').trim();
    if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(sentence)) return;
    const line = document.createElement('p');
    line.textContent = sentence;
    region.append(line);
    // Drops old sentences, so that the region does not grow with the conversation. Only additions are announced.
    while (region.childElementCount > KEPT) region.firstElementChild.remove();
  };
  return {
    /** Announces the sentences that are complete by now. @param {string} piece */
    add(piece) {
      rest += piece;
      let end = 0;
      for (SENTENCE.lastIndex = 0; SENTENCE.test(rest); end = SENTENCE.lastIndex) announce(rest.slice(end, SENTENCE.lastIndex));
      rest = rest.slice(end);
    },
    /** Announces the rest of the reply, which is over, and then `closing`. */
    finish(closing = '') {
      announce(rest);
      rest = '';
      announce(closing);
    },
  };
}
