import { ChatError } from './error.js';
import { checkedProviders, findProvider, firstItem, modelEntries, modelEntry } from './serving.js';
import { OpenAiChat } from './openai-chat.js';
import { ownProperties, refuseUnknown } from './options.js';
import { encoded, isProvider } from './provider.js';
import { random } from './web.js';

/** Options that have the same name here and at OpenAI, in camel case here and with underscores there. */
const OPTIONS = ['messages', 'temperature', 'topP', 'maxTokens', 'stop', 'seed', 'tools', 'toolChoice', 'parallelToolCalls', 'reasoningEffort', 'responseFormat'];

/** The members by which the number of tokens is limited: services know one of them or both. The last one that is given counts. */
const LIMITS = ['max_tokens', 'max_completion_tokens'];

/** Settings that `openai` has, too, and `baseUrl`. */
const SETTINGS = ['apiKey', 'baseURL', 'baseUrl', 'timeout', 'maxRetries', 'defaultHeaders', 'dangerouslyAllowBrowser', 'fetch'];

/** Names that the providers here, and other packages, have for these settings. */
const FOREIGN = {
  key: 'apiKey', token: 'apiKey', apiToken: 'apiKey', url: 'baseURL', endpoint: 'baseURL', host: 'baseURL', basePath: 'baseURL', apiBase: 'baseURL',
  headers: 'defaultHeaders', retries: 'maxRetries', allowBrowser: 'dangerouslyAllowBrowser', transport: 'fetch',
};

/** Providers behind the interface of the npm package `openai`. Answers are made by the encoder of the edge (src/edge/mod.rs). */
export class Client {
  static name = 'Client';
  #provider;
  #providers;
  #timeout;
  chat = { completions: { create: async (params, options) => this.#create(ownProperties(params), ownProperties(options)) } };
  models = { list: () => pageOf(this.#list()) };

  /** `given`: a provider; or names, and the provider of each; or the settings of `openai`. */
  constructor(given) {
    if (isProvider(given)) this.#provider = given;
    else if (Object.values(ownProperties(given)).some(isProvider)) this.#providers = checkedProviders(given);
    else {
      const settings = ownProperties(given);
      refuseUnknown(settings, SETTINGS, 'Client', FOREIGN);
      [this.#provider, this.#timeout] = [openAiChat(settings), settings.timeout];
    }
  }

  /** Programs for `openai` test their errors by `instanceof OpenAI.APIError`. */
  static get APIError() {
    return ChatError;
  }

  async #create({ model: name, stream, stream_options: given, n = 1, ...params }, { signal, timeout = this.#timeout, maxRetries, ...more }) {
    if (n !== 1 && n !== null) throw new ChatError('input', 'n must be 1: one choice is all there is');
    const { provider, model } = this.#providers ? findProvider(this.#providers, String(name)) : { provider: this.#provider, model: name };
    const { include_usage: includeUsage, ...streamOptions } = ownProperties(given);
    if (Object.keys(streamOptions).length > 0) params.stream_options = streamOptions;
    const options = { ...more, ...toOptions(params, provider), signal, retries: maxRetries };
    if (model !== undefined) options.model = model;
    // In `openai` a number limits the time to the head of the response, which for a stream comes with its first content.
    if (timeout !== undefined) options.timeout = stream && typeof timeout === 'number' ? { firstChunk: timeout } : timeout;
    const spec = {
      stream: stream === true,
      includeUsage,
      id: `chatcmpl-${random()}${random()}`,
      model: name ?? provider.defaultModel,
      created: Math.floor(Date.now() / 1000),
    };
    const responseMeta = { warnings: [] };
    const { warnings } = responseMeta;
    const reply = provider[encoded](options, spec, responseMeta);
    try {
      const first = await firstItem(reply);
      if (spec.stream) return streamOf(first, reply, signal, warnings);
      await reply.next();
      const completion = JSON.parse(decode(first));
      return warnings.length > 0 ? { ...completion, warnings } : completion;
    } catch (error) {
      throw withStatus(error);
    }
  }

  async #list() {
    if (this.#providers) return modelEntries(this.#providers);
    return (await this.#provider.listModels()).map((id) => modelEntry(id, this.#provider.name));
  }
}

const decode = (bytes) => new TextDecoder().decode(bytes);

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

/** What OpenAI's API answers with for these codes. */
const STATUSES = { input: 400, refused: 400, payment_required: 402, rate_limited: 429 };

/**
 * The error with the status that programs for `openai` test for. A WordPress site says that a limit is reached with 200 or 500; where it
 * says so in a status of its own for callers' faults, that stays.
 */
function withStatus(error) {
  const isOfCaller = error?.status >= 400 && error.status < 500;
  if (error instanceof ChatError && !isOfCaller) error.status = STATUSES[error.code] ?? error.status;
  return error;
}

/** The chunks, a controller that stops them, and the warnings so far. As in `openai`, a loop that is stopped ends without an error. */
function streamOf(first, reply, signal, warnings) {
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
      if (!signal?.aborted) throw withStatus(error);
    } finally {
      if (!done) controller.abort();
    }
  }
  const all = chunks();
  // Runs to the first `yield`, since a generator that has not begun ends without its `finally`.
  all.next();
  return { controller, warnings, [Symbol.asyncIterator]: () => all };
}

/** The chunks in the bytes of an event stream, which hold whole frames; no frame has a blank line inside. */
function* framesOf(bytes) {
  for (const frame of decode(bytes).split('\n\n')) {
    if (frame.startsWith('data: {')) yield JSON.parse(frame.slice('data: '.length));
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
