import { edge } from '#parts';
import { asOfOpenAi, errorClasses, headersOf } from './client-errors.js';
import { ChatError } from './error.js';
import { checkedProviders, findProvider, firstItem, modelEntries, modelEntry } from './serving.js';
import { OpenAiChat } from './openai-chat.js';
import { ownProperties, refuseUnknown } from './options.js';
import { asking, encoded, isProvider } from './provider.js';
import { random } from './web.js';

/** Options that have the same name here and at OpenAI, in camel case here and with underscores there. */
const OPTIONS = ['messages', 'temperature', 'topP', 'maxTokens', 'stop', 'seed', 'tools', 'toolChoice', 'parallelToolCalls', 'reasoningEffort', 'responseFormat'];

/** The members by which the number of tokens is limited: services know one of them or both. The last one that is given counts. */
const LIMITS = ['max_tokens', 'max_completion_tokens'];

/** Settings that `openai` has, too, and `baseUrl`. */
const SETTINGS = ['apiKey', 'baseURL', 'baseUrl', 'timeout', 'maxRetries', 'defaultHeaders', 'dangerouslyAllowBrowser', 'fetch'];

/** Those of them that a client can have that was made of providers. */
const OF_REQUESTS = ['timeout', 'maxRetries', 'defaultHeaders', 'fetch'];

/** Names that the providers here, and other packages, have for these settings. */
const FOREIGN = {
  key: 'apiKey', token: 'apiKey', apiToken: 'apiKey', url: 'baseURL', endpoint: 'baseURL', host: 'baseURL', basePath: 'baseURL', apiBase: 'baseURL',
  headers: 'defaultHeaders', retries: 'maxRetries', allowBrowser: 'dangerouslyAllowBrowser', transport: 'fetch',
};

