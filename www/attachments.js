// What a reply holds beside its text: the reasoning before it, the tool calls, and images.

import { appendAtEnd, eachFrame, el } from './dom.js';

/**
 * @returns {{ nodes: HTMLElement[], reasoning: (piece: string) => void, call: (event: any) => void, image: (url: string) => void,
 *   flush: () => void, isEmpty: () => boolean }} `isEmpty`: there are neither calls nor images, so that a reply without text is empty
 */
export function attachments() {
  const reasoningText = el('div', { className: 'reasoning-text', dir: 'auto', tabIndex: 0 });
  const reasoning = el('details', { className: 'reasoning-block', open: true, hidden: true }, el('summary', {}, 'Thought'), reasoningText);
  const calls = el('div', { className: 'calls' });
  const images = el('div', { className: 'images' });
  /** The elements of each call, by the call's index. */
  const shown = new Map();

  let thought = '';
  // Once a frame: reading the scroll position forces a layout, which thousands of pieces cannot each pay.
  const frame = eachFrame(() => {
    if (thought === '') return;
    appendAtEnd(reasoningText, thought);
    thought = '';
  });

  const show = () => {
    const name = el('b');
    const argumentsBlock = el('pre', { tabIndex: 0 }, el('code'));
    calls.append(el('section', { className: 'call', 'aria-label': 'Call of a tool' },
      el('span', { className: 'author' }, 'Calls a tool'), name, argumentsBlock));
    return { name, code: argumentsBlock.firstChild };
  };
  return {
    nodes: [reasoning, calls, images],
    reasoning(piece) {
      reasoning.hidden = false;
      thought += piece;
      frame.ask();
    },
    call(event) {
      const key = event.index ?? event.id;
      if (!shown.has(key)) shown.set(key, show());
      const { name, code } = shown.get(key);
      if (event.name) name.textContent = event.name;
      // The whole call, which comes at the end, replaces its pieces.
      if (event.done) code.textContent = indented(event.arguments ?? '');
      else code.append(event.arguments ?? '');
    },
    /** Shows an image of a `data:` URL. Of any other only the address is shown, so that no service makes the browser fetch it. */
    image(url) {
      const isHere = url.startsWith('data:image/');
      images.append(isHere ? el('img', { src: url, alt: 'Image of the reply' }) : el('p', { className: 'note' }, `An image: ${url}`));
    },
    /** Draws what came since the last frame; a page in the background has none. */
    flush: frame.flush,
    isEmpty: () => shown.size === 0 && images.childElementCount === 0,
  };
}

/** JSON with indentation, or the text as it is: a model wrote the arguments, so they may not be JSON. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
