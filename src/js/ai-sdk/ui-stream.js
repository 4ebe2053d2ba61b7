// A reply as the chunks that `useChat` reads, and as the response that carries them.

import { ChatError } from '../error.js';
import { ownProperties, refuseUnknown } from '../options.js';
import { REASONS, sourceOf } from './model.js';
import { PartReader } from './part-reader.js';
import { NAME } from './state.js';
import { warner } from './warner.js';

/** Options of a stream of chunks. */
export const UI_OPTIONS = [
  'messageId', 'originalMessages', 'onError', 'onWarning', 'sendReasoning', 'sendSources', 'sendStart', 'sendFinish', 'resetStep', 'messageMetadata',
];

/** What the SDK's own routes say of an error. */
const hidden = () => 'An error occurred.';

/** Parts that are of an answer of the model's. */
const CONTENT = ['text-start', 'reasoning-start', 'tool-call', 'source', 'file'];

/** What of an event of this package is data for the page that need not be kept. */
const DATA = {
  status: ({ kind, text }) => ({ kind, text }),
  retry: ({ attempt, waitMs }) => ({ attempt, waitMs }),
};

export function toUIMessageStream(reply, options) {
  return streamOf(new Chunks(reply, checked(options, UI_OPTIONS, 'toUIMessageStream')), (chunk) => chunk);
}

export function toUIMessageStreamResponse(reply, options) {
  const { headers, status, statusText, ...given } = checked(options, [...UI_OPTIONS, 'headers', 'status', 'statusText'], 'toUIMessageStreamResponse');
  return responseOf(new Chunks(reply, given), { headers, status, statusText });
}

/** The options, of which none may be unknown. */
export function checked(options, names, what) {
  const given = ownProperties(options);
  refuseUnknown(given, names, what);
  return given;
}

