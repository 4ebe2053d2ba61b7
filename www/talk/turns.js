// One turn of the conversation: the visitor's message, and the view of the reply.

import { answerView } from '../answer/answer.js';
import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';

/**
 * @param {HTMLElement} log
 * @param {{ prompt: string, provider: string, isMarkdown: boolean, follow: { read: () => void, scroll: () => void }, onAgain: () => void }} turn
 */
export function addTurn(log, { prompt, provider, isMarkdown, follow, onAgain }) {
  const view = answerView({ provider, isMarkdown, follow, onAgain });
  log.append(el('article', { className: 'turn you', 'aria-label': 'You' },
    el('span', { className: 'author', 'aria-hidden': 'true' }, 'You'),
    el('div', { className: 'content', dir: 'auto' }, prompt)), view.node);
  const copy = el('button', { type: 'button', className: 'small', onclick: () => copyText(copy, view.text) }, 'Copy text');
  return {
    event: view.event,
    room: view.room,
    async finish(outcome) {
      if (view.text !== '') view.actions.append(copy);
      await view.finish(outcome);
    },
  };
}
