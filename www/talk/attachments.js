// What a reply holds beside its text: the reasoning before it, the tool calls, and images.

import { el } from '../page/dom.js';
import { eachFrame, keepEnd } from '../page/frames.js';
import { growingText } from '../text/growing-text.js';

/**
 * @returns {{ nodes: HTMLElement[], reasoning: (piece: string) => void, call: (event: any) => void, image: (url: string) => void,
 *   flush: () => boolean, isEmpty: () => boolean }} `isEmpty`: there are neither calls nor images, so that a reply without text is empty
 */
export function attachments() {
  const reasoningText = el('div', { className: 'reasoning-text', dir: 'auto', tabIndex: 0 });
  const reasoning = el('details', { className: 'reasoning-block', open: true, hidden: true }, el('summary', {}, 'Thought'), reasoningText);
  const calls = el('div', { className: 'calls' });
  const images = el('div', { className: 'images' });
  /** The elements of each call, by the call's index. */
  const shown = new Map();

  let hasThought = false;
  let hasImages = false;
  let isDrawn = true;
  const thought = growingText(reasoningText);
  /** What came since the last frame: arguments of calls, and elements with the place they go to. */
  const pending = new Set();
  let fresh = [];
  const frame = eachFrame({
    ...keepEnd(reasoningText),
    write() {
      for (const [parent, node] of fresh) parent.append(node);
      fresh = [];
      reasoning.hidden = !hasThought;
      for (const written of pending) if (written.draw()) pending.delete(written);
      isDrawn = thought.draw() && pending.size === 0;
      if (!isDrawn) frame.ask();
    },
  });

  const show = () => {
    const name = el('b');
    const argumentsBlock = el('pre', { tabIndex: 0 }, el('code'));
    fresh.push([calls, el('section', { className: 'call', 'aria-label': 'Call of a tool' },
      el('span', { className: 'author' }, 'Calls a tool'), name, argumentsBlock)]);
    return { name, written: growingText(argumentsBlock.firstChild) };
  };
  return {
    nodes: [reasoning, calls, images],
    reasoning(piece) {
      hasThought = true;
      thought.append(piece);
      frame.ask();
    },
    call(event) {
      const key = event.index ?? event.id;
      if (!shown.has(key)) shown.set(key, show());
      const { name, written } = shown.get(key);
      if (event.name) name.textContent = event.name;
      // The whole call, which comes at the end, replaces its pieces.
      if (event.done) written.clear();
      written.append(event.done ? indented(event.arguments ?? '') : event.arguments ?? '');
      pending.add(written);
      frame.ask();
    },
    /** Shows an image of a `data:` URL. Of any other only the address is shown, so that no service makes the browser fetch it. */
    image(url) {
      const isHere = url.startsWith('data:image/');
      fresh.push([images, isHere ? el('img', { src: url, alt: 'Image of the reply' }) : el('p', { className: 'note' }, `An image: ${url}`)]);
      hasImages = true;
      frame.ask();
    },
    /** Draws some of what came since the last frame, since a page in the background has none. @returns {boolean} whether that is all */
    flush() {
      frame.flush();
      return isDrawn;
    },
    isEmpty: () => shown.size === 0 && !hasImages,
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
