import { core, renew, watchLoss } from './core.js';
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
    return this.#reply(options, {});
  }

  async createAsync(options) {
    return this.#reply(options, {}).text();
  }

  [encoded](options, answer, notes) {
    return this.#reply(options, {}, answer, notes);
  }

  getModel(name = '') {
    return guarded(() => core().getModel(this.#protocol, this.#settings, String(name)));
  }

  /** A reply whose one piece is the nonce: abort, timeouts and retries are the same. */
  async getNonce(options = {}) {
    return this.#reply(options, { sessionOnly: true }).text();
  }

  /** The names come as pieces of a reply: abort, timeouts and retries are the same. */
  async listModels(options = {}) {
    const models = [];
    for await (const name of this.#reply(options, { modelsOnly: true })) models.push(name);
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
    this.#about ??= guarded(() => core().describe(this.#protocol, this.#settings));
    return this.#about;
  }

  #reply(options, extra, answer, notes) {
    const plan = {
      // All of them own, so that Reply finds nothing that somebody put on all objects; and always the same, so that it is small.
      start: undefined,
      signal: undefined,
      fetch: undefined,
      session: undefined,
      timeouts: readTimeouts(),
      coalesce: false,
      failure: undefined,
      notes,
      explain: renew,
      isLost: undefined,
      provider: () => this.name,
    };
    try {
      const [data, live] = readOptions(options, this.#live);
      plan.timeouts = readTimeouts(live.timeout);
      plan.coalesce = live.coalesce === true;
      plan.signal = live.signal;
      plan.session = live.session;
      plan.fetch = live.transport ?? live.fetch;
      plan.start = this.#starter(JSON.stringify({ options: { ...data, ...extra }, answer }), plan);
    } catch (error) {
      plan.failure = error;
    }
    return new Reply(plan);
  }

  /** Apart, since a function keeps all that is known where it is made. */
  #starter(given, plan) {
    return (host, inbox) => {
      plan.isLost = watchLoss();
      return guarded(() => new (core().Talk)(this.#protocol, this.#settings, given, host, inbox));
    };
  }
}

/** Calls into the core; a trap becomes an error, and the next call gets a fresh instance. */
export function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw renew(error);
  }
}