/** `chunks` as the body of a response. Headers of the caller win. */
export function responseOf(chunks, { headers: given, status = 200, statusText } = {}) {
  const headers = new Headers({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-vercel-ai-ui-message-stream': 'v1',
    'x-accel-buffering': 'no',
    // `wrangler dev` compresses text, and holds all chunks back for that until the end.
    'content-encoding': 'identity',
  });
  new Headers(given).forEach((value, name) => headers.set(name, value));
  const encoder = new TextEncoder();
  const body = streamOf(chunks, (chunk) => encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`), () => encoder.encode('data: [DONE]\n\n'));
  return new Response(body, { headers, status, ...(statusText !== undefined && { statusText }) });
}

/** A chunk is made when the consumer asks for one, and never ahead. `last`: gives what follows the last one. */
export function streamOf(chunks, write, last) {
  return new ReadableStream({
    async pull(controller) {
      const chunk = await chunks.next();
      if (chunk !== undefined) return controller.enqueue(write(chunk));
      if (last) controller.enqueue(last());
      controller.close();
    },
    cancel: () => chunks.stop(),
  }, { highWaterMark: 0 });
}

/** The chunks of one message. */
export class Chunks {
  #reply;
  #options;
  #reader;
  #warn;
  #queue = [];
  #isBegun = false;
  #isOver = false;
  #hasCalls = false;
  /** Whether anything of the model's came since the step began. */
  #isAnswered = false;
  #isSilent;
  /** Calls whose input is complete, of the whole message. */
  #known = new Set();
  #onStop;
  /** The calls of the message that goes on, by their ids. */
  #before;

  /** `throws`: whether a failure is thrown and no chunk. `onStop`: called when the consumer leaves. */
  constructor(reply, options, { throws = false, onStop } = {}) {
    if (typeof reply?.return !== 'function' || typeof reply.events?.[Symbol.asyncIterator] !== 'function') {
      throw new ChatError('input', 'give a reply, as createAsyncGenerator and runTools make it');
    }
    this.#reply = reply;
    this.#options = options;
    this.#onStop = onStop;
    this.#isSilent = throws;
    this.#warn = warner(options.onWarning);
    this.#reader = new PartReader(reply);
  }

  /** The next chunk; `undefined` behind the last one. */
  async next() {
    while (this.#queue.length === 0) {
      if (this.#isOver) return undefined;
      try {
        if (!this.#isBegun) {
          this.#begin();
          break;
        }
        const part = await this.#reader.next();
        if (part) this.#translate(part);
        else this.#end();
      } catch (error) {
        this.#fail(error);
      }
    }
    return this.#queue.shift();
  }

  stop() {
    this.#isOver = true;
    this.#onStop?.();
    return this.release();
  }

  /** Stops the reply. One that does not let itself be stopped is nobody's error any more. */
  async release() {
    try {
      await this.#reply.return();
    } catch {}
  }

  #begin() {
    this.#isBegun = true;
    const { sendStart = true, originalMessages, messageMetadata: given } = this.#options;
    if (sendStart) {
      const last = originalMessages?.at(-1);
      // A page that lets the assistant's message go on shows it twice under another id.
      const messageId = last?.role === 'assistant' ? last.id : this.#options.messageId;
      const messageMetadata = typeof given === 'function' ? this.#metadata('start') : given;
      this.#queue.push({ type: 'start', ...(messageId !== undefined && { messageId }), ...(messageMetadata !== undefined && { messageMetadata }) });
    }
    // Without it the page takes results of tools before for those of this answer, and asks for ever.
    this.#queue.push({ type: 'start-step' });
  }

  #end() {
    this.#isOver = true;
    const finishReason = REASONS[this.#reader.finish?.reason] ?? (this.#hasCalls ? 'tool-calls' : 'other');
    this.#queue.push({ type: 'finish-step' });
    if (this.#options.sendFinish === false) return;
    const messageMetadata = typeof this.#options.messageMetadata === 'function' ? this.#metadata('finish', finishReason) : undefined;
    this.#queue.push({ type: 'finish', finishReason, ...(messageMetadata !== undefined && { messageMetadata }) });
  }

  #fail(error) {
    this.#isOver = true;
    if (this.#isSilent) throw error;
    if (error?.name === 'AbortError') return void this.#queue.push({ type: 'abort' });
    this.#queue.push({ type: 'error', errorText: this.#textOf(error) });
    if (this.#options.sendFinish !== false) this.#queue.push({ type: 'finish', finishReason: 'error' });
  }

  #textOf(error) {
    try {
      return String((this.#options.onError ?? hidden)(error));
    } catch {
      return hidden();
    }
  }

  #metadata(type, finishReason) {
    const usage = type === 'finish' ? this.#reply.usage : undefined;
    return this.#options.messageMetadata({ part: { type }, usage, finishReason });
  }

  #translate(part) {
    const { type } = part;
    this.#isAnswered ||= CONTENT.includes(type);
    if (type.startsWith('reasoning-')) {
      if (this.#options.sendReasoning === false) return;
      return this.#queue.push(chunkOf(part));
    }
    switch (type) {
      case 'text-start':
      case 'text-delta':
      case 'text-end':
        return this.#queue.push(this.#withoutThoughts(chunkOf(part)));
      case 'tool-input-start':
        return this.#queue.push({ type, toolCallId: part.id, toolName: part.toolName });
      case 'tool-input-delta':
        return this.#queue.push({ type, toolCallId: part.id, inputTextDelta: part.delta });
      case 'tool-call':
        return this.#call(part);
      case 'tool-result':
        return this.#result(part);
      case 'tool-approval':
        return this.#queue.push({ type: 'tool-approval-request', approvalId: part.approvalId ?? `approval-${part.id}`, toolCallId: part.id });
      case 'step':
        return this.#nextStep();
      case 'source':
        return this.#source(part);
      case 'file':
        if (part.url !== undefined) return this.#queue.push({ type, url: part.url, mediaType: part.mediaType });
        return this.#queue.push({ type: 'data-file', data: { id: part.id, mediaType: part.mediaType, ...(part.name !== undefined && { name: part.name }) } });
      case 'replace':
        return this.#replace(part);
      case 'warning':
        return this.#warn(part.message);
      case 'action':
        return this.#queue.push({ type: 'data-action', data: { kind: part.kind, action: part.action } });
      case 'status':
      case 'retry':
        return this.#queue.push({ type: `data-${type}`, data: DATA[type](part), transient: true });
    }
    return undefined;
  }

  /** Another answer begins. Results of calls that the page had before are no answer of their own. */
  #nextStep() {
    if (!this.#isAnswered) return;
    this.#isAnswered = false;
    this.#queue.push({ type: 'finish-step' }, { type: 'start-step' });
  }

  #call({ toolCallId, toolName, input: json, state }) {
    const call = { toolCallId, toolName };
    const more = this.#withoutThoughts(state ? { providerMetadata: { [NAME]: state } } : {});
    this.#hasCalls = true;
    this.#known.add(toolCallId);
    let input;
    try {
      input = JSON.parse(json);
    } catch {
      return this.#queue.push({ type: 'tool-input-error', ...call, input: json, errorText: 'The arguments are not JSON.', ...more });
    }
    return this.#queue.push({ type: 'tool-input-available', ...call, input, ...more });
  }

  #result({ id: toolCallId, name, result, isError }) {
    // The page knows the calls of the message that goes on, and refuses the result of any other.
    this.#before ??= new Map((this.#options.originalMessages?.at(-1)?.parts ?? []).map((part) => [part.toolCallId, part]));
    const before = this.#known.has(toolCallId) ? undefined : this.#before.get(toolCallId);
    if (!before && !this.#known.has(toolCallId)) this.#queue.push({ type: 'tool-input-available', toolCallId, toolName: name ?? 'tool', input: {} });
    if (isError && before?.approval?.approved === false) return this.#queue.push({ type: 'tool-output-denied', toolCallId });
    if (isError) return this.#queue.push({ type: 'tool-output-error', toolCallId, errorText: this.#textOf(result) });
    return this.#queue.push({ type: 'tool-output-available', toolCallId, output: plain(result) });
  }

  #source(part) {
    if (!this.#options.sendSources) return;
    const { id: sourceId, url, title, mediaType, filename, providerMetadata } = sourceOf(part);
    const more = { ...(title && { title }), ...(providerMetadata && { providerMetadata }) };
    if (url) this.#queue.push({ type: 'source-url', sourceId, url, ...more });
    else this.#queue.push({ type: 'source-document', sourceId, mediaType, ...more, ...(filename && { filename }) });
  }

  /** A final text that differs from its pieces. */
  #replace({ id, text }) {
    if (!this.#options.resetStep) return void this.#queue.push({ type: 'data-replace', data: { text } });
    this.#queue.push({ type: 'reset-step' }, { type: 'text-start', id }, { type: 'text-delta', id, delta: text });
  }

  /** Without what the service wants back of its reasoning, where the page is not to have that. */
  #withoutThoughts(chunk) {
    if (this.#options.sendReasoning !== false || !chunk.providerMetadata) return chunk;
    const { conversation, extraContent } = chunk.providerMetadata[NAME];
    const { providerMetadata: _, ...rest } = chunk;
    const kept = { ...(conversation !== undefined && { conversation }), ...(extraContent !== undefined && { extraContent }) };
    return Object.keys(kept).length > 0 ? { ...rest, providerMetadata: { [NAME]: kept } } : rest;
  }
}

/** A result as JSON has it. What has no form there is told by its text. */
function plain(result) {
  try {
    return JSON.stringify(result) === undefined ? null : result;
  } catch {
    return String(result);
  }
}

/** A part of a text or of the reasoning as a chunk. */
function chunkOf({ state, citations: _, ...chunk }) {
  return state ? { ...chunk, providerMetadata: { [NAME]: state } } : chunk;
}
