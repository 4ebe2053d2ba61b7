import { Client as Base } from '../common.js';
import { dataOf, jsonLines } from '../client.js';
import { asking } from '../provider.js';
import { ChatRunner } from './chat-runner.js';
import { readLines } from './lines.js';
import { checkFinish, formatWithParser, isParsed, isParsedWhole, lazily, maybeParseCompletion, parseArguments } from './parse.js';
import { partialParse } from './partial-json.js';

const { APIUserAbortError, OpenAIError } = Base;

/** How `openai` marks a message among the chunks of `toReadableStream`: behind this in `object` of a chunk without choices. */
const MESSAGE = 'chat.completion.chunk.message:';

/** A completion that arrives in chunks, with events for what is new and for what is complete. */
export class ChatCompletionStream extends ChatRunner {
  #params;
  #snapshot;
  /** By the index of a choice: which events that come once have come, and the index of the tool call at hand. */
  #states = [];

  constructor(params = null) {
    super();
    this.#params = params;
  }

  /** The stream of which `stream` is the `toReadableStream`, in a page for example. */
  static fromReadableStream(stream) {
    const runner = new this(null);
    return runner._run(() => runner.#read(stream));
  }

  get currentChatCompletionSnapshot() {
    return this.#snapshot;
  }

  async _ask(client, params, options) {
    this.#begin();
    const stream = dataOf(await client[asking].create({ ...params, stream: true }, { ...options, signal: this.controller.signal }));
    this._connected();
    for await (const chunk of stream) this.#add(chunk);
    if (stream.controller.signal.aborted || this.controller.signal.aborted) throw new APIUserAbortError();
    return this._addCompletion(this.#finish());
  }

  async #read(stream) {
    this.#begin();
    this._connected();
    let id;
    for await (const item of readLines(stream, this.controller.signal)) {
      const message = messageOf(item);
      if (message) {
        if (this.#snapshot) this._addCompletion(this.#finish());
        this._addMessage(message);
        continue;
      }
      if (this.#snapshot && item.id && item.id !== id) this._addCompletion(this.#finish());
      this.#add(item);
      id = item.id ?? id;
    }
    if (this.controller.signal.aborted) throw new APIUserAbortError();
    if (this.#snapshot) this._addCompletion(this.#finish());
    else if (this.allChatCompletions().length === 0) this.#finish();
  }

  [Symbol.asyncIterator]() {
    return this._iterate(['chunk'], (_, [chunk]) => chunk, () => this.abort());
  }

  toReadableStream() {
    return jsonLines(this);
  }

  #begin() {
    this.#snapshot = undefined;
    this.#states = [];
  }

  get #format() {
    return formatWithParser(this.#params?.response_format);
  }

  #add(chunk) {
    if (this.ended) return;
    const snapshot = this.#accumulate(chunk);
    this._emit('chunk', chunk, snapshot);
    for (const { index, delta, logprobs } of chunk.choices) {
      const choice = snapshot.choices[index];
      const { message } = choice;
      if (message.role === 'assistant') this.#tell(choice, delta, logprobs);
      const state = (this.#states[index] ??= { said: new Set(), call: undefined });
      if (choice.finish_reason) {
        this.#tellParts(choice, state);
        this.#tellCall(choice, state);
      }
      for (const { index: at } of delta?.tool_calls ?? []) {
        if (state.call !== at) {
          this.#tellParts(choice, state);
          this.#tellCall(choice, state);
        }
        state.call = at;
      }
      for (const { index: at, function: piece } of delta?.tool_calls ?? []) {
        const call = message.tool_calls[at];
        if (call.type !== 'function') continue;
        const { name, arguments: json } = call.function;
        const event = { name, index: at, arguments: json, parsed_arguments: undefined, arguments_delta: piece?.arguments ?? '' };
        if (isParsed(this.#params, name)) lazily(event, 'parsed_arguments', () => partialParse(json));
        this._emit('tool_calls.function.arguments.delta', event);
      }
    }
  }

  /** What a chunk has new of a text. */
  #tell({ message, logprobs: known }, delta, logprobs) {
    const { content, refusal } = message;
    if (delta?.content != null && content) {
      this._emit('content', delta.content, content);
      const event = { delta: delta.content, snapshot: content, parsed: undefined };
      if (this.#format && !refusal) lazily(event, 'parsed', () => partialParse(content));
      this._emit('content.delta', event);
    }
    if (delta?.refusal != null && refusal) this._emit('refusal.delta', { delta: delta.refusal, snapshot: refusal });
    for (const part of ['content', 'refusal']) {
      if (logprobs?.[part] != null) this._emit(`logprobs.${part}.delta`, { [part]: logprobs[part], snapshot: known?.[part] ?? [] });
    }
  }

  /** The texts that are complete, each once. */
  #tellParts({ message: { content, refusal }, logprobs }, { said }) {
    const once = (name, value, make) => {
      if (!value || said.has(name)) return;
      said.add(name);
      this._emit(name, make(value));
    };
    once('content.done', content, () => ({ content, parsed: this.#format ? this.#format.$parseRaw(content) : null }));
    once('refusal.done', refusal, () => ({ refusal }));
    once('logprobs.content.done', logprobs?.content, (value) => ({ content: value }));
    once('logprobs.refusal.done', logprobs?.refusal, (value) => ({ refusal: value }));
  }

  /** The tool call that is complete. */
  #tellCall({ message }, { call: index }) {
    const call = message.tool_calls?.[index];
    if (call?.type !== 'function') return;
    const { name, arguments: json } = call.function;
    this._emit('tool_calls.function.arguments.done', { name, index, arguments: json, parsed_arguments: parseArguments(this.#params, name, json) });
  }

  #accumulate({ choices, ...rest }) {
    const snapshot = (this.#snapshot = Object.assign(this.#snapshot ?? { choices: [] }, rest));
    for (const { delta, finish_reason: reason, index, logprobs = null, ...other } of choices) {
      const choice = (snapshot.choices[index] ??= { finish_reason: reason, index, message: {}, logprobs: null });
      Object.assign(choice, other);
      if (logprobs) {
        choice.logprobs ??= {};
        for (const [name, tokens] of Object.entries(logprobs)) {
          const known = choice.logprobs[name] ?? null;
          choice.logprobs[name] = tokens ? append(known, tokens) : known;
        }
      }
      if (reason) {
        choice.finish_reason = reason;
        if (isParsedWhole(this.#params, this.#params?.response_format)) checkFinish(reason);
      }
      if (delta) this.#addDelta(choice.message, delta);
    }
    return snapshot;
  }

  #addDelta(message, { role, tool_calls: calls, ...pieces }) {
    if (role) message.role = role;
    for (const [name, piece] of Object.entries(pieces)) {
      // An empty text begins every answer.
      if (piece === '') continue;
      // Texts of members that only some services have, the reasoning for one, come in pieces, too.
      if (Array.isArray(piece)) message[name] = append(message[name], piece);
      else if (typeof piece === 'string') message[name] = `${message[name] ?? ''}${piece}`;
      else if (piece !== null) message[name] = piece;
    }
    const { content, refusal } = message;
    if (pieces.content && !refusal && this.#format) lazily(message, 'parsed', () => partialParse(content));
    for (const { index, id, type, function: piece, ...rest } of calls ?? []) {
      message.tool_calls ??= [];
      const call = (message.tool_calls[index] ??= {});
      Object.assign(call, rest);
      if (id) call.id = id;
      if (type) call.type = type;
      if (!piece) continue;
      const called = (call.function ??= { name: piece.name ?? '', arguments: '' });
      if (piece.name) called.name = piece.name;
      called.arguments += piece.arguments ?? '';
      const json = called.arguments;
      if (piece.arguments && isParsed(this.#params, called.name)) lazily(called, 'parsed_arguments', () => partialParse(json));
    }
  }

  /** The completion that the chunks make. */
  #finish() {
    const snapshot = this.#snapshot;
    if (!snapshot) throw new OpenAIError('request ended without sending any chunks', { code: 'protocol' });
    this.#begin();
    const choices = snapshot.choices.map(({ message: { content = null, refusal = null, tool_calls: calls, ...message }, ...choice }) => {
      const missing = choice.finish_reason ? message.role ? undefined : 'role' : 'finish_reason';
      if (missing) throw new OpenAIError(`missing ${missing} for choice ${choice.index}`, { code: 'protocol' });
      const whole = { ...message, content, refusal };
      if (calls) whole.tool_calls = calls;
      return { ...choice, message: whole };
    });
    return maybeParseCompletion({ ...snapshot, choices, object: 'chat.completion' }, this.#params);
  }
}

/** `runTools` with `stream`. Its `toReadableStream` holds the results of tools, too. */
export class ChatCompletionStreamingRunner extends ChatCompletionStream {
  toReadableStream() {
    let last;
    const pick = (name, [item]) => {
      if (name === 'chunk') return (last = item);
      if (item.role !== 'tool') return undefined;
      const { id, created, model } = last;
      return { id, choices: [], created, model, object: MESSAGE + JSON.stringify({ type: 'message', message: item }) };
    };
    return jsonLines({ [Symbol.asyncIterator]: () => this._iterate(['chunk', 'message'], pick, () => this.abort()) });
  }
}

const append = (list, more) => {
  const whole = list ?? [];
  for (const each of more) whole.push(each);
  return whole;
};

/** The message that a line of `toReadableStream` holds instead of a chunk. */
function messageOf(item) {
  if (item.type === 'message') return item.message;
  return item.object?.startsWith?.(MESSAGE) ? JSON.parse(item.object.slice(MESSAGE.length)).message : undefined;
}
