import { ChatError } from './error.js';
import { checked, describe, find, firstOf, listOf } from './serving.js';
import { OpenAiChat } from './openai-chat.js';
import { ownProperties } from './options.js';
import { encoded, isProvider } from './provider.js';
import { random } from './web.js';

/** Options that are called alike here, but for the underlines there. */
const OPTIONS = ['messages', 'temperature', 'topP', 'maxTokens', 'stop', 'seed', 'tools', 'toolChoice', 'reasoningEffort', 'responseFormat'];

/** Providers behind the interface of the npm package `openai`. The answers are those of the edge (src/edge.rs). */
export class Client {
  static name = 'Client';
  #provider;
  #providers;
  #timeout;
  chat = { completions: { create: async (params, options) => this.#create(ownProperties(params), ownProperties(options)) } };
  models = { list: () => pageOf(this.#list()) };

  /** A provider, names to providers, or what `openai` is made with. */
  constructor(given) {
    if (isProvider(given)) this.#provider = given;
    else if (Object.values(ownProperties(given)).some(isProvider)) this.#providers = checked(given);
    else [this.#provider, this.#timeout] = [service(ownProperties(given)), ownProperties(given).timeout];
  }

  /** Errors that `openai` throws are instances of it. */
  static get APIError() {
    return ChatError;
  }

  async #create({ model: wanted, stream, stream_options: ofStream, n = 1, ...params }, { signal, timeout = this.#timeout, maxRetries, ...more }) {
    if (n !== 1 && n !== null) throw new ChatError('input', 'n must be 1: one choice is all there is');
    const { provider, model } = this.#providers ? find(this.#providers, String(wanted)) : { provider: this.#provider, model: wanted };
    const options = { ...more, ...read(params, provider), signal, retries: maxRetries };
    if (model !== undefined) options.model = model;
    // A number is there the time to the head of the response, which comes with the first piece.
    if (timeout !== undefined) options.timeout = stream && typeof timeout === 'number' ? { firstChunk: timeout } : timeout;
    const spec = {
      stream: stream === true,
      includeUsage: ownProperties(ofStream).include_usage,
      id: `chatcmpl-${random()}${random()}`,
      model: wanted ?? provider.defaultModel,
      created: Math.floor(Date.now() / 1000),
    };
    const reply = provider[encoded](options, spec, { warnings: [] });
    const first = await firstOf(reply);
    if (spec.stream) return streamOf(first, reply, signal);
    await reply.next();
    return JSON.parse(decode(first));
  }

  async #list() {
    if (this.#providers) return listOf(this.#providers);
    return (await this.#provider.listModels()).map((id) => describe(id, this.#provider.name));
  }
}

const decode = (bytes) => new TextDecoder().decode(bytes);

function service({ apiKey = env('OPENAI_API_KEY'), baseURL = env('OPENAI_BASE_URL'), maxRetries, defaultHeaders, dangerouslyAllowBrowser, fetch }) {
  return new OpenAiChat({ apiKey, baseUrl: baseURL, retries: maxRetries, headers: defaultHeaders, allowBrowser: dangerouslyAllowBrowser, fetch });
}

/** Blank is not set, as with `openai`. */
const env = (name) => globalThis.process?.env?.[name]?.trim() || undefined;

/** What no option is called here goes on as it is to who speaks the same language. */
function read(params, provider) {
  const options = {};
  const extra = {};
  for (const [theirs, value] of Object.entries(params)) {
    const ours = theirs.replace('completion_', '').replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    if (!OPTIONS.includes(ours)) extra[theirs] = value;
    else if (value !== null) options[ours] = value;
  }
  return provider instanceof OpenAiChat ? { ...options, extra } : options;
}

/** Chunks, and a way to stop them. As with `openai`, who stops them gets no error. */
function streamOf(first, reply, signal) {
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => reply.return());
  async function* chunks() {
    let done = false;
    try {
      yield;
      for (let value = first; !done; ({ value, done } = await reply.next())) yield* framesOf(value);
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      if (!done) controller.abort();
    }
  }
  const all = chunks();
  // Up to the first `yield`: a generator that has not begun ends without its `finally`.
  all.next();
  return { controller, [Symbol.asyncIterator]: () => all };
}

/** Frames come whole, and no blank line is in one. */
function* framesOf(bytes) {
  for (const frame of decode(bytes).split('\n\n')) {
    if (frame.startsWith('data: {')) yield JSON.parse(frame.slice('data: '.length));
  }
}

/** A page, and the promise of it: either can be iterated. */
function pageOf(models) {
  const each = async function* () {
    yield* await models;
  };
  const page = models.then((data) => ({ object: 'list', data, [Symbol.asyncIterator]: each }));
  // Who iterates does not wait for the page.
  page.catch(() => {});
  return Object.assign(page, { [Symbol.asyncIterator]: each });
}
