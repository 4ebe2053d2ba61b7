import { errorText } from './result.js';

/** The message of a call's result. */
export function resultMessage(id, content, isError) {
  const message = { role: 'tool', tool_call_id: id, content };
  if (isError) message.is_error = true;
  return message;
}

/** What the model is told of a call that was not run. */
export const notRun = (id, why) => resultMessage(id, errorText(why), true);

/** Roles and parts of results and calls, in the forms that the core reads (src/options/history.rs). */
const ANSWERS = /^\s*(tool|tool_result|function)\s*$/i;
const CALLS = /^\s*(assistant|model|ai|bot|chatbot)\s*$/i;
const RESULT_PARTS = ['tool_result', 'tool-result'];
const CALL_PARTS = ['tool_use', 'tool-call'];

const partsOf = ({ content }, types) => (Array.isArray(content) ? content : [content]).filter((part) => types.includes(part?.type));

/** An id as the core has it, for which numbers are texts. */
const idOf = (id) => (typeof id === 'number' ? String(id) : id);

const textOf = (given) => (typeof given === 'string' ? given : JSON.stringify(given ?? {}));

/** The calls of a message, as `reply.toolCalls` has them. */
function callsOf(message) {
  if (!CALLS.test(message?.role)) return [];
  const { tool_calls: calls = [], function_call: old } = message;
  const all = [...(Array.isArray(calls) ? calls : [calls]), ...(old ? [{ function: old }] : []), ...partsOf(message, CALL_PARTS)];
  return all.map((call) => {
    const { id, toolCallId, name, toolName } = call ?? {};
    const { name: called = name ?? toolName, arguments: given, input, args } = call?.function ?? call ?? {};
    return { id: idOf(id ?? toolCallId), name: called, arguments: textOf(given ?? input ?? args) };
  }).filter((call) => typeof call.name === 'string');
}

/**
 * `messages` with a result for each call that has none, as services want it: `{ messages, open, told }`. Calls of the last message with calls may get
 * theirs still, where only results follow it: these are `open`, unless `isLost(call)` says that they never will. `told` are the calls
 * that the model is told of as not run, `why` is what it is told.
 */
export function closeCalls(list, why, isLost = () => false) {
  const messages = [];
  const told = [];
  let open = new Open([]);
  const close = (isClosed) => {
    for (const call of open.takeAll(isClosed)) {
      messages.push(notRun(call.id, why));
      told.push(call);
    }
  };
  for (const message of list) {
    const parts = partsOf(message ?? {}, RESULT_PARTS);
    const isResult = ANSWERS.test(message?.role);
    const calls = callsOf(message);
    const next = () => {
      close(() => true);
      open = new Open(calls);
    };
    // A message may have calls together with their results.
    if (calls.length > 0) next();
    if (isResult && parts.length === 0) open.take(idOf(message.tool_call_id), message.name);
    for (const { tool_use_id: id, toolCallId } of parts) open.take(idOf(id ?? toolCallId));
    if (calls.length === 0 && !isResult && (parts.length === 0 || parts.length < message.content.length)) next();
    messages.push(message);
  }
  close(isLost);
  return { messages, open: open.takeAll(() => true), told };
}

/** The calls of a message that have no result so far. */
class Open {
  #calls;
  /** The calls by their ids. Of two with one id, each result answers one. */
  #byId = new Map();
  #first = 0;

  constructor(calls) {
    this.#calls = calls;
    for (const [at, { id }] of calls.entries()) {
      if (!this.#byId.has(id)) this.#byId.set(id, []);
      this.#byId.get(id).push(at);
    }
    for (const places of this.#byId.values()) places.reverse();
  }

  /** A result came. One without an id answers the next call, or the one of that `name`. */
  take(id, name) {
    let at = this.#byId.get(id)?.pop();
    if (at === undefined && !id) {
      while (this.#first < this.#calls.length && !this.#calls[this.#first]) this.#first++;
      at = this.#first;
      if (name !== undefined && this.#calls[at]?.name !== name) at = this.#calls.findIndex((call) => call?.name === name);
    }
    if (at in this.#calls) this.#calls[at] = undefined;
  }

  /** Those that `isWanted` says, which are no longer among these then. */
  takeAll(isWanted) {
    const taken = this.#calls.filter((call) => call && isWanted(call));
    const left = new Set(taken);
    this.#calls = this.#calls.filter((call) => call && !left.has(call));
    return taken;
  }
}
