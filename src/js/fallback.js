import { readTimeouts } from './deadline.js';
import { ChatError } from './error.js';
import { readOptions } from './options.js';
import { encoded } from './provider.js';
import { Race, allFailed } from './race.js';
import { Reply } from './reply.js';

/** How a call's providers are put in order, `turn` being the number of the call. */
const ORDERS = {
  given: (all) => all,
  rotate: (all, turn) => all.map((_, i) => all[(turn + i) % all.length]),
  shuffled(all) {
    for (let i = all.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [all[i], all[j]] = [all[j], all[i]];
    }
    return all;
  },
};

/** Several providers as one: the next is asked while nothing has been said. */
export class Fallback {
  static name = 'Fallback';
  #providers;
  #order;
  #hedgeAfter;
  #retries;
  #onAttempt;
  #turns = 0;

  constructor(providers, { order = 'given', hedgeAfter, retriesEach, onAttempt } = {}) {
    const wrong = (message) => {
      throw new ChatError('input', message);
    };
    if (!Array.isArray(providers) || providers.length === 0) wrong('Fallback: give an array of providers');
    providers.forEach((provider, i) => {
      if (typeof provider?.createAsyncGenerator !== 'function') wrong(`providers[${i}] is no provider`);
    });
    if (!Object.hasOwn(ORDERS, order)) wrong(`order must be one of ${Object.keys(ORDERS).join(', ')}`);
    if (hedgeAfter !== undefined && !(hedgeAfter > 0)) wrong('hedgeAfter must be a number of milliseconds above 0');
    if (onAttempt !== undefined && typeof onAttempt !== 'function') wrong('onAttempt must be a function');
    this.#providers = [...providers];
    this.#order = ORDERS[order];
    this.#hedgeAfter = hedgeAfter;
    this.#retries = retriesEach;
    this.#onAttempt = onAttempt;
  }

  createAsyncGenerator(options) {
    return this.#reply(options, (provider, own) => provider.createAsyncGenerator(own));
  }

  async createAsync(options) {
    return this.createAsyncGenerator(options).text();
  }

  [encoded](options, answer, notes) {
    return this.#reply(options, (provider, own, ownNotes) => provider[encoded](own, answer, ownNotes), notes);
  }

  /** The first that knows the model. */
  getModel(name) {
    let failure;
    for (const provider of this.#providers) {
      try {
        return provider.getModel(name);
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure;
  }

  async listModels(options) {
    const lists = await Promise.allSettled(this.#providers.map((provider) => provider.listModels(options)));
    const told = lists.filter(({ status }) => status === 'fulfilled');
    if (told.length > 0) return union(told.map(({ value }) => value));
    throw allFailed(lists.map(({ reason }, i) => ({ provider: nameOf(this.#providers[i]), error: reason })));
  }

  get name() {
    return 'Fallback';
  }

  get url() {
    return '';
  }

  get working() {
    return this.#providers.some(({ working }) => working);
  }

  get needsAuth() {
    return this.#providers.some(({ needsAuth }) => needsAuth);
  }

  get supportsStream() {
    return this.#providers.some(({ supportsStream }) => supportsStream);
  }

  // Of these two the caller must be able to rely on, whoever answers.
  get supportsMessageHistory() {
    return this.#providers.every(({ supportsMessageHistory }) => supportsMessageHistory);
  }

  get supportsSystemMessage() {
    return this.#providers.every(({ supportsSystemMessage }) => supportsSystemMessage);
  }

  get defaultModel() {
    return this.#providers[0].defaultModel;
  }

  get models() {
    return union(this.#providers.map(({ models }) => models));
  }

  get modelAliases() {
    return Object.assign({}, ...this.#providers.map(({ modelAliases }) => modelAliases).reverse());
  }

  #reply(options, ask, notes) {
    const attempts = [];
    let race;
    const plan = { __proto__: null, timeouts: {}, provider: () => race?.answers ?? this.name, notes };
    try {
      const [{ conversation, ...data }, { signal, timeout, ...live }] = readOptions(options);
      if (typeof (conversation ?? {}) !== 'object') throw new ChatError('input', 'conversation must be the object that reply.conversation gave');
      const limits = readTimeouts(timeout);
      const own = { retries: this.#retries, ...data, ...live };
      if (typeof timeout === 'number') own.timeout = timeout;
      else if (timeout) {
        const { total, ...each } = timeout;
        if (Object.keys(each).length > 0) own.timeout = each;
        plan.timeouts = { total: limits.total };
      }
      plan.signal = signal;
      plan.start = (host, inbox) => (race = new Race({
        runners: this.#inOrder(conversation?.last),
        ask: ({ provider, key }, ownNotes) => ask(provider, { ...own, conversation: conversation?.parts?.[key] ?? null }, ownNotes),
        parts: conversation?.parts,
        hedgeAfter: this.#hedgeAfter,
        onAttempt: this.#onAttempt,
        attempts,
      }, inbox));
    } catch (error) {
      plan.failure = error;
    }
    return Object.assign(new Reply(plan), { attempts });
  }

  /** Who answered last comes first: what was said before may be known to nobody else. */
  #inOrder(last) {
    const names = this.#providers.map(nameOf);
    const runners = this.#providers.map((provider, i) => {
      const name = names[i];
      return { provider, name, key: names.indexOf(name) === i ? name : `${name}#${i + 1}` };
    });
    return this.#order(runners, this.#turns++).sort((a, b) => (b.key === last) - (a.key === last));
  }
}

/** One with settings that cannot be read has none; its own call tells why. */
function nameOf(provider) {
  try {
    return String(provider.name);
  } catch {
    return provider.constructor.name;
  }
}

const union = (lists) => [...new Set(lists.flat())];
