// How an answer ended, where that is worth a word: it failed, it was stopped or cut, or there is nothing in it.

import { el } from '../page/dom.js';
import { inWords } from './words.js';

const REASONS = {
  length: 'Cut at the limit of tokens.',
  content_filter: 'Stopped by a filter of the service, or refused by the model.',
};

/** Errors of which the cause may be a setting, by the begin of what `explained` gives as `code`. */
const SETTLED_BY_SETTINGS = /^(?:input|model_not_found|auth|nonce|network|protocol|blocked|output|all_failed)(?: |$)/;

/**
 * @param {{ error?: any, stopped: boolean, reason?: string, text: string, isEmpty: boolean, isWaiting: boolean }} end `reason` of the event
 *   `finish`; `isWaiting`: there are calls without a result, which say so themselves
 * @param {{ isFresh: boolean, isOneOfSeveral?: boolean, onAgain?: () => void, onContinue?: () => void, onSettings?: () => void }} how
 * @returns {HTMLElement[]}
 */
export function endingNodes({ error, stopped, reason, text, isEmpty, isWaiting }, { isFresh, isOneOfSeveral = false, onAgain, onContinue, onSettings }) {
  const goOn = onContinue && text !== '' ? [button('Continue', onContinue)] : [];
  if (stopped) return [note('You stopped this reply.', goOn)];
  if (error !== undefined) {
    const words = inWords(error);
    const toSettings = onSettings && SETTLED_BY_SETTINGS.test(words.code) ? [button('Change the settings', onSettings)] : [];
    return [failure(words, isFresh, [...(onAgain ? [button(isOneOfSeveral ? 'Try all again' : 'Try again', onAgain)] : []), ...goOn, ...toSettings])];
  }
  if (isEmpty && reason !== 'content_filter') return [note('The reply is empty.')];
  if (REASONS[reason]) return [note(REASONS[reason], reason === 'length' ? goOn : [])];
  if (reason === 'tool_calls' && !isWaiting) return [note('Ended with calls of tools: no more steps were allowed.', goOn)];
  return [];
}

const button = (label, onclick) => el('button', { type: 'button', className: 'small', onclick }, label);

const note = (words, buttons = []) => el('p', { className: 'note' }, words, ...buttons.flatMap((each) => [' ', each]));

/** What went wrong. Only what has just happened is announced. */
function failure({ title, hint, code, message, body }, isFresh, buttons) {
  const excerpt = body ? [el('details', {}, el('summary', {}, 'What the site sent'), el('pre', { tabIndex: 0 }, body))] : [];
  return el('div', { className: 'failure', ...(isFresh && { role: 'alert' }) },
    el('h3', {}, title),
    el('p', {}, hint),
    el('p', { className: 'error-message' }, `${code}: ${message}`),
    ...excerpt, ...(buttons.length ? [el('p', { className: 'buttons' }, ...buttons)] : []));
}
