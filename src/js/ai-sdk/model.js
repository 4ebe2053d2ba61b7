import { base64 } from '../json-copy.js';
import { whole } from '../provider-mark.js';
import { abortError, apiError, reading } from './failure.js';
import { PartReader } from './part-reader.js';
import { readCall } from './request.js';
import { described, namesOf, placesOf, readSettings, takesConversation, urlsOf } from './settings.js';
import { NAME } from './state.js';

/** Reasons of the end, in the words of the AI SDK. */
export const REASONS = { stop: 'stop', length: 'length', content_filter: 'content-filter', tool_calls: 'tool-calls' };

/** Options of this package whose names in the AI SDK are others. */
const SDK_NAMES = {
  maxTokens: 'maxOutputTokens', stop: 'stopSequences', reasoningEffort: 'reasoning', top_k: 'topK', presence_penalty: 'presencePenalty', frequency_penalty: 'frequencyPenalty',
};

/** How warnings of the core name an option that is left out (src/options/chat_request.rs, and those of services in src/providers/keyed/). */
const LEFT_OUT = /(?:has no way to pass on|has no|takes no) '([^']+)'(?: here)?: it was left out$/;

/** Options that are no part of an error: they may hold secrets, or are no data. */
const NOT_TOLD = ['signal', 'headers', 'cookies', 'session', 'fetch'];

/** Things that are told at the end, of each kind. */
const MOST_TOLD = 500;

/** A provider as a model of the AI SDK. */
export function languageModel(provider, settings) {
  const { specification, model } = readSettings(provider, settings, 'languageModel');
  const modelId = model ?? described(provider, ({ defaultModel }) => defaultModel);
  const read = (call) => reading('the call', () => readCall(call, { model, names: namesOf(provider), places: placesOf(provider), takesConversation: takesConversation(provider) }));
  const answer = (call, kind) => new Answer(provider, specification, modelId, read(call), kind);
  return {
    specificationVersion: specification,
    provider: `${NAME}.${described(provider, ({ name }) => name)}`,
    modelId,
    get supportedUrls() {
      return urlsOf(provider);
    },
    doGenerate: async (call) => generate(answer(call, whole)),
    doStream: async (call) => stream(answer(call)),
  };
}

async function stream(answer) {
  await answer.begin();
  return {
    stream: new ReadableStream({
      start: (controller) => answer.onAbort((error) => controller.error(error)),
      async pull(controller) {
        try {
          const part = await answer.next();
          if (answer.isStopped) return;
          if (part) return controller.enqueue(part);
        } catch (error) {
          if (answer.isStopped) return;
          controller.enqueue({ type: 'error', error });
        }
        answer.close();
        controller.close();
      },
      cancel: () => answer.stop(),
    }, { highWaterMark: 0 }),
  };
}

async function generate(answer) {
  const content = [];
  const open = new Map();
  let last;
  const warnings = [];
  let response;
  try {
    await answer.begin();
    for (let part; (part = await answer.next());) {
      const { type, id } = part;
      if (type === 'stream-start') warnings.push(...part.warnings);
      else if (type === 'response-metadata') response = { ...response, ...part };
      else if (type === 'finish') last = part;
      else if (type === 'text-start' || type === 'reasoning-start') content.push(open.set(id, { type: type.slice(0, -'-start'.length), pieces: [] }).get(id));
      else if (type === 'text-delta' || type === 'reasoning-delta') open.get(id).pieces.push(part.delta);
      else if (type === 'text-end' || type === 'reasoning-end') Object.assign(open.get(id), part.citations && { citations: part.citations }, part.providerMetadata && { providerMetadata: part.providerMetadata });
      else if (type === 'tool-call' || type === 'source' || type === 'file') content.push(part);
    }
  } finally {
    answer.close();
  }
  answer.replaceIn(content);
  const { type: _, ...meta } = response;
  return {
    content: content.map(({ pieces, ...part }) => (pieces ? { ...part, text: pieces.join('') } : part)),
    finishReason: last.finishReason,
    usage: last.usage,
    ...(last.providerMetadata && { providerMetadata: last.providerMetadata }),
    response: meta,
    warnings: [...warnings, ...answer.lateWarnings],
  };
}

/** One answer in the parts of a version of the interface. */
class Answer {
  #version;
  #modelId;
  #reply;
  #reader;
  #signal;
  #call;
  #warnings;
  #listener;
  #queue = [];
  /** What is told at the end: warnings that came late, retries, and what the service said beside its answer. */
  #told = {};
  #replaced;
  #hasCalls = false;
  #isOver = false;
  /** Whether more was to be told than is. */
  #isCut = false;
  isStopped = false;
  lateWarnings = [];

  /** `kind`: the method of the provider to ask with; left out: the one that streams. */
  constructor(provider, version, modelId, { options, warnings }, kind = 'createAsyncGenerator') {
    const values = Object.fromEntries(Object.entries(options).filter(([name]) => !NOT_TOLD.includes(name)));
    this.#version = version;
    this.#modelId = modelId;
    this.#signal = options.signal;
    this.#warnings = warnings;
    this.#call = { url: described(provider, ({ url, apiEndpoint }) => `${url}${apiEndpoint}`), values };
    this.#reply = provider[kind](options);
    this.#reader = new PartReader(this.#reply, { audioFormat: options.extra?.audio?.format });
  }

