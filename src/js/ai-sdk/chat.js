// `useChat` with a server (`chatRoute`) and without one (`chatTransport`).

import { ChatError } from '../error.js';
import { isProvider } from '../provider-mark.js';
import { takesConversation } from './settings.js';
import { Chunks, UI_OPTIONS, checked, responseOf, streamOf } from './ui-stream.js';
import { approvalsIn, conversationIn, fromUIMessages } from './ui-messages.js';

const OPTIONS = [...UI_OPTIONS, 'system', 'call'];

const MAX_BODY_BYTES = 16_777_216;
const MAX_MESSAGES = 1_000;

/** Members of a request that are not what the page adds itself. */
const KNOWN = ['id', 'messages', 'trigger', 'messageId'];

/** A request that is wrong, which the client hears of. */
class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function chatRoute(source, options) {
  const { maxBodyBytes = MAX_BODY_BYTES, maxMessages = MAX_MESSAGES, allowSystem = false, headers, ...given } = checked(options, [...OPTIONS, 'maxBodyBytes', 'maxMessages', 'allowSystem', 'headers'], 'chatRoute');
  checkSource(source, 'chatRoute', given);
  return async (request) => {
    try {
      if (request.method !== 'POST') throw new Refusal(405, 'This is a chat: send POST with JSON.');
      const body = await bodyOf(request, maxBodyBytes);
      checkBody(body, { maxMessages, allowSystem });
      const leave = follow(request.signal);
      const reply = await replyOf(source, given, { ...body, uiMessages: body.messages, signal: leave.signal, request }, asRefusal);
      if (reply instanceof Response) return reply;
      return responseOf(chunksOf(reply, body.messages, given, leave), { headers });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const refused = new Response(error.message, { status: error.status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
      new Headers(headers).forEach((value, name) => refused.headers.set(name, value));
      return refused;
    }
  };
}

export function chatTransport(source, settings) {
  const given = checked(settings, OPTIONS, 'chatTransport');
  checkSource(source, 'chatTransport', given);
  return {
    async sendMessages({ chatId, messages, abortSignal, trigger, messageId, body, metadata }) {
      abortSignal?.throwIfAborted();
      const leave = follow(abortSignal);
      const context = { ...body, id: chatId, trigger, messageId, uiMessages: messages, metadata, signal: leave.signal };
      const reply = await replyOf(source, given, context);
      return streamOf(chunksOf(reply, messages, given, leave, true), (chunk) => chunk);
    },
    async reconnectToStream() {
      return null;
    },
  };
}

/** A controller that aborts when `signal` does. */
function follow(signal) {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return controller;
}

/** The chunks of a reply that ends when the page leaves, also where it was made without the signal. */
function chunksOf(reply, messages, { call: _, system: __, ...options }, leave, throws) {
  const chunks = new Chunks(reply, { originalMessages: messages, ...options }, { throws, onStop: () => leave.abort() });
  // Behind what the abort itself brings about.
  leave.signal.addEventListener('abort', () => setTimeout(() => chunks.release()), { once: true });
  return chunks;
}

function checkSource(source, what, { call }) {
  const wrong = ['messages', 'signal', 'conversation'].find((name) => call?.[name] !== undefined);
  if (wrong) throw new ChatError('input', `${what}: call has ${wrong}, which comes from the page: give a function that asks the provider itself`);
  if (typeof source !== 'function' && !isProvider(source)) throw new ChatError('input', `${what}: give a provider of this package, or a function that gives one or a reply`);
}

/** What `make` gives; messages that cannot be read are the client's fault. */
function asRefusal(make) {
  try {
    return make();
  } catch (error) {
    throw error?.code === 'input' ? new Refusal(400, error.message) : error;
  }
}

/** The reply to what a page asks: of the provider, or of what the function gives. `reading` calls what reads the messages. */
async function replyOf(source, { system, call, onWarning }, { uiMessages, signal, request, id, trigger, messageId, ...more }, reading = (read) => read()) {
  const before = system === undefined ? [] : [{ role: 'system', content: system }];
  const read = (openCalls) => reading(() => {
    const messages = fromUIMessages(uiMessages, { onWarning, openCalls });
    if (messages.length === 0) throw new ChatError('input', 'messages have nothing that a service takes');
    return before.concat(messages);
  });
  const conversation = conversationIn(uiMessages);
  let given = source;
  if (!isProvider(source)) {
    const body = Object.fromEntries(Object.entries(more).filter(([name]) => !KNOWN.includes(name)));
    given = await source({ messages: read(true), uiMessages, approvals: approvalsIn(uiMessages), conversation, id, trigger, messageId, body, signal, request });
  }
  if (!isProvider(given)) return given;
  return given.createAsyncGenerator({ ...call, ...(conversation && takesConversation(given) && { conversation }), messages: read(false), signal });
}

async function bodyOf(request, most) {
  if (Number(request.headers.get('content-length')) > most) throw tooLarge(most);
  const chunks = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let chunk; reader && !(chunk = await reader.read()).done;) {
    length += chunk.value.length;
    if (length > most) {
      reader.cancel().catch(() => {});
      throw tooLarge(most);
    }
    chunks.push(chunk.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
}

const tooLarge = (most) => new Refusal(413, `The body has more than ${most} bytes.`);

function checkBody(body, { maxMessages, allowSystem }) {
  const wrong = (message) => {
    throw new Refusal(400, message);
  };
  if (body === null || typeof body !== 'object' || Array.isArray(body)) wrong('The body must be an object, as useChat sends it.');
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) wrong('messages must be a list that is not empty.');
  if (messages.length > maxMessages) wrong(`There are more than ${maxMessages} messages.`);
  for (const [at, message] of messages.entries()) {
    const place = `messages[${at}]`;
    if (!['user', 'assistant', ...(allowSystem ? ['system'] : [])].includes(message?.role)) wrong(`${place}.role must be user or assistant.`);
    if (!Array.isArray(message.parts)) wrong(`${place}.parts must be a list.`);
    for (const [i, part] of message.parts.entries()) {
      const wanted = part?.type === 'text' || part?.type === 'reasoning' ? 'text' : part?.type === 'file' ? 'url' : 'type';
      if (typeof part?.[wanted] !== 'string') wrong(`${place}.parts[${i}].${wanted} must be a string.`);
      const isTool = part.type === 'dynamic-tool' || part.type.startsWith('tool-');
      if (!isTool) continue;
      if (typeof part.toolCallId !== 'string') wrong(`${place}.parts[${i}].toolCallId must be a string.`);
      for (const [name, value] of [['errorText', part.errorText], ['approval.reason', part.approval?.reason], ['toolName', part.toolName]]) {
        if ((value ?? undefined) !== undefined && typeof value !== 'string') wrong(`${place}.parts[${i}].${name} must be a string.`);
      }
    }
  }
}
