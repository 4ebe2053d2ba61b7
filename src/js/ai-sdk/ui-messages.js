// Messages of `useChat` as messages of this package.

import { ChatError } from '../error.js';
import { DENIED, argumentsOf, filePart, jsonOf, urlOf } from './content.js';
import { reading } from './failure.js';
import { assistantMessage, hasState, own } from './state.js';
import { warner } from './warner.js';

/** Parts that are for the page alone. */
const FOR_THE_PAGE = /^(source-url|source-document|data-.*)$/;

/** Whether these are parts; `undefined` counts as none. */
const isParts = (parts) => (parts ?? undefined) === undefined || Array.isArray(parts) && parts.every((part) => typeof part?.type === 'string');

/** A result as the text that goes to the service. */
const textOf = (output) => (typeof output === 'string' ? output : jsonOf(output));

/** `openCalls`: whether calls about which a person was asked stay without a result, for `runTools`. */
export function fromUIMessages(messages, { onWarning, openCalls = false } = {}) {
  if (!Array.isArray(messages)) throw new ChatError('input', 'the messages of useChat must be a list');
  const warn = warner(onWarning);
  return reading('messages', () => messages.flatMap((message, at) => {
    const place = `messages[${at}]`;
    if (!Array.isArray(message?.parts)) throw new ChatError('input', `${place} has no parts: give messages as useChat has them`);
    switch (message.role) {
      case 'assistant':
        return answersOf(message.parts, place, warn, openCalls && at === messages.length - 1);
      case 'user':
      case 'system':
        return askedBy(message, place, warn);
      default:
        throw new ChatError('input', `${place}.role is '${message.role}', which is none of system, user and assistant`);
    }
  }));
}

function askedBy({ role, parts }, place, warn) {
  const content = parts.flatMap((part, i) => userPart(part, `${place}.parts[${i}]`, warn));
  if (content.length === 0) {
    warn(`${place} has nothing that a service takes: it was left out`);
    return [];
  }
  return [{ role, content: content.every(({ type }) => type === 'text') ? content.map(({ text }) => text).join('') : content }];
}

function userPart(part, place, warn) {
  if (part.type === 'text') return [{ type: 'text', text: String(part.text) }];
  if (part.type === 'file') return [fileOf(part, place)];
  if (!FOR_THE_PAGE.test(part.type) && part.type !== 'step-start') warn(`${place} is of type '${part.type}', which no service takes: it was left out`);
  return [];
}

const fileOf = ({ url, mediaType, filename, providerMetadata }, place) => filePart({ url, mediaType, filename, providerOptions: providerMetadata }, ['rivulet'], place);

/** The answers in a message of the assistant, each followed by the results of its calls, and what the user said between them (`ai` 7). */
function answersOf(parts, place, warn, openCalls) {
  const list = [];
  let answer = fresh();
  let wasReasoning = false;
  const end = () => {
    const message = assistantMessage(answer);
    if (message) {
      list.push(message);
      for (const result of answer.results) list.push(result);
    }
    answer = fresh();
  };
  for (const [i, part] of parts.entries()) {
    const here = `${place}.parts[${i}]`;
    const isReasoning = part.type === 'reasoning';
    if (part.type === 'step-start') end();
    else if (part.type === 'text') answer.text += part.text;
    else if (isReasoning) answer.reasoning += wasReasoning && answer.reasoning !== '' && part.text !== '' ? `\n\n${part.text}` : part.text;
    else if (part.type === 'file' && /^image/.test(part.mediaType)) answer.images.push(urlOf(part.url, part.mediaType));
    else if (isTool(part)) addCall(answer, part, openCalls);
    else if (part.type === 'steering-message') {
      end();
      if (!isParts(part.parts)) throw new ChatError('input', `${here}.parts must be a list of parts`);
      list.push(...askedBy({ role: 'user', parts: part.parts ?? [] }, here, warn));
    } else if (!FOR_THE_PAGE.test(part.type)) warn(`${here} is of type '${part.type}', which no service takes back: it was left out`);
    const state = own(part.providerMetadata ?? part.callProviderMetadata);
    if (hasState(state)) answer.states.push(state);
    wasReasoning = isReasoning;
  }
  end();
  return list;
}

const fresh = () => ({ states: [], text: '', reasoning: '', calls: [], results: [], images: [] });

const isTool = ({ type }) => type === 'dynamic-tool' || String(type).startsWith('tool-');

/** A call and its result. A call that has none is left out: services refuse it. */
function addCall({ calls, results }, part, openCalls) {
  const { toolCallId, toolName = part.type.slice('tool-'.length), state, approval } = part;
  if (part.providerExecuted) return;
  const call = { id: toolCallId, name: toolName, arguments: argumentsOf(part.input ?? part.rawInput) };
  const result = resultOf(part);
  if (result === undefined && !(openCalls && state === 'approval-responded')) return;
  calls.push(call);
  if (openCalls && state === 'approval-responded' && approval !== undefined) return;
  results.push({ role: 'tool', tool_call_id: toolCallId, ...result });
}

function resultOf({ state, output, errorText, approval, preliminary }) {
  if (state === 'output-available' && !preliminary) return { content: textOf(output) };
  if (state === 'output-error') return { content: errorText ?? 'The tool failed.', is_error: true };
  const isDenied = state === 'output-denied' || (state === 'approval-responded' && approval?.approved === false);
  return isDenied ? { content: approval?.reason ?? DENIED } : undefined;
}

/** What the person said to questions in the newest message, for `approvals` of `runTools`: by the ids of the calls. */
export function approvalsIn(messages) {
  const answered = (messages.at(-1)?.parts ?? []).filter((part) => part.state === 'approval-responded' && part.approval);
  return Object.fromEntries(answered.map(({ toolCallId, approval: { approved, reason } }) => [toolCallId, approved ? true : reason ?? false]));
}

/** The conversation of the newest answer, for sites. */
export function conversationIn(messages) {
  const states = messages.flatMap(({ parts }) => parts.map((part) => own(part.providerMetadata ?? part.callProviderMetadata).conversation));
  return states.findLast((conversation) => conversation !== undefined);
}
