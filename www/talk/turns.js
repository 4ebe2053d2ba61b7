// One turn of the conversation: the visitor's message, and the reply as it grows.

import { attachments } from './attachments.js';
import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';
import { explained } from './errors.js';
import { eachFrame } from '../page/frames.js';
import { growingMarkdown } from '../text/growing-markdown.js';
import { growingText } from '../text/growing-text.js';
import { highlightNew, clearHighlight } from '../text/highlight-new.js';
import { loadMarkdown } from '../text/markdown.js';
import { nextTask } from '../page/tasks.js';
import { summary } from '../panels/timings.js';
import { trace } from '../panels/trace.js';

/** How many characters may wait to be drawn before the reply is read on. */
const MOST_WAITING = 50_000;

/**
 * @param {{ prompt: string, provider: string, timings: import('../panels/timings.js').Timings, isMarkdown: boolean,
 *   follow: { read: () => void, scroll: () => void }, onAgain: () => void }} turn
 */
export function addTurn(log, { prompt, provider, timings, isMarkdown, follow, onAgain }) {
  const content = el('div', { className: 'content', dir: 'auto' });
  const { nodes: [reasoning, ...others], ...attached } = attachments();
  const line = trace();
  const figures = el('span', { className: 'figures' });
  const copy = el('button', { type: 'button', className: 'small', hidden: true, onclick: () => copyText(copy, text) }, 'Copy text');
  const reply = el('article', { className: 'turn reply waiting', 'aria-label': `Reply of ${provider}` },
    el('span', { className: 'author', 'aria-hidden': 'true' }, provider), reasoning, content, ...others,
    el('div', { className: 'trace' }, line.node, figures, copy));
  log.append(el('article', { className: 'turn you', 'aria-label': 'You' },
    el('span', { className: 'author', 'aria-hidden': 'true' }, 'You'),
    el('div', { className: 'content', dir: 'auto' }, prompt)), reply);

  let text = '';
  let newest = 0;
  let isDrawn = true;
  /** Notes that are not shown yet. They wait for the frame, which looks first whether the end is in sight. */
  let notes = [];
  let growing = growingText(content);
  content.classList.add('plain');
  const frame = eachFrame({
    ...follow,
    write() {
      isDrawn = growing.draw();
      reply.append(...notes);
      notes = [];
      if (newest) highlightNew(content, newest);
      newest = 0;
      line.draw(timings);
      figures.textContent = summary(timings);
      if (!isDrawn) frame.ask();
    },
  });
  frame.ask();
  // Until the library is there, and where it cannot be loaded, the reply is shown as it was written.
  const library = isMarkdown ? loadMarkdown().then(useMarkdown, () => {}) : undefined;

  function useMarkdown(markdown) {
    growing.clear();
    content.classList.remove('plain');
    growing = growingMarkdown(content, markdown);
    growing.append(text);
    frame.ask();
  }

  return {
    /** Adds a piece of text. Pieces that come between two frames are marked together. */
    piece(piece) {
      text += piece;
      newest += piece.length;
      growing.append(piece);
      frame.ask();
    },
    /** @returns {Promise<void> | undefined} to be waited for before the reply is read on, so that it is not read faster than it is drawn */
    room() {
      // A page in the background has no frames, and draws all of the reply at its end.
      if (growing.waiting < MOST_WAITING || document.hidden) return undefined;
      return new Promise((resolve) => {
        requestAnimationFrame(() => resolve());
        // Where the page goes to the background meanwhile.
        setTimeout(resolve, 500);
      });
    },
    reasoning(piece) {
      attached.reasoning(piece);
      frame.ask();
    },
    call(event) {
      attached.call(event);
      frame.ask();
    },
    image(url) {
      attached.image(url);
      frame.ask();
    },
    replace(whole) {
      text = whole;
      growing.clear();
      growing.append(whole);
      frame.ask();
    },
    note(message) {
      notes.push(el('p', { className: 'note', role: 'status' }, el('b', {}, 'Note: '), message));
      frame.ask();
    },
    /** Resolves when all of the reply is drawn. */
    async finish({ error, stopped }) {
      clearHighlight();
      newest = 0;
      copy.hidden = text === '';
      if (stopped) notes.push(el('p', { className: 'note' }, 'You stopped this reply.'));
      else if (error !== undefined) notes.push(failure(explained(error), onAgain));
      else if (text === '' && attached.isEmpty()) notes.push(el('p', { className: 'note' }, 'The reply is empty.'));
      await library;
      growing.finish();
      frame.flush();
      while (!attached.flush() || !isDrawn) {
        await nextTask();
        frame.flush();
      }
      reply.classList.remove('waiting');
    },
  };
}

function failure({ title, hint, code, message, body }, onAgain) {
  const again = el('button', { type: 'button', className: 'small', onclick: onAgain }, 'Send it again');
  const excerpt = body ? [el('details', {}, el('summary', {}, 'What the site sent'), el('pre', { tabIndex: 0 }, body))] : [];
  return el('div', { className: 'failure', role: 'alert' },
    el('h3', {}, title),
    el('p', {}, hint),
    el('p', { className: 'error-message' }, `${code}: ${message}`),
    ...excerpt, again);
}
