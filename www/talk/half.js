// What had come of a reply when the page was closed or reloaded. It is kept for this tab until the page is there again: in the session's storage,
// since a database does not answer in the moment in which a page ends.

import { withoutSecrets } from './secrets.js';
import { addReply, answerText, path } from './tree.js';

const KEY = 'rivulet-demo-half';

const CLOSED = {
  title: 'The page was closed', hint: 'What had come by then stays.', code: 'closed', message: 'the reply was under way when the page was closed or reloaded',
};

/** Events without which nothing of an answer has come. */
const WORTH = new Set(['text', 'reasoning', 'tool-call', 'image']);

/**
 * @typedef {{ talk: string, question: string, answers: import('./tree.js').Answer[], whole?: import('./tree.js').Reply }} Half `whole`: the reply was
 *   complete, and the talk was just being saved
 */

/** The last reply of a talk that is being saved. @param {import('./tree.js').Talk} talk @returns {Half | undefined} */
export function lastReply(talk) {
  const last = path(talk).at(-1);
  return last?.kind === 'reply' ? { talk: talk.id, question: last.parent, answers: last.answers, whole: last } : undefined;
}

/** @param {Storage | undefined} storage @param {Half | undefined} half @param {string[]} secrets keys of the moment, which are left out */
export function keepHalf(storage, half, secrets) {
  try {
    if (half) storage?.setItem(KEY, JSON.stringify(withoutSecrets(half, secrets)));
  } catch {
    // Storage is full or not allowed: the question is there, and can be asked again.
  }
}

/** Adds to a talk what was kept of its last reply. @param {Storage | undefined} storage @param {import('./tree.js').Talk} talk @returns {boolean} whether it was there */
export function addHalf(storage, talk) {
  const half = taken(storage);
  if (half?.talk !== talk.id || path(talk).at(-1)?.id !== half.question) return false;
  if (half.whole) {
    talk.turns.push(half.whole);
    talk.leaf = half.whole.id;
    return true;
  }
  const answers = half.answers.map((answer) => {
    const text = answerText(answer);
    return { ...answer, stopped: false, conversation: null, messages: text === '' ? [] : [{ role: 'assistant', content: text }], error: CLOSED };
  });
  if (!answers.some(({ events }) => events.some(({ type }) => WORTH.has(type)))) return false;
  addReply(talk, half.question, answers);
  return true;
}

/** Reads it, and takes it away. @returns {Half | undefined} */
function taken(storage) {
  try {
    const half = JSON.parse(storage?.getItem(KEY) ?? 'null');
    storage?.removeItem(KEY);
    return Array.isArray(half?.answers) ? half : undefined;
  } catch {
    return undefined;
  }
}
