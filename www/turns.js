// One turn of the conversation: the visitor's message, and the reply as it grows.

import { attachments } from './attachments.js';
import { eachFrame, el } from './dom.js';
import { explained } from './errors.js';
import { blocks } from './markdown.js';
import { highlightNew, clearHighlight } from './highlight-new.js';
import { summary } from './timings.js';
import { trace } from './trace.js';

/**
 * @param {{ prompt: string, provider: string, timings: import('./timings.js').Timings, isMarkdown: boolean,
 *   onDraw: () => void, onAgain: () => void }} turn
 */
export function addTurn(log, { prompt, provider, timings, isMarkdown, onDraw, onAgain }) {
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
  let drawn = [];
  const drawText = isMarkdown
    ? () => { drawn = update(content, drawn, blocks(text)); }
    : () => { content.textContent = text; };
  content.classList.toggle('plain', !isMarkdown);
  const frame = eachFrame(() => {
    drawText();
    if (newest) highlightNew(content, newest);
    newest = 0;
    line.draw(timings);
    figures.textContent = summary(timings);
    onDraw();
  });
  frame.ask();

  return {
    /** Adds a piece of text. Pieces that come between two frames are marked together. */
    piece(piece) {
      text += piece;
      newest += piece.length;
      frame.ask();
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
      frame.ask();
    },
    note(message) {
      reply.append(el('p', { className: 'note', role: 'status' }, el('b', {}, 'Note: '), message));
      frame.ask();
    },
    finish({ error, stopped }) {
      newest = 0;
      clearHighlight();
      attached.flush();
      reply.classList.remove('waiting');
      if (stopped) reply.append(el('p', { className: 'note' }, 'You stopped this reply.'));
      else if (error !== undefined) reply.append(failure(explained(error), onAgain));
      else if (text === '' && attached.isEmpty()) reply.append(el('p', { className: 'note' }, 'The reply is empty.'));
      copy.hidden = text === '';
      frame.flush();
    },
  };
}

/** Replaces the blocks from the first one that changed. The blocks before it keep their nodes, and with them a selection. */
function update(parent, before, now) {
  let same = 0;
  // Compares the source, since the last block may have grown.
  while (same < before.length && before[same].source === now[same]?.source) same += 1;
  while (parent.childNodes.length > same) parent.lastChild.remove();
  parent.append(...now.slice(same).map(({ node }) => node()));
  return now;
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

/** Copies a text, and shows on the button whether the browser allowed it. */
export async function copyText(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}
