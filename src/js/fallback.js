import { Cooldown } from './cooldown.js';
import { pausesEnd, readTimeouts } from './deadline.js';
import { embedOptions, left } from './embed.js';
import { ChatError } from './error.js';
import { ownProperties, readOptions, refuseUnknown } from './options.js';
import { encoded, isProvider, whole } from './provider.js';
import { Race, allFailed, skipped, soonest } from './race.js';
import { Reply } from './reply.js';
import { tell } from './web.js';

/** By `order`: the place of provider `i` of `n` in call `turn`. The provider with the smallest place is asked first. */
const ORDERS = {
  given: (i) => i,
  rotate: (i, n, turn) => (i + n - (turn % n)) % n,
  shuffled: Math.random,
};

const SETTINGS = ['order', 'hedgeAfter', 'retriesEach', 'onAttempt', 'cooldown'];

/** Several providers as one: while no content was handed out, the next one is asked when a provider fails. */
export class Fallback {
  static name = 'Fallback';
  #providers;
  #order;
  #hedgeAfter;
  #retries;
  #onAttempt;
  #cooldown;
  #turns = 0;

  constructor(providers, settings) {
    const given = ownProperties(settings);
    refuseUnknown(given, SETTINGS, 'Fallback');
    const { order = 'given', hedgeAfter, retriesEach, onAttempt, cooldown } = given;
    check(Array.isArray(providers) && providers.length > 0 && providers.every(isProvider), 'Fallback: give an array of providers');
    check(Object.hasOwn(ORDERS, order), `order must be one of ${Object.keys(ORDERS)}`);
    check(hedgeAfter === undefined || hedgeAfter > 0, 'hedgeAfter must be a number of milliseconds above 0');
    check(onAttempt === undefined || typeof onAttempt === 'function', 'onAttempt must be a function');
    this.#providers = [...providers];
    this.#order = ORDERS[order];
    this.#hedgeAfter = hedgeAfter;
    this.#retries = retriesEach;
    this.#onAttempt = onAttempt;
    if (cooldown !== undefined) this.#cooldown = new Cooldown(cooldown, providers.length);
    // Properties and not methods, since bundlers keep every class with a computed method name, used or not.
    this[whole] = (options) => this.#reply(options, (provider, own) => provider[whole](own));
    this[encoded] = (options, spec, responseMeta, edge) =>
      this.#reply(options, (provider, own, ownMeta) => provider[encoded](own, spec, ownMeta, edge), responseMeta);
  }

  createAsyncGenerator(options) {
    return this.#reply(options, (provider, own) => provider.createAsyncGenerator(own));
  }

  async createAsync(options) {
    return this[whole](options).text();
  }

