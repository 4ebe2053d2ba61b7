// Announces a reply to screen readers in whole sentences, since pieces of words could not be understood. The text is said as it is: which
// signs are spoken is for the screen reader to decide, and `C#` without its sign is another word.

import { eachFrame } from './frames.js';

/** The end of a sentence, and what stands behind it. */
const END = /[.!?…؟]["'»”’)\]*_]*\s+|[。！？]["'」』”]*|\n+/g;
/** How many paragraphs stay in the region. */
const KEPT = 12;
/** How many characters are announced at once, and how long a sentence may be before it is cut. */
const LONGEST = 2000;

/** @param {HTMLElement} region a polite live region */
export function announcer(region) {
  /** What is not announced yet. */
  let rest = '';
  /** Up to where there is no end of a sentence in it. */
  let searched = 0;
  let isOver = false;

  // One paragraph a frame: a reply that comes fast is announced in longer ones.
  const frame = eachFrame(() => {
    const end = isOver && rest.length <= LONGEST ? rest.length : lastEnd();
    if (end > 0) {
      announce(rest.slice(0, end));
      rest = rest.slice(end);
      searched = 0;
    }
    if (rest.length > LONGEST || (isOver && rest !== '')) frame.ask();
    else searched = Math.max(0, rest.length - 40);
  });
  /** Where the last sentence ends that fits. */
  const lastEnd = () => {
    let end = 0;
    END.lastIndex = searched;
    for (let match = END.exec(rest); match && END.lastIndex <= LONGEST; match = END.exec(rest)) end = END.lastIndex;
    return end === 0 && rest.length > LONGEST ? rest.lastIndexOf(' ', LONGEST) + 1 || LONGEST : end;
  };
  const announce = (text) => {
    const said = text.trim();
    // Lines and frames of signs alone say nothing.
    if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(said)) return;
    const paragraph = document.createElement('p');
    paragraph.textContent = said;
    region.append(paragraph);
    // Drops old paragraphs, so that the region does not grow with the conversation. Only additions are announced.
    while (region.childElementCount > KEPT) region.firstElementChild.remove();
  };
  return {
    /** Announces the sentences that are complete by now. @param {string} piece */
    add(piece) {
      if (isOver) rest = '';
      isOver = false;
      rest += piece;
      frame.ask();
    },
    /** Announces the rest of the reply, which is over, and then `closing`. */
    finish(closing = '') {
      isOver = true;
      if (closing) rest += `${rest.trim() && '\n'}${closing}`;
      frame.flush();
    },
  };
}