  /** Waits for the first content, so that a failure before it is one of the call, which the SDK tries again. */
  async begin() {
    this.#signal?.throwIfAborted();
    const first = [];
    for (;;) {
      const part = await this.#readPart();
      if (part?.type === 'warning') this.#warnings.push({ message: part.message });
      else first.push(part);
      if (!part || !['warning', 'retry', 'status', 'raw'].includes(part.type) || first.length > MOST_TOLD) break;
    }
    this.#queue.push({ type: 'stream-start', warnings: this.#warnings.map((warning) => this.#warningOf(warning)) });
    const known = first.map((part) => (part?.type === 'raw' ? idsOf(part.raw) : undefined)).find(Boolean);
    this.#queue.push({ type: 'response-metadata', timestamp: new Date(), modelId: this.#modelId, ...known });
    for (const part of first) this.#translate(part);
  }

  /** The next part; `undefined` behind the last one. Rejects with an error of the AI SDK. */
  async next() {
    while (this.#queue.length === 0) {
      if (this.#isOver) return undefined;
      this.#translate(await this.#readPart());
    }
    return this.#queue.shift();
  }

  stop() {
    this.isStopped = true;
    this.close();
    return this.#reply.return();
  }

  /** Calls `stopped` with the error at once when the signal aborts, also while a read is pending. */
  onAbort(stopped) {
    const signal = this.#signal;
    if (!signal) return;
    this.#listener = () => {
      this.isStopped = true;
      this.close();
      stopped(abortError(signal));
    };
    if (signal.aborted) this.#listener();
    else signal.addEventListener('abort', this.#listener);
  }

  close() {
    if (this.#listener) this.#signal.removeEventListener('abort', this.#listener);
  }

  /** Puts the final text of the service where its pieces are, if it gave one. */
  replaceIn(content) {
    const texts = content.filter(({ type }) => type === 'text');
    if (this.#replaced === undefined) return;
    texts[0].pieces = [this.#replaced];
    for (const other of texts.slice(1)) other.pieces = [];
  }

  async #readPart() {
    try {
      return await this.#reader.next();
    } catch (error) {
      throw apiError(error, this.#call);
    }
  }

  #translate(part) {
    if (part === undefined) {
      this.#isOver = true;
      return void this.#queue.push(this.#finish());
    }
    const { type } = part;
    switch (type) {
      case 'text-end':
      case 'reasoning-end':
      case 'tool-call':
        this.#queue.push(this.#ended(part));
        this.#hasCalls ||= type === 'tool-call';
        break;
      case 'source':
        this.#queue.push(sourceOf(part));
        break;
      case 'file':
        this.#queue.push(this.#file(part));
        break;
      case 'raw':
        this.#queue.push({ type, rawValue: part.raw });
        break;
      case 'replace':
        this.#replaced = part.text;
        break;
      case 'cited':
        part.citations.forEach((citation) => this.#tell('citations', citation));
        break;
      case 'warning':
        this.#tell('warnings', part.message);
        if (this.lateWarnings.length < MOST_TOLD) this.lateWarnings.push(this.#warningOf(part));
        break;
      case 'retry':
        this.#tell('retries', { attempt: part.attempt, waitMs: part.waitMs, message: part.error.message });
        break;
      case 'status':
        this.#tell('status', { kind: part.kind, text: part.text, ...(part.raw !== undefined && { raw: part.raw }) });
        break;
      case 'action':
        this.#tell('actions', { kind: part.kind, action: part.action });
        break;
      case 'logprobs':
        this.#tell('logprobs', part.logprobs);
        break;
      default:
        this.#queue.push(part);
    }
    return undefined;
  }

  /** The end of a text or of a part of the reasoning, or a call, with what comes back with it. */
  #ended({ state, citations, ...part }) {
    const metadata = { ...state };
    if (part.type === 'text-end' && this.#replaced !== undefined) metadata.text = this.#replaced;
    if (citations && this.#version === 'v4') part.citations = citations.map(citationOf);
    else citations?.forEach((citation) => this.#tell('citations', citation));
    if (Object.keys(metadata).length > 0) part.providerMetadata = { [NAME]: metadata };
    return part;
  }

  #file({ url, mediaType, id, name, raw, expiresAt }) {
    const type = 'file';
    if (id !== undefined || name !== undefined || raw !== undefined) {
      this.#tell('files', { mediaType, ...(id !== undefined && { id }), ...(name !== undefined && { name }), ...(raw !== undefined && { raw }), ...(expiresAt !== undefined && { expiresAt }) });
    }
    const comma = url?.startsWith('data:') ? url.indexOf(',') : -1;
    if (comma > 0) {
      const data = /;base64$/i.test(url.slice(0, comma)) ? url.slice(comma + 1) : base64(bytesOf(url.slice(comma + 1)));
      return { type, mediaType, data: this.#version === 'v4' ? { type: 'data', data } : data };
    }
    if (url !== undefined && this.#version === 'v4' && URL.canParse(url)) return { type, mediaType, data: { type: 'url', url: new URL(url) } };
    // Before version 4 a file has content and no address, and in none of them only an id: a source can have both.
    const key = `file-${id ?? url?.slice(-32)}`;
    if (url !== undefined) return sourceOf({ id: key, url, title: name ?? mediaType });
    return { ...sourceOf({ id: key, title: name ?? id ?? 'file' }), mediaType };
  }

  #finish() {
    const { reason, raw } = this.#reader.finish ?? {};
    // Models that call tools and do not say why they end, too, have to get the results.
    const unified = REASONS[reason] ?? (this.#hasCalls ? 'tool-calls' : undefined);
    const isOld = this.#version === 'v2';
    const part = {
      type: 'finish',
      finishReason: isOld ? unified ?? 'unknown' : { unified: unified ?? 'other', raw },
      usage: (isOld ? oldUsageOf : usageOf)(this.#reply.usage),
    };
    if (isOld && raw !== undefined) this.#told.finishReason = raw;
    if (isOld && this.#reply.usage?.raw) this.#told.usage = this.#reply.usage.raw;
    if (Object.keys(this.#told).length > 0) part.providerMetadata = { [NAME]: this.#told };
    return part;
  }

  #tell(kind, what) {
    const list = (this.#told[kind] ??= []);
    if (list.length < MOST_TOLD) return void list.push(what);
    if (!this.#isCut) (this.#told.warnings ??= []).push(`there were more than ${MOST_TOLD} ${kind}: the others were left out`);
    this.#isCut = true;
    return undefined;
  }

  #warningOf({ feature, details, message }) {
    const [, left] = LEFT_OUT.exec(message ?? '') ?? [];
    const name = feature ?? (left && (SDK_NAMES[left] ?? left));
    const isOld = this.#version === 'v2';
    if (name === undefined) return { type: 'other', message };
    return isOld ? { type: 'unsupported-setting', setting: name, details: details ?? message } : { type: 'unsupported', feature: name, details: details ?? message };
  }
}

/** The bytes that the content of a `data:` URL stands for: `%E2` is one. A `%` that begins none is itself. */
function bytesOf(content) {
  const bytes = new TextEncoder().encode(content);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const digits = bytes[at] === 0x25 ? String.fromCharCode(bytes[at + 1], bytes[at + 2]) : '';
    const isEscaped = /^[\da-f]{2}$/i.test(digits);
    bytes[length++] = isEscaped ? parseInt(digits, 16) : bytes[at];
    if (isEscaped) at += 2;
  }
  return bytes.subarray(0, length);
}

/** Id and model that the service names in a frame. */
function idsOf(frame) {
  const answer = frame?.response ?? frame?.message ?? frame;
  const [id, model] = [answer?.id ?? answer?.responseId, answer?.model ?? answer?.modelVersion];
  if (typeof id !== 'string' && typeof model !== 'string') return undefined;
  return { ...(typeof id === 'string' && { id }), ...(typeof model === 'string' && { modelId: model }) };
}

/** A source, with an address or as a document. */
export function sourceOf({ id, url, title, source, text, start, end, unit }) {
  const metadata = Object.fromEntries(Object.entries({ source, text, start, end, unit }).filter(([, value]) => value !== undefined));
  const more = Object.keys(metadata).length > 0 ? { providerMetadata: { [NAME]: metadata } } : {};
  if (url) return { type: 'source', sourceType: 'url', id, url, ...(title && { title }), ...more };
  const name = source?.filename ?? source?.file_name;
  return {
    type: 'source', sourceType: 'document', id, mediaType: source?.media_type ?? source?.mediaType ?? 'text/plain', title: title || name || text?.slice(0, 100) || 'Source',
    ...(typeof name === 'string' && { filename: name }), ...more,
  };
}

function citationOf({ text, startIndex, endIndex, raw, ...source }) {
  return { source: sourceOf({ ...source, source: raw }), ...(startIndex !== undefined && { startIndex, endIndex }), ...(text !== undefined && { citedText: text }) };
}

function oldUsageOf({ inputTokens, outputTokens, totalTokens, reasoningTokens, cachedInputTokens } = {}) {
  return { inputTokens, outputTokens, totalTokens, reasoningTokens, cachedInputTokens };
}

function usageOf({ inputTokens: input, outputTokens: output, reasoningTokens: reasoning, cachedInputTokens: cacheRead, cacheWriteTokens: cacheWrite, raw } = {}) {
  const rest = (all, ...known) => (all === undefined || known.every((count) => count === undefined) ? undefined : Math.max(0, known.reduce((left, count = 0) => left - count, all)));
  return {
    inputTokens: { total: input, noCache: rest(input, cacheRead, cacheWrite), cacheRead, cacheWrite },
    outputTokens: { total: output, text: rest(output, reasoning), reasoning },
    ...(raw !== null && typeof raw === 'object' && { raw }),
  };
}
