import { core, renew, watchLoss } from './core.js';
import { readTimeouts } from './deadline.js';
import { ChatError } from './error.js';
import { plain } from './plain.js';
import { Reply } from './reply.js';

/** Options that are not data: they stay in JavaScript, or go to the core as they are. */
const LIVE = ['signal', 'fetch', 'session', 'timeout', 'coalesce'];

/** How the edge asks for a reply whose items are bytes of an HTTP answer (src/edge.rs). */
export const encoded = Symbol('encoded');

export class Provider {
  #data;
  #live;
  #about;

  constructor(settings) {
    if (settings === null || typeof settings !== 'object') {
      throw new ChatError('input', `${new.target.name}: give settings such as { url: 'https://shop.example' }`);
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
    // What the provider itself was given for `extra` stands above what a client asks for.
    const { extra } = this.#data;
    if (options.extra && typeof extra === 'object') options = { ...options, extra: { ...options.extra, ...extra } };
    return this.#reply(options, {}, answer, notes);
  }

  getModel(name = '') {
    return guarded(() => core().getModel(this.#protocol, JSON.stringify(this.#data), String(name)));
  }

  /** A reply whose one piece is the nonce: abort, timeouts and retries are the same. */
  async getNonce(options = {}) {
    return this.#reply(options, { sessionOnly: true }).text();
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
      if (options === null || typeof options !== 'object') throw new ChatError('input', 'give options such as { messages }');
      const [data, own] = split(options, 'options');
      const live = Object.assign(Object.create(null), this.#live, own);
      check(live);
      plan.timeouts = readTimeouts(live.timeout);
      plan.coalesce = live.coalesce === true;
      for (const name of ['signal', 'fetch', 'session']) plan[name] = live[name];
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

/** Own properties only: data copied, live values as they are. */
function split(given, path) {
  const data = {};
  const live = Object.create(null);
  try {
    for (const key of Object.keys(given)) {
      if (LIVE.includes(key)) live[key] = given[key] ?? undefined;
      else if (given[key] !== undefined) data[key] = given[key];
    }
  } catch (error) {
    throw new ChatError('input', `${path} cannot be read`, { cause: error });
  }
  return [plain(data, path), live];
}

function check({ signal, fetch, session, coalesce }) {
  const methods = (value, names) => names.every((name) => typeof value?.[name] === 'function');
  const wrong = (message) => {
    throw new ChatError('input', message);
  };
  if (signal !== undefined && !methods(signal, ['addEventListener', 'removeEventListener'])) wrong('signal must be an AbortSignal');
  if (fetch !== undefined && typeof fetch !== 'function') wrong('fetch must be a function');
  if (session !== undefined && !methods(session, ['get', 'set', 'delete'])) wrong('session must have get, set and delete');
  if (coalesce !== undefined && typeof coalesce !== 'boolean') wrong('coalesce must be true or false');
}

/** Calls into the core; a trap becomes an error, and the next call gets a fresh instance. */
export function guarded(call) {
  try {
    return call();
  } catch (error) {
    throw renew(error);
  }
}

