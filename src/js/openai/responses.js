import { Client as Base } from '../common.js';
import { dataOf, jsonLines, withRequestId } from '../client.js';
import { ownProperties } from '../options.js';
import { EventStream } from './event-stream.js';
import { readLines } from './lines.js';
import { isParsedWhole, parseArguments, parseFormat } from './parse.js';

const { APIUserAbortError, OpenAIError } = Base;

const formatOf = (params) => params?.text?.format;

/** The texts of a response, joined. */
function textOf({ output = [] }) {
  const parts = output.flatMap(({ type, content }) => (type === 'message' ? content : []));
  return parts.map(({ type, text }) => (type === 'output_text' ? text : '')).join('');
}

const withText = (response) => Object.assign(response, { output_text: textOf(response) });

/** The response, or the stream of its events. */
export function responseOf(answer) {
  const data = dataOf(answer);
  return answer.stream ? data : withRequestId(withText(data), answer);
}

/** A response with `output_parsed`, and `parsed` and `parsed_arguments` where they belong. What is incomplete is not parsed. */
export function parseResponse(response, params) {
  const isWhole = (response.status ?? 'completed') === 'completed';
  return withParsed(response, {
    text: (text) => (isWhole ? parseFormat(formatOf(params), text) : null),
    call: ({ name, arguments: json }) => (isWhole ? parseArguments(params, name, json) : null),
  });
}

function withParsed(response, { text, call }) {
  let found = null;
  const output = response.output.map((item) => {
    if (item.type === 'function_call') return { ...item, parsed_arguments: call(item) };
    if (item.type !== 'message') return item;
    const content = item.content.map((part) => {
      if (part.type !== 'output_text') return part;
      const parsed = text(part.text);
      found ??= parsed;
      return { ...part, parsed };
    });
    return { ...item, content };
  });
  return withText({ ...response, output, output_parsed: found });
}

/** A response that arrives as events. */
export class ResponseStream extends EventStream {
  #params;
  #snapshot;
  #final;

  constructor(params = null) {
    super();
    this.#params = params;
  }

  static fromReadableStream(stream) {
    const runner = new this(null);
    return runner._run(() => runner.#follow(readLines(stream, runner.controller.signal)));
  }

  /** `ask(options)` resolves to the stream of events. */
  _ask(ask, options) {
    return this._run(async () => {
      this._listenTo(ownProperties(options).signal);
      await this.#follow(await ask({ ...options, signal: this.controller.signal }));
    });
  }

  [Symbol.asyncIterator]() {
    return this._iterate(['event'], (_, [event]) => event, () => this.abort());
  }

  toReadableStream() {
    return jsonLines(this);
  }

  async finalResponse() {
    await this.done();
    if (!this.#final) throw new OpenAIError('stream ended without producing a Response', { code: 'protocol' });
    return this.#final;
  }

  async #follow(events) {
    this._connected();
    for await (const event of events) this.#add(event);
    if (this.controller.signal.aborted || events.controller?.signal.aborted) throw new APIUserAbortError();
    if (!this.#snapshot) throw new OpenAIError('request ended without sending any events', { code: 'protocol' });
    this.#final = isParsedWhole(this.#params, formatOf(this.#params))
      ? parseResponse(this.#snapshot, this.#params)
      : withParsed(this.#snapshot, { text: () => null, call: () => null });
  }

  #add(event) {
    if (this.ended) return;
    const snapshot = (this.#snapshot = accumulate(this.#snapshot, event));
    this._emit('event', event);
    const { type, output_index: at, content_index: part } = event;
    const item = snapshot.output[at];
    if (type === 'response.output_text.delta') this._emit(type, { ...event, snapshot: item.content[part].text });
    else if (type === 'response.function_call_arguments.delta') this._emit(type, { ...event, snapshot: item.arguments });
    else this._emit(type, event);
  }
}

/** Members of a part or an item to which an event without `.delta` or `.done` adds a piece, or which it gives whole. */
const TEXTS = {
  'response.output_text': 'text',
  'response.refusal': 'refusal',
  'response.reasoning_text': 'text',
  'response.reasoning_summary_text': 'text',
  'response.function_call_arguments': 'arguments',
  'response.custom_tool_call_input': 'input',
};

/** The response so far. */
function accumulate(snapshot, event) {
  const { type, output_index: at, content_index: place, summary_index: summary } = event;
  if (event.response) return structuredClone(event.response);
  if (!snapshot) throw new OpenAIError(`When snapshot hasn't been set yet, expected 'response.created' event, got ${type}`, { code: 'protocol' });
  const [, what, step] = /^(.*)\.(added|delta|done)$/.exec(type) ?? [];
  if (what === 'response.output_item') snapshot.output[at] = structuredClone(event.item);
  if (at === undefined) return snapshot;
  const item = snapshot.output[at];
  if (!item) throw new OpenAIError(`missing output at index ${at}`, { code: 'protocol' });
  const parts = summary === undefined ? (item.content ??= []) : item.summary;
  const index = summary ?? place;
  if (event.part) parts[index] = structuredClone(event.part);
  else if (Object.hasOwn(TEXTS, what ?? '')) {
    const name = TEXTS[what];
    const target = index === undefined ? item : parts[index];
    if (!target) throw new OpenAIError(`missing content at index ${index}`, { code: 'protocol' });
    target[name] = step === 'delta' ? (target[name] ?? '') + event.delta : event[name];
  } else if (type === 'response.output_text.annotation.added') parts[index].annotations[event.annotation_index] = structuredClone(event.annotation);
  return snapshot;
}
