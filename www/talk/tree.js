// A talk as data: questions and their replies as a tree, since a question may be edited and a reply asked for again. Nothing is thrown away by
// that: the other branches stay, and the talk remembers which one is shown. It is plain JSON, and holds no key.

/**
 * What one provider answered: all that is needed to show it again, to go on with it, and to write it to a file.
 *
 * @typedef {object} Answer
 * @property {string} provider as the page names it: `AiEngine`, `Groq`
 * @property {string} model the model that was asked for; empty: the provider's own
 * @property {string} service names the service with which the conversation is (`serviceKey`)
 * @property {string} [system] the system text of the call; left out by talks of before
 * @property {any[]} messages what the reply adds to the conversation: the assistant's message, and with tools their results and what followed
 * @property {any} conversation by which the service goes on, or null
 * @property {({ type: string, at: number, [key: string]: any })[]} events of the reply, each with its time in ms since the call; pieces of text
 *   that follow each other are one event, and of a tool call only the whole is kept
 * @property {{ first?: number, elapsed: number, pieces: number, characters: number }} timings in ms
 * @property {any} [error] `explained(error)`: the words for what went wrong
 * @property {boolean} stopped by the visitor
 * @property {any[]} [attempts] of a `Fallback`
 *
 * @typedef {{ id: string, parent: string | null, kind: 'question', content: string | any[], at: number }} Question
 * @typedef {{ id: string, parent: string, kind: 'reply', answers: Answer[], kept: number, at: number }} Reply `answers`: one, or one of each
 *   provider that was asked side by side; `kept` is the one to go on with where only one provider is asked next
 * @typedef {Question | Reply} Turn
 * @typedef {{ version: 1, id: string, title: string, createdAt: number, changedAt: number, turns: Turn[], leaf: string | null }} Talk `turns` in
 *   the order in which they came; `leaf` is the last turn of the branch that is shown
 */

import { wordsOf } from './parts.js';

/** How long the title is that a talk has by its first question. */
const LONGEST_TITLE = 60;

const newId = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @returns {Talk} */
export const newTalk = (now = Date.now()) => ({ version: 1, id: newId(), title: '', createdAt: now, changedAt: now, turns: [], leaf: null });

/** Adds a question below a reply, or at the beginning, and shows its branch. @param {Talk} talk @param {string | null} parent @returns {Question} */
export function addQuestion(talk, parent, content, now = Date.now()) {
  talk.title ||= titleOf(content);
  return add(talk, { id: newId(), parent, kind: 'question', content, at: now }, now);
}

/** Adds a reply below a question, and shows its branch. @param {Talk} talk @param {string} parent @param {Answer[]} answers @returns {Reply} */
export function addReply(talk, parent, answers, now = Date.now()) {
  return add(talk, { id: newId(), parent, kind: 'reply', answers, kept: 0, at: now }, now);
}

function add(talk, turn, now) {
  talk.turns.push(turn);
  talk.leaf = turn.id;
  talk.changedAt = now;
  return turn;
}

export const turnOf = (talk, id) => talk.turns.find((turn) => turn.id === id);

/** The turns from the first question to a turn, by default to the end of the branch that is shown. @param {Talk} talk @returns {Turn[]} */
export function path(talk, leaf = talk.leaf) {
  const turns = [];
  const byId = new Map(talk.turns.map((turn) => [turn.id, turn]));
  for (let turn = byId.get(leaf); turn && turns.length < talk.turns.length; turn = byId.get(turn.parent)) turns.push(turn);
  return turns.reverse();
}

/** The turns that stand in the same place, in the order in which they came: other wordings of a question, other replies to it. @returns {Turn[]} */
export const siblings = (talk, turn) => talk.turns.filter(({ parent }) => parent === turn.parent);

/** Shows the branch of a turn, to its newest end. @param {Talk} talk */
export function show(talk, turn) {
  /** The newest turn below each. */
  const newest = new Map(talk.turns.map((below) => [below.parent, below]));
  let leaf = turn;
  while (newest.has(leaf.id)) leaf = newest.get(leaf.id);
  talk.leaf = leaf.id;
}

