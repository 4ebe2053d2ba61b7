import { core, recoverFromTrap, watchLoss } from './core.js';
import { readTimeouts } from './deadline.js';
import { ChatError } from './error.js';
import { readOptions, split } from './options.js';
import { Reply } from './reply.js';

/** How the edge asks for a reply whose items are bytes of an HTTP answer (src/edge.rs). */
export const encoded = Symbol('encoded');

export const isProvider = (value) => typeof value?.[encoded] === 'function';

export class Provider {
  #data;
  #live;
  /** The data as the core takes it. */
  #text;
  #about;

  constructor(settings) {
    if (settings === null || typeof settings !== 'object') {
      throw new ChatError('input', `${new.target.name}: give settings such as { url: 'https://shop.example' } or { apiKey }`);
    }
    [this.#data, this.#live] = split(settings, 'settings');
  }

  with(settings) {
    const [data, live] = split(settings, 'settings');
    return new this.constructor({ ...this.#data, ...this.#live, ...data, ...live });
  }

  createAsyncGenerator(options) {
    return this.#reply(options);
  }

  async createAsync(options) {
    return this.#reply(options).text();
  }

  [encoded](options, spec, responseMeta) {
    return this.#reply(options, undefined, spec, responseMeta);
  }

  getModel(name = '') {
    return callCore(() => core().getModel(this.#protocol, this.#settings, String(name)));
  }

  /** A reply whose one piece is the nonce: abort, timeouts and retries are the same. */
  async getNonce(options = {}) {
    return this.#reply(options, 'session').text();
  }

  /** The names come as pieces of a reply: abort, timeouts and retries are the same. */
  async listModels(options = {}) {
    const models = [];
    for await (const name of this.#reply(options, 'models')) models.push(name);
    return models;
  }

  get name() {
    return this.#describe().name;
  }

  get url() {
    return this.#describe().url;
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
    return (this.#text ??= JSON.stringify(this.#data));
  }

  #describe() {
    this.#about ??= callCore(() => core().describe(this.#protocol, this.#settings));
    return this.#about;
  }

  #reply(options, purpose, spec, responseMeta) {
    const config = {
      // All of them own, so that Reply finds nothing that somebody put on all objects; and always the same, so that it is small.
      start: undefined,
      signal: undefined,
      fetch: undefined,
      session: undefined,
      timeouts: readTimeouts(),
      coalesce: false,
      failure: undefined,
      responseMeta,
      explain: recoverFromTrap,
      isLost: undefined,
      provider: () => this.name,
    };
    try {
      const [data, live] = readOptions(options, this.#live);
      config.timeouts = readTimeouts(live.timeout);
      config.coalesce = live.coalesce === true;
      config.signal = live.signal;
      config.session = live.session;
      config.fetch = live.transport ?? live.fetch;
      config.start = this.#starter(JSON.stringify({ options: data, purpose, spec }), config);
    } catch (error) {
      config.failure = error;
    }
    return new Reply(config);
  }

  /** Apart, since a function keeps all that is known where it is made. */
  #starter(given, config) {
    return (host, buffer) => {
      config.isLost = watchLoss();
      return callCore(() => new (core().ReplyDriver)(this.#protocol, this.#settings, given, host, buffer));
    };
  }
}

/** Calls into the core; a trap becomes an error, and the next call gets a fresh instance. */
export function callCore(call) {
  try {
    return call();
  } catch (error) {
    throw recoverFromTrap(error);
  }
}