  /**
   * One provider after the other, whole lists only: a list never has vectors of two of them. Nobody is asked at the same time, since all
   * would be paid.
   */
  async embed(options) {
    const given = embedOptions(options);
    const models = [...new Set(this.#providers.map(embeddingModelOf).filter(Boolean))];
    check(given.model || models.length < 2, `the providers have different embedding models (${models.join(', ')}), whose vectors cannot be compared: `
      + 'give them the same embeddingModel (what a service calls it goes into modelAliases), or give model');
    const { timeout, signal } = given;
    const [began, attempts, waiting, leftOut] = [Date.now(), [], this.#inOrder(), []];
    const tellOf = (attempt, news) => tell(this.#onAttempt, Object.assign(attempt, news));
    for (;;) {
      const next = waiting.shift();
      if (next && this.#cooldown?.leavesOut(next.at)) {
        leftOut.push(next);
        tellOf(attempts[attempts.push(skipped(next.name)) - 1]);
        continue;
      }
      const runner = next ?? soonest(leftOut.splice(0), this.#cooldown);
      if (!runner) throw allFailed(attempts);
      const attempt = { provider: runner.name, state: 'asked', startedAt: Date.now(), ms: undefined, error: undefined };
      attempts.push(attempt);
      const outcome = this.#cooldown?.ask(runner.at);
      tellOf(attempt);
      const end = (state, error) => {
        outcome?.ended(state, error);
        tellOf(attempt, { state, error, ms: Date.now() - attempt.startedAt });
      };
      try {
        const each = typeof timeout === 'number' ? timeout : left(timeout, Date.now() - began);
        const result = await runner.provider.embed({ ...given, retries: given.retries ?? this.#retries, timeout: each });
        outcome?.began();
        end('answered');
        return result;
      } catch (error) {
        end(signal?.aborted ? 'stopped' : 'failed', signal?.aborted ? undefined : error);
        if (signal?.aborted) throw signal.reason;
      }
    }
  }

  /** The model at the first provider that knows the name. */
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
    const answered = lists.filter(({ value }) => value);
    if (answered.length === 0) throw lists[0].reason;
    return union(answered.map(({ value }) => value));
  }

  /** For `runTools`, which asks nobody where one of them has no tools. */
  get 'rivulet:providers'() {
    return this.#providers;
  }

  get name() {
    return 'Fallback';
  }

  get url() {
    return '';
  }

  get apiEndpoint() {
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

  // True only if all providers do it: the caller relies on these two, whichever provider answers.
  get supportsMessageHistory() {
    return this.#providers.every(({ supportsMessageHistory }) => supportsMessageHistory);
  }

  get supportsSystemMessage() {
    return this.#providers.every(({ supportsSystemMessage }) => supportsSystemMessage);
  }

  get defaultModel() {
    return this.#providers[0].defaultModel;
  }

  get embeddingModel() {
    return this.#providers.map(embeddingModelOf).find(Boolean) ?? '';
  }

  get models() {
    return union(this.#providers.map(({ models }) => models));
  }

  get modelAliases() {
    return Object.assign({}, ...this.#providers.map(({ modelAliases }) => modelAliases));
  }

  #reply(options, ask, responseMeta) {
    const attempts = [];
    let race;
    const { name } = this;
    const provider = {
      get name() {
        return race?.winner ?? name;
      },
    };
    const config = { __proto__: null, timeouts: {}, provider, responseMeta };
    try {
      const [{ conversation, ...data }, { signal, timeout, onWarning, [pausesEnd]: end, ...live }] = readOptions(options);
      const limits = readTimeouts(timeout, end);
      config.timeouts = { pausesEnd: end };
      const each = { retries: this.#retries, ...data, ...live };
      if (typeof timeout === 'number') each.timeout = timeout;
      else if (timeout) {
        const { total, ...more } = timeout;
        if (Object.keys(more).length > 0) each.timeout = more;
        config.timeouts.total = limits.total;
      }
      config.signal = signal;
      config.onWarning = onWarning;
      config.maxEventBytes = data.maxEventBytes;
      config.start = (host, buffer) => {
        each[pausesEnd] = Date.now() + host.msLeft;
        return (race = new Race({
          runners: this.#inOrder(conversation?.last),
          ask: ({ provider, key }, ownMeta) => ask(provider, { ...each, conversation: conversation?.parts?.[key] ?? null }, ownMeta),
          parts: conversation?.parts,
          hedgeAfter: this.#hedgeAfter,
          onAttempt: this.#onAttempt,
          attempts,
          cooldown: this.#cooldown,
        }, buffer));
      };
    } catch (error) {
      config.failure = error;
    }
    return Object.assign(new Reply(config), { attempts });
  }

  /** The runners of a call (see `Race`). `last`: key of the provider that answered the conversation before. */
  #inOrder(last) {
    const names = this.#providers.map(nameOf);
    const turn = this.#turns++;
    const runners = names.map((name, i) => {
      const key = names.indexOf(name) === i ? name : `${name}#${i + 1}`;
      // The provider that answered last comes first, since it may be the only one that knows the earlier messages.
      const place = key === last ? -1 : this.#order(i, names.length, turn);
      return { provider: this.#providers[i], name, key, place, at: i };
    });
    return runners.sort((a, b) => a.place - b.place);
  }
}

/** The provider's name, or that of its class where its settings are wrong; its own call then fails with the reason. */
function nameOf(provider) {
  try {
    return String(provider.name);
  } catch {
    return provider.constructor.name;
  }
}

/** The provider's embedding model; nothing where its settings are wrong, as its own call says. */
function embeddingModelOf(provider) {
  try {
    return provider.embeddingModel;
  } catch {
    return undefined;
  }
}

const union = (lists) => [...new Set(lists.flat())];

function check(isRight, message) {
  if (!isRight) throw new ChatError('input', message);
}