/**
 * The messages up to a turn, as a provider is asked with them. A question whose reply has nothing in it, an error for one, is left out with it.
 *
 * @param {Talk} talk @param {string | null} leaf @param {Side} [lane] the provider, where several are asked side by side
 */
export function messagesOf(talk, leaf, lane) {
  const turns = path(talk, leaf);
  return turns.flatMap((turn, index) => {
    if (turn.kind === 'reply') return answerOf(turn, lane).messages;
    const reply = turns[index + 1];
    return reply && answerOf(reply, lane).messages.length === 0 ? [] : [{ role: 'user', content: turn.content }];
  });
}

/**
 * The answer of a reply that a provider goes on with.
 *
 * @param {Reply} reply @param {Side} [lane] @returns {Answer}
 */
function answerOf({ answers, kept }, lane) {
  const own = lane && answers.length > 1 ? ownAnswer(answers, lane) : undefined;
  return own ?? answers[kept] ?? answers[0];
}

/**
 * A provider of several that are asked side by side: its place among them, its service and its model.
 *
 * @typedef {{ index: number, service: string, model: string }} Side
 */

/** The answer of a provider itself, wherever it stood among the others, since they may be fewer now; else the one in its place. */
function ownAnswer(answers, { index, service, model }) {
  const there = answers[index];
  const isOfService = (answer) => answer?.service === service;
  const isSame = (answer) => isOfService(answer) && answer.model === model;
  return [there, ...answers].find(isSame) ?? [there, ...answers].find(isOfService) ?? there;
}

/**
 * By what a service goes on after a turn: null where the answer there is of another one. A reply in which nothing came is as if it were not there.
 *
 * @param {Talk} talk @param {string | null} leaf @param {string} service
 * @param {{ lane?: Side, isLinear?: boolean, system?: string }} [how] `isLinear`: the service keeps the talk itself and cannot forget a turn, so null
 *   as well where another branch has gone on from there, or the system text is another one now
 */
export function conversationOf(talk, leaf, service, { lane, isLinear = false, system = '' } = {}) {
  for (const turn of path(talk, leaf).reverse()) {
    const answer = turn.kind === 'reply' ? answerOf(turn, lane) : undefined;
    if (!answer || (answer.messages.length === 0 && !(answer.service === service && answer.conversation))) continue;
    const isOver = isLinear && ((answer.system ?? system) !== system || hasGoneOn(talk, turn));
    return answer.service !== service || isOver ? null : answer.conversation;
  }
  return null;
}

/** Whether something was answered below a reply. */
function hasGoneOn(talk, reply) {
  const below = new Set([reply.id]);
  // More than once, since a turn may stand before the one above it.
  for (let size = 0; size < below.size;) {
    size = below.size;
    for (const { id, parent } of talk.turns) if (below.has(parent)) below.add(id);
  }
  const hasAnswer = ({ kind, answers }) => kind === 'reply' && answers.some(({ messages }) => messages.length > 0);
  return talk.turns.some((turn) => turn.id !== reply.id && below.has(turn.id) && hasAnswer(turn));
}

/** The text of an answer: the pieces, or what the service put in their place. @param {Answer} answer */
export function answerText({ events }) {
  let text = '';
  for (const event of events) {
    if (event.type === 'text') text += event.text;
    if (event.type === 'replace') text = event.text;
  }
  return text;
}

function titleOf(content) {
  const words = wordsOf(content).trim().replace(/\s+/g, ' ');
  const characters = Array.from(words);
  if (characters.length > LONGEST_TITLE) return `${characters.slice(0, LONGEST_TITLE - 1).join('').trimEnd()}…`;
  return words || 'Files';
}

/** Puts other answers in the place of those that failed. @param {Talk} talk @param {Reply} reply @param {Answer[]} answers */
export function replaceAnswers(talk, reply, answers, now = Date.now()) {
  Object.assign(reply, { answers, kept: 0 });
  talk.leaf = reply.id;
  talk.changedAt = now;
  return reply;
}