/** Providers behind the interface of the npm package `openai`. Answers are made by the encoder of the edge (src/edge/mod.rs). */
export class Client {
  static name = 'Client';
  #given;
  #provider;
  #providers;
  /** What a request has that does not say otherwise. */
  #defaults = {};
  chat = { completions: { create: (params, options) => promiseOf(this[asking].create(params, options)) } };
  models = { list: () => pageOf(this.#list()), retrieve: (id) => promiseOf(this.#model(String(id)), ({ data }) => data) };

  /** `given`: a provider; or names, and the provider of each; or the settings of `openai`. */
  constructor(given) {
    this.#given = given;
    // No one sees it who prints a client.
    Object.defineProperty(this, asking, { value: {
      ask: this.#ask,
      find: this.#find,
      create: (params, options) => this.#create(ownProperties(params), ownProperties(options)),
      withDefaults: (options) => ownProperties({ ...this.#defaults, ...withoutUndefined(ownProperties(options)) }),
    } });
    if (isProvider(given)) this.#provider = given;
    else if (Object.values(ownProperties(given)).some(isProvider)) this.#providers = checkedProviders(given);
    else {
      const settings = ownProperties(given);
      refuseUnknown(settings, SETTINGS, 'Client', FOREIGN);
      [this.#provider, this.#defaults.timeout] = [openAiChat(settings), settings.timeout];
    }
  }

  // Getters and not properties, since bundlers keep every class whose properties call something, used or not.
  static get OpenAIError() {
    return errorClasses().OpenAIError;
  }

  static get APIError() {
    return errorClasses().APIError;
  }

  static get APIConnectionError() {
    return errorClasses().APIConnectionError;
  }

  static get APIConnectionTimeoutError() {
    return errorClasses().APIConnectionTimeoutError;
  }

  static get APIUserAbortError() {
    return errorClasses().APIUserAbortError;
  }

  static get BadRequestError() {
    return errorClasses().BadRequestError;
  }

  static get AuthenticationError() {
    return errorClasses().AuthenticationError;
  }

  static get PermissionDeniedError() {
    return errorClasses().PermissionDeniedError;
  }

  static get NotFoundError() {
    return errorClasses().NotFoundError;
  }

  static get ConflictError() {
    return errorClasses().ConflictError;
  }

  static get UnprocessableEntityError() {
    return errorClasses().UnprocessableEntityError;
  }

  static get RateLimitError() {
    return errorClasses().RateLimitError;
  }

  static get InternalServerError() {
    return errorClasses().InternalServerError;
  }

  /** Address of the API; empty where the client has several providers. */
  get baseURL() {
    return this.#provider?.url ?? '';
  }

  /** A copy with other settings. Where the client was made of providers, they have their own addresses and keys. */
  withOptions(changes) {
    const given = ownProperties(changes);
    const isOfProviders = this.#providers !== undefined || isProvider(this.#given);
    if (!isOfProviders) return new this.constructor({ ...this.#given, ...given });
    refuseUnknown(given, OF_REQUESTS, 'withOptions of a Client that was made of providers', FOREIGN);
    const { defaultHeaders: headers = this.#defaults.headers, ...more } = given;
    const copy = new this.constructor(this.#given);
    copy.#defaults = { ...this.#defaults, ...more, headers };
    return copy;
  }

  #find = (name, check) => (this.#providers ? findProvider(this.#providers, String(name), check) : { provider: this.#provider, model: name });

  #create({ model: name, stream, stream_options: given, n = 1, ...params }, requestOptions) {
    return this[asking].ask(name, requestOptions, (provider) => {
      if (n !== 1 && n !== null) throw new ChatError('input', 'n must be 1: one choice is all there is');
      const { include_usage: includeUsage, ...streamOptions } = ownProperties(given);
      if (Object.keys(streamOptions).length > 0) params.stream_options = streamOptions;
      return { id: 'chatcmpl-', options: toOptions(params, provider), spec: { stream: stream === true, includeUsage } };
    });
  }

  /**
   * Asks the provider of that name, and waits for the first bytes of its answer. `prepare(provider)` gives the options of the call, the
   * encoder's `spec`, and how ids begin.
   */
  #ask = async (name, requestOptions, prepare) => {
    const meta = { warnings: [], head: undefined };
    try {
      const { signal, timeout, maxRetries, ...more } = this[asking].withDefaults(requestOptions);
      const { provider, model } = this.#find(name);
      const { id, options: own, spec: wanted } = prepare(provider, meta);
      const options = { ...more, ...own, signal, retries: maxRetries };
      if (model !== undefined) options.model = model;
      // In `openai` a number limits the time to the head of the response, which for a stream comes with its first content.
      if (timeout !== undefined) options.timeout = wanted.stream && typeof timeout === 'number' ? { firstChunk: timeout } : timeout;
      const spec = {
        ...wanted,
        id: `${id}${random()}${random()}`,
        model: name ?? provider.defaultModel,
        created: Math.floor(Date.now() / 1000),
      };
      const reply = provider[encoded](options, spec, meta, edge);
      const first = await firstItem(reply);
      // A `Fallback` knows only by a further read that its provider is done.
      if (!spec.stream) await reply.next();
      return { first, reply, meta, signal, stream: spec.stream };
    } catch (error) {
      throw asOfOpenAi(error, meta.head);
    }
  };

  async #list() {
    if (this.#providers) return modelEntries(this.#providers);
    return (await this.#provider.listModels()).map((id) => modelEntry(id, this.#provider.name));
  }

  async #model(id) {
    try {
      if (this.#providers) this.#find(id);
      else if (!(await this.#provider.listModels()).includes(id)) {
        throw new ChatError('model_not_found', `The model '${id.slice(0, 200)}' does not exist`, { status: 404 });
      }
    } catch (error) {
      throw asOfOpenAi(error);
    }
    return { data: modelEntry(id, this.#providers ? id.split(':')[0] : this.#provider.name) };
  }
}

export const withoutUndefined = (given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

const decode = (bytes) => new TextDecoder().decode(bytes);

const ignore = () => {};

/**
 * A promise of an answer's data with the other ways to have it that `openai` knows. `answer`: what `ask` gives. The response has the
 * service's headers, and the body that OpenAI's API would send.
 */
export function promiseOf(answer, toData = dataOf) {
  const data = answer.then(toData);
  return Object.assign(data, {
    async asResponse() {
      // Who wants the response never looks at the promise of the data, whose rejection then counts as handled.
      data.catch(ignore);
      return responseOf(await answer, true);
    },
    async withResponse() {
      const [value, known] = await Promise.all([data, answer]);
      return { data: value, response: responseOf(known, false), request_id: requestIdOf(known) };
    },
  });
}

function requestIdOf({ meta }) {
  const headers = meta?.head?.headers;
  return headers?.get?.('x-request-id') ?? headers?.get?.('request-id') ?? null;
}

/** The completion, or the stream of its chunks. */
export function dataOf(answer) {
  const { first, reply, signal, stream, meta: { warnings, head } } = answer;
  if (stream) return streamOf(first, reply, signal, warnings, () => head);
  const data = JSON.parse(decode(first));
  if (warnings.length > 0) data.warnings = warnings;
  return withRequestId(data, answer);
}

/** The data with the id that the service has for the request, where nobody sees it who prints the data. */
export const withRequestId = (data, answer) => Object.defineProperty(data, '_request_id', { value: requestIdOf(answer) });

function responseOf({ first, reply, stream, meta, data }, hasBody) {
  const headers = headersOf(meta?.head) ?? new Headers();
  headers.set('content-type', stream ? 'text/event-stream' : 'application/json');
  if (!hasBody) return new Response(null, { headers });
  if (!stream) return new Response(first ?? JSON.stringify(data), { headers });
  const left = [first];
  const pull = async (controller) => {
    const { value = left.pop(), done } = left.length > 0 ? {} : await reply.next();
    if (done) controller.close();
    else controller.enqueue(value);
  };
  return new Response(new ReadableStream({ pull, cancel: () => void reply.return() }, { highWaterMark: 0 }), { headers });
}

function openAiChat({
  apiKey = env('OPENAI_API_KEY'), baseUrl, baseURL = baseUrl ?? env('OPENAI_BASE_URL'), maxRetries, defaultHeaders, dangerouslyAllowBrowser, fetch,
}) {
  return new OpenAiChat({ apiKey, baseUrl, baseURL, retries: maxRetries, headers: defaultHeaders, allowBrowser: dangerouslyAllowBrowser, fetch });
}

/** A variable of the environment. A blank one counts as not set, as it does in `openai`. */
const env = (name) => globalThis.process?.env?.[name]?.trim() || undefined;

/**
 * The options of a call. Members that no option has a name for go to an `OpenAiChat` as they are; of any other provider they become
 * warnings. The limit of tokens keeps its name where Chat Completions are spoken.
 */
function toOptions(params, provider) {
  const options = {};
  const more = {};
  for (const [key, value] of Object.entries(params)) {
    if ((value ?? undefined) === undefined || LIMITS.includes(key)) continue;
    const name = key.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    (OPTIONS.includes(name) ? options : more)[OPTIONS.includes(name) ? name : key] = value;
  }
  const compatible = {};
  for (const key of LIMITS) if ((params[key] ?? undefined) !== undefined) options.maxTokens = compatible[key] = params[key];
  // A limit of the settings must not stand beside that of the call.
  if (options.maxTokens !== undefined) for (const key of LIMITS) compatible[key] ??= null;
  // Settings have an `extra`, too, and that of a call is laid over it.
  if (provider instanceof OpenAiChat) options.extra = more;
  else Object.assign(compatible, more);
  return Object.keys(compatible).length > 0 ? { ...options, compatible } : options;
}

/** The chunks, a controller that stops them, and the warnings so far. As in `openai`, a loop that is stopped ends without an error. */
function streamOf(first, reply, signal, warnings, head) {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => reply.return());
  async function* chunks() {
    let done = false;
    try {
      yield;
      for (let value = first; !done; ({ value, done } = await reply.next())) {
        for (const chunk of framesOf(value)) {
          yield chunk;
          if (signal?.aborted || controller.signal.aborted) return;
        }
      }
    } catch (error) {
      if (!signal?.aborted) throw asOfOpenAi(error, head());
    } finally {
      if (!done) controller.abort();
    }
  }
  const all = chunks();
  // Runs to the first `yield`, since a generator that has not begun ends without its `finally`.
  all.next();
  let isTaken = false;
  const iterate = () => {
    const again = isTaken;
    isTaken = true;
    return again ? consumed() : all;
  };
  return eventStream(iterate, controller, warnings);
}

async function* consumed() {
  throw new Client.OpenAIError('Cannot iterate over a consumed stream, use `.tee()` to split the stream.');
}

/** What `openai` calls a `Stream`. */
export function eventStream(iterate, controller, warnings) {
  const stream = { controller, warnings, [Symbol.asyncIterator]: iterate };
  return Object.assign(stream, { tee: () => tee(stream), toReadableStream: () => jsonLines(stream) });
}

/** Two streams of the same items. What one has read and the other has not is kept, as a chain of `{ item, next }`. */
function tee({ controller, warnings, [Symbol.asyncIterator]: iterate }) {
  const source = iterate();
  const start = {};
  return [start, start].map((link) => {
    let here = link;
    const next = () => {
      if (!here.next) Object.assign(here, { item: source.next(), next: {} });
      const { item } = here;
      here = here.next;
      return item;
    };
    return eventStream(() => ({ next }), controller, warnings);
  });
}

/**
 * The items as bytes, each as JSON in a line of its own. The iterator is made at once, since those of the helpers come whether somebody
 * listens or not.
 */
export function jsonLines(items) {
  const iterator = items[Symbol.asyncIterator]();
  const pull = async (controller) => {
    const { value, done } = await iterator.next();
    if (done) controller.close();
    else controller.enqueue(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  };
  return new ReadableStream({ pull, cancel: async () => void (await iterator.return?.()) }, { highWaterMark: 0 });
}

/** The chunks in the bytes of an event stream, which hold whole frames; no frame has a blank line inside. */
function* framesOf(bytes) {
  for (const frame of decode(bytes).split('\n\n')) {
    // In Responses the name of the event stands in a line before.
    const data = frame.slice(frame.indexOf('data: ') + 'data: '.length);
    if (data.startsWith('{')) yield JSON.parse(data);
  }
}

/** A promise of the page of models. Both can be iterated, the promise and the page, as in `openai`. */
function pageOf(models) {
  const each = async function* () {
    yield* await models;
  };
  const page = models.then((data) => ({ object: 'list', data, [Symbol.asyncIterator]: each }));
  // A caller that iterates the promise never awaits it, so its rejection must count as handled.
  page.catch(() => {});
  return Object.assign(page, { [Symbol.asyncIterator]: each });
}
