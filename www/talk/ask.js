// Asks a provider and writes down what it answers. It uses rivulet's interface and knows nothing of the page.

import { taskSlicer } from '../page/tasks.js';
import { answerText } from './tree.js';

/** Events that are shown while they come and not kept: pieces of calls, of which the whole follows, and what only programs read. */
const isKept = ({ type, done }) => !['raw', 'logprobs', 'conversation'].includes(type) && !(type === 'tool-call' && !done);
/** How much of `raw` members is kept, in characters of JSON, so that a talk does not hold each answer many times. */
const MOST_RAW = 20_000;

/**
 * @typedef {object} Outcome
 * @property {any[]} messages what the reply adds to the conversation
 * @property {any} conversation
 * @property {any[]} events
 * @property {any[] | undefined} attempts of a `Fallback`, with times from the call on
 * @property {unknown} [error]
 * @property {boolean} stopped by the visitor
 */

/**
 * Reads a reply to its end. It never rejects: the outcome says how the reply ended.
 *
 * @param {() => any} makeReply may throw or reject, as constructors and options do
 * @param {{ signal: AbortSignal, now: () => number, before?: any[], record?: ReturnType<typeof recorder>,
 *   onEvent: (event: any, at: number) => Promise<void> | undefined }} options `before`: events of the page's own, which come first; `record`: where
 *   what comes is written down. A promise of `onEvent` is waited for before the next event is read
 * @returns {Promise<Outcome>}
 */
export async function ask(makeReply, { signal, now, before = [], record = recorder(), onEvent }) {
  for (const event of before) {
    record.add(event, 0);
    onEvent(event, 0);
  }
  const startedAt = Date.now() - now();
  let reply;
  let failed = {};
  try {
    reply = await makeReply();
    signal.throwIfAborted();
    const whenLong = taskSlicer();
    for await (const event of reply.events) {
      // Pieces that came together are read without a task in between, however many they are.
      const pause = whenLong();
      if (pause) await pause;
      const at = now();
      record.add(event, at);
      const room = onEvent(event, at);
      if (room) await room;
      // Not before: what was read is in the reply's message.
      signal.throwIfAborted();
    }
  } catch (error) {
    failed = { error };
  }
  return {
    messages: messagesOf(reply, record.events),
    conversation: plain(reply?.conversation) ?? null,
    events: record.events,
    attempts: reply?.attempts?.map((attempt) => ({ ...plainAttempt(attempt), startedAt: Math.max(0, attempt.startedAt - startedAt) })),
    ...failed,
    stopped: failed.error !== undefined && signal.aborted,
  };
}

/** Keeps events: pieces of text that follow each other become one. */
export function recorder() {
  const events = [];
  return {
    events,
    add(event, at) {
      if (!isKept(event)) return;
      const last = events.at(-1);
      const isNext = last?.type === event.type && last.part === event.part;
      if (isNext && (event.type === 'text' || event.type === 'reasoning')) last.text += event.text;
      else events.push({ ...bounded(event), at });
    },
  };
}

/** An event as it can be stored: errors in words, and no service's object beyond a bound. */
function bounded(event) {
  const { error, raw, ...rest } = event;
  const kept = plain(rest) ?? { type: event.type };
  if (error !== undefined) kept.error = plainError(error);
  if (raw !== undefined && (JSON.stringify(raw)?.length ?? 0) <= MOST_RAW) kept.raw = plain(raw);
  return kept;
}

const plainError = ({ code, name, message, status, retryAfterMs, provider }) => ({ code, name, message, status, retryAfterMs, provider });
const plainAttempt = ({ provider, state, startedAt, ms, error }) => ({ provider, state, startedAt, ms, ...(error && { error: plainError(error) }) });

/** What has a form in JSON. */
function plain(value) {
  try {
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

/**
 * What a reply adds to the conversation. A call without a result is left out, since no service goes on from there, and with it the provider's own
 * form of the message, which has it as well; of a reply that has nothing else, nothing is left. A text that is longer than the library keeps it
 * comes from the events.
 */
function messagesOf(reply, events) {
  const text = () => answerText({ events });
  const given = reply?.messages ? withTail(reply.messages, events) : (reply ? [reply.message ?? { role: 'assistant', content: text() }] : []);
  const all = plain(given) ?? [];
  const answered = new Set(all.filter(({ role }) => role === 'tool').map(({ tool_call_id: id }) => id));
  return all
    .map((message) => withoutOpenCalls(message, answered))
    .filter(({ role, content, tool_calls: calls, images }) => role === 'tool' || calls?.length > 0 || images?.length > 0 || content?.length > 0);
}

function withoutOpenCalls({ tool_calls: calls = [], provider_data: own, ...message }, answered) {
  const kept = calls.filter(({ id }) => answered.has(id));
  return { ...message, ...(kept.length > 0 && { tool_calls: kept }), ...(own && kept.length === calls.length && { provider_data: own }) };
}

/**
 * The messages of a run with the text of a step that failed, which are not among them: the run would ask for that step again, and here the visitor goes
 * on from what there is.
 */
function withTail(messages, events) {
  const last = messages.at(-1);
  if (last?.role === 'assistant' && !last.tool_calls) return messages;
  const text = answerText({ events: events.slice(events.findLastIndex(({ type }) => type === 'tool-result') + 1) });
  return text === '' ? messages : [...messages, { role: 'assistant', content: text }];
}
