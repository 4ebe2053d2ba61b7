// One turn of the conversation: the visitor's message, and the reply as it grows.

import { attachments } from '../talk/attachments.js';
import { el } from '../page/dom.js';
import { explained } from '../talk/errors.js';
import { eachFrame } from '../page/frames.js';
import { growingMarkdown } from '../text/growing-markdown.js';
import { growingText } from '../text/growing-text.js';
import { highlightNew, clearHighlight } from '../text/highlight-new.js';
import { loadMarkdown } from '../text/markdown.js';
import { nextTask } from '../page/tasks.js';
import { summary, Timings } from '../panels/timings.js';
import { trace } from '../panels/trace.js';

/** How many characters may wait to be drawn before the reply is read on. */
const MOST_WAITING = 50_000;

export function answerView({ provider, isMarkdown, follow, onAgain, isStored = false }) {
  const content = el('div', { className: 'content', dir: 'auto' });
  const { nodes: [reasoning, ...others], ...attached } = attachments();
  const line = trace();
  const figures = el('span', { className: 'figures' });
  const actions = el('div', { className: 'answer-actions' });
  const reply = el('article', { className: 'turn reply waiting', 'aria-label': `Reply of ${provider}` },
    el('span', { className: 'author', 'aria-hidden': 'true' }, provider), reasoning, content, ...others,
    el('div', { className: 'trace' }, line.node, figures), actions);
  const timings = new Timings();

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

  const api = {
    node: reply,
    actions,
    get text() { return text; },
    event(event, at) {
      if (event.type === 'text') { timings.piece(event.text, at); api.piece(event.text); }
      else if (event.type === 'reasoning') { timings.reasoning(at); api.reasoning(event.text); }
      else if (event.type === 'tool-call') api.call(event);
      else if (event.type === 'replace') api.replace(event.text);
      else if (event.type === 'warning') api.note(event.message);
      else if (event.type === 'image') api.image(event.url);
    },
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
      if (stopped) notes.push(el('p', { className: 'note' }, 'You stopped this reply.'));
      else if (error !== undefined) notes.push(failure(error.title ? error : explained(error), onAgain));
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
  return api;
}

function failure({ title, hint, code, message, body }, onAgain) {
  const again = el('button', { type: 'button', className: 'small', onclick: onAgain }, 'Try again');
  const excerpt = body ? [el('details', {}, el('summary', {}, 'What the site sent'), el('pre', { tabIndex: 0 }, body))] : [];
  return el('div', { className: 'failure', role: 'alert' },
    el('h3', {}, title),
    el('p', {}, hint),
    el('p', { className: 'error-message' }, `${code}: ${message}`),
    ...excerpt, again);
}
