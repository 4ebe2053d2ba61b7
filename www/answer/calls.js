// Calls of tools: the name, the arguments as they are written, and the result, with the time that it took.

import { el } from '../page/dom.js';
import { boundedBox } from './bounded-box.js';
import { asJson, duration, short } from './words.js';

/** How many characters of arguments and of a result are shown. */
const LONGEST_ARGUMENTS = 200_000;
const LONGEST_RESULT = 20_000;
const LONGEST_NAME = 200;

/** One call. */
function callBlock() {
  const name = el('b', { dir: 'auto' });
  const state = el('span', { className: 'call-state' }, 'writes its arguments');
  const given = boundedBox('Arguments', LONGEST_ARGUMENTS);
  const node = el('details', { className: 'call', open: true },
    el('summary', {}, el('span', { className: 'author' }, 'Calls a tool'), ' ', name, ' ', state), given.node);
  let result;
  let doneAt;
  let shown = { name: '', words: state.textContent, isError: false };
  let next = { ...shown };

  const settle = (words, isError = false) => { next = { ...next, words, isError }; };
  return {
    node,
    id: undefined,
    hasResult: false,
    isApproval: false,
    write(event, at) {
      if (event.id !== undefined) this.id = event.id;
      if (event.name) next.name = short(event.name, LONGEST_NAME);
      if (!event.done) return given.append(event.arguments ?? '');
      doneAt = at;
      // The whole call, which comes at the end, stands for its pieces.
      given.replace(indented(event.arguments ?? ''));
      settle('waits for its result');
    },
    answer(event, at) {
      this.hasResult = true;
      if (!next.name) next.name = short(event.name, LONGEST_NAME);
      const took = doneAt === undefined ? '' : ` after ${duration(at - doneAt)}`;
      settle(event.isError ? `failed${took}` : `answered${took}`, event.isError === true);
      result = boundedBox(`${event.isError ? 'Error' : 'Result'} of ${next.name}`, LONGEST_RESULT);
      result.append(typeof event.result === 'string' ? event.result : asJson(event.result));
    },
    approve() {
      this.isApproval = true;
      settle('waits for your approval');
    },
    /** The reply is over. @param {boolean} isWhole neither stopped nor failed */
    finish(isWhole) {
      if (this.hasResult || this.isApproval) return;
      settle(isWhole ? 'waits for your answer: the page has no tool of this name' : 'has no result');
    },
    draw() {
      if (shown.name !== next.name) name.textContent = next.name;
      if (shown.words !== next.words) state.textContent = next.words;
      if (next.isError) node.classList.add('is-error');
      shown = { ...next };
      if (result && !result.node.parentNode) {
        node.append(el('div', { className: 'call-result' }, el('span', { className: 'author' }, next.isError ? 'Error' : 'Result'), result.node));
      }
      const isDrawn = given.draw();
      return (result?.draw() ?? true) && isDrawn;
    },
    get waiting() {
      return given.waiting;
    },
  };
}

/** All calls of an answer. @param {number} most how many are shown */
export function calls(most) {
  const all = [];
  const byKey = new Map();
  let leftOut = 0;

  const add = () => {
    if (all.length >= most) {
      leftOut += 1;
      return undefined;
    }
    const made = callBlock();
    all.push(made);
    return made;
  };
  const open = (id) => all.findLast((call) => call.id === id && !call.hasResult);
  return {
    get count() {
      return all.length + leftOut;
    },
    get leftOut() {
      return leftOut;
    },
    get all() {
      return all;
    },
    /** Whether there are calls without a result. */
    get areOpen() {
      return all.some(({ hasResult }) => !hasResult);
    },
    /** The block of a `tool-call`, and whether it is new; none where there are too many. */
    call(event, at) {
      const key = event.index ?? event.id;
      const isNew = !byKey.has(key);
      if (isNew) byKey.set(key, add());
      const block = byKey.get(key);
      block?.write(event, at);
      return { block, isNew };
    },
    /** The block of a `tool-result`. One that belongs to no call that is known has a block of its own. */
    result(event, at) {
      const known = open(event.id);
      const block = known ?? (leftOut > 0 ? undefined : add());
      block?.answer(event, at);
      return { block, isNew: known === undefined };
    },
    approval(event) {
      const block = open(event.id);
      block?.approve();
      return block;
    },
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
