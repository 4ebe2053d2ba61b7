import { core, prepare, recoverFromTrap, shrink, watchLoss } from './core.js';
import { pausesEnd, readTimeouts } from './deadline.js';
import { embed, embedOptions } from './embed.js';
import { ChatError } from './error.js';
import { toJson } from './json-copy.js';
import { readOptions, split } from './options.js';
import { encoded, isProvider, whole } from './provider-mark.js';
import { Reply } from './reply.js';
import { replyOpened } from './web.js';

export { encoded, isProvider, whole };

/** Key of the member of a `Client` by which `rivulet/openai-client` asks in other ways than `chat.completions.create`, and `rivulet/tools` finds its providers. */
export const asking = /* @__PURE__ */ Symbol('asking');

let encoder;

/** wasm-bindgen would copy a long string letter by letter. */
const bytesOf = (text) => (encoder ??= new TextEncoder()).encode(text);

export class Provider {
  #data;
  #live;
  /** `#data` as JSON for the core, made at the first use. */
  #settingsJson;
  /** What `#describe` gave: settings never change. */
  #description;

  constructor(settings) {
    if (settings === null || typeof settings !== 'object') {
      throw new ChatError('input', `${new.target.name}: give settings such as { url: 'https://shop.example' } or { apiKey }`);
    }
    [this.#data, this.#live] = split(settings, 'settings');
  }

  with(settings) {
    const [data, live] = split(settings, 'settings');
    const own = { ...this.#data };
    // Two names of one setting, of which the newer value counts.
    if ('baseUrl' in data || 'baseURL' in data) own.baseUrl = own.baseURL = undefined;
    return new this.constructor({ ...own, ...this.#live, ...data, ...live });
  }

  createAsyncGenerator(options) {
    return this.#reply(options);
  }

  async createAsync(options) {
    return this[whole](options).text();
  }

  'rivulet:whole'(options) {
    return this.#reply(options, { whole: true });
  }

  'rivulet:encoded'(options, spec, responseMeta, edge) {
    return this.#reply(options, { spec, whole: spec.stream !== true }, responseMeta, edge);
  }

  getModel(name = '') {
    return callCore(() => this.#core().getModel(this.#protocol, this.#settings, String(name)));
  }

  /** The nonce is the one piece of a reply, so that abort, timeouts and retries work as they do for any reply. */
  async getNonce(options = {}) {
    return this.#reply(options, { purpose: 'session' }).text();
  }

  /** The names are the pieces of a reply, so that abort, timeouts and retries work as they do for any reply. */
  async listModels(options = {}) {
    const models = [];
    for await (const name of this.#reply(options, { purpose: 'models' })) models.push(name);
    return models;
  }

  async embed(options) {
    const given = embedOptions(options);
    const timeout = given.timeout === undefined ? this.#live.timeout : given.timeout;
    return embed(given, this.#describe(), timeout, (own, responseMeta) => this.#reply(own, { purpose: 'embeddings' }, responseMeta));
  }

  get name() {
    return this.#describe().name;
  }

  get url() {
    return this.#describe().url;
  }

  get apiEndpoint() {
    return this.#describe().apiEndpoint;
  }

  get working() {
    return this.#describe().working;
  }

  get needsAuth() {
    return this.#describe().needsAuth;
  }

  get supportsStream() {
    return this.#describe().supportsStream;
  }

  get supportsMessageHistory() {
    return this.#describe().supportsMessageHistory;
  }

  get supportsSystemMessage() {
    return this.#describe().supportsSystemMessage;
  }

  get defaultModel() {
    return this.#describe().defaultModel;
  }

  get embeddingModel() {
    return this.#describe().embeddingModel;
  }

  get models() {
    return this.#describe().models;
  }

  get modelAliases() {
    return this.#describe().modelAliases;
  }

  get #protocol() {
    return this.constructor.protocol;
  }

  get #settings() {
    return (this.#settingsJson ??= toJson(this.#data, 'the settings'));
  }

  /** The core, with the part of this provider. */
  #core(edge) {
    return core(this.constructor.part(), edge);
  }

  #describe() {
    this.#description ??= callCore(() => this.#core().describe(this.#protocol, this.#settings));
    return this.#description;
  }

  /** `wanted`: what the core makes of the options, `{ purpose, whole, spec }` (src/web/options.rs). `whole`: the text, and no pieces. */
  #reply(options, wanted, responseMeta, edge) {
    const config = {
      // All members are own ones, so that `Reply` never finds one on a polluted `Object.prototype`, and always these, so that engines
      // keep the object small.
      start: undefined,
      signal: undefined,
      fetch: undefined,
      apiKey: undefined,
      session: undefined,
      texts: undefined,
      timeouts: readTimeouts(),
      maxEventBytes: undefined,
      coalesce: false,
      onRetry: undefined,
      onWarning: undefined,
      failure: undefined,
      keepsText: wanted?.purpose === undefined,
      responseMeta,
      toChatError: recoverFromTrap,
      prepare,
      isLost: undefined,
      provider: this,
    };
    try {
      const texts = [];
      const [data, live] = readOptions(options, this.#live, texts);
      config.timeouts = readTimeouts(live.timeout, live[pausesEnd]);
      config.maxEventBytes = data.maxEventBytes ?? this.#data.maxEventBytes;
      // Names and vectors are a piece each.
      config.coalesce = live.coalesce === true && wanted?.purpose === undefined;
      config.signal = live.signal;
      config.session = live.session;
      config.apiKey = live.apiKey;
      if (texts.length > 0) config.texts = texts;
      config.onRetry = live.onRetry;
      config.onWarning = live.onWarning;
      config.fetch = live.transport ?? live.fetch;
      config.start = this.#starter(toJson({ options: data, ...wanted, hasTexts: texts.length > 0 }, 'the messages'), config, edge);
    } catch (error) {
      config.failure = error;
    }
    return new Reply(config);
  }

  /** A method of its own, since a closure keeps everything alive that its scope holds: here only what it needs. */
  #starter(given, config, edge) {
    return (host, buffer) => {
      config.isLost = watchLoss();
      const driver = callCore(() => new (this.#core(edge).ReplyDriver)(this.#protocol, this.#settings, bytesOf(given), host, buffer));
      replyOpened();
      return driver;
    };
  }
}

/** Calls into the core. A trap becomes a `ChatError`, and the next call gets a fresh instance. */
export function callCore(call) {
  try {
    return call();
  } catch (error) {
    throw recoverFromTrap(error);
  }
}

/** Calls a function of the core that needs much memory for much data, and leaves nothing behind. */
export function callCoreOnce(call) {
  try {
    return callCore(call);
  } finally {
    shrink();
  }
}
