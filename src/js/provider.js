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
    return guarded(() => core().getModel(this.#protocol, JSON.stringify(this.#data), String(name)));
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

  #describe() {
    this.#about ??= guarded(() => core().describe(this.#protocol, JSON.stringify(this.#data)));
    return this.#about;
  }

  #reply(options, extra, answer, notes) {
    const provider = () => this.name;
    // No prototype: Reply must not find a property there that somebody put on all objects.
    const plan = { __proto__: null, timeouts: readTimeouts(), coalesce: false, provider, explain: renew, notes };
    try {
      const [data, live] = readOptions(options, this.#live);
      // What a service needs of its own (SERVICES) stays under what a call adds.
      if (this.#data.extra && typeof data.extra === 'object') data.extra = { ...this.#data.extra, ...data.extra };
      plan.timeouts = readTimeouts(live.timeout);
      plan.coalesce = live.coalesce === true;
      for (const name of ['signal', 'session']) plan[name] = live[name];
      plan.fetch = live.transport ?? live.fetch;
      const given = JSON.stringify({ settings: this.#data, options: { ...data, ...extra }, answer });
      plan.start = (host, inbox) => {
        plan.isLost = watchLoss();
        return guarded(() => new (core().Talk)(this.#protocol, given, host, inbox));
      };
    } catch (error) {
      plan.failure = error;
    }
    return new Reply(plan);
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
