// What a reply holds beside its text: what was thought before it, the tools that it calls, and images.

import { el } from './dom.js';

/**
 * @returns {{ nodes: HTMLElement[], thought: (piece: string) => void, call: (event: any) => void, image: (url: string) => void,
 *   areAny: () => boolean }} `areAny`: calls or images, without which a reply that has no text is empty
 */
export function attachments() {
  const words = el('div', { className: 'words', dir: 'auto', tabIndex: 0 });
  const thoughts = el('details', { className: 'thought', open: true, hidden: true }, el('summary', {}, 'Thought'), words);
  const calls = el('div', { className: 'calls' });
  const images = el('div', { className: 'images' });
  /** By the place that the service gives each call. */
  const shown = new Map();

  const show = () => {
    const name = el('b');
    const given = el('pre', { tabIndex: 0 }, el('code'));
    calls.append(el('section', { className: 'call', 'aria-label': 'Call of a tool' },
      el('span', { className: 'who' }, 'Calls a tool'), name, given));
    return { name, given: given.firstChild };
  };
  return {
    nodes: [thoughts, calls, images],
    thought(piece) {
      thoughts.hidden = false;
      const isAtEnd = words.scrollTop + words.clientHeight >= words.scrollHeight - 8;
      words.append(piece);
      if (isAtEnd) words.scrollTop = words.scrollHeight;
    },
    call(event) {
      const key = event.index ?? event.id;
      if (!shown.has(key)) shown.set(key, show());
      const { name, given } = shown.get(key);
      if (event.name) name.textContent = event.name;
      // At the end each call comes once more, and whole.
      if (event.done) given.textContent = indented(event.arguments ?? '');
      else given.append(event.arguments ?? '');
    },
    /** One that would have to be fetched is named: what a service says sends the visitor's browser nowhere. */
    image(url) {
      const isHere = url.startsWith('data:image/');
      images.append(isHere ? el('img', { src: url, alt: 'Image of the reply' }) : el('p', { className: 'note' }, `An image: ${url}`));
    },
    areAny: () => shown.size > 0 || images.childElementCount > 0,
  };
}

/** A model writes the arguments, so they need not be JSON. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
