import { Client as Base, ChatError } from '../common.js';

const { APIUserAbortError, OpenAIError } = Base;
const DONE = Object.freeze({ value: undefined, done: true });

/** An answer as events, with listeners: the helper that `chat.completions.stream`, `runTools` and `responses.stream` have in common. */
export class EventStream {
  controller = new AbortController();
  #listeners = new Map();
  #ended = false;
  #errored = false;
  #aborted = false;
  /** Whether somebody has a promise that rejects when the stream fails. */
  #isAwaited = false;
  #end = Promise.withResolvers?.() ?? withResolvers();
  #forget = [];

  constructor() {
    this.#end.promise.catch(() => {});
  }

  get ended() {
    return this.#ended;
  }

  get errored() {
    return this.#errored;
  }

  get aborted() {
    return this.#aborted;
  }

  abort() {
    this.controller.abort();
  }

  on(event, listener) {
    return this.#add(event, { listener });
  }

  once(event, listener) {
    return this.#add(event, { listener, once: true });
  }

  off(event, listener) {
    const listeners = this.#listeners.get(event) ?? [];
    const index = listeners.findIndex((each) => each.listener === listener);
    this.#listeners.set(event, listeners.filter((_, i) => i !== index));
    return this;
  }

  /** The first argument of the next event of this name; rejects where the stream fails before. */
  emitted(event) {
    this.#isAwaited = true;
    return new Promise((resolve, reject) => {
      if (event !== 'error') this.once('error', reject);
      if (event !== 'abort') this.once('abort', reject);
      this.once(event, resolve);
    });
  }

  /** An iterator of the arguments of each event of this name. */
  events(event) {
    return this._iterate([event], (_, args) => args);
  }

  async done() {
    this.#isAwaited = true;
    await this.#end.promise;
  }

  #add(event, entry) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), entry]);
    return this;
  }

  /** Begins one turn of the event loop later, when the caller has added its listeners. */
  _run(work) {
    setTimeout(async () => {
      try {
        await work();
        this._emitFinal();
      } catch (error) {
        return this.#fail(error);
      }
      this._emit('end');
    }, 0);
    return this;
  }

  _emitFinal() {}

  _connected() {
    this._emit('connect');
  }

  /** Stops with the signal of the caller. */
  _listenTo(signal) {
    if (!signal || this.#ended) return;
    if (signal.aborted) return this.abort();
    const stop = () => this.abort();
    signal.addEventListener('abort', stop, { once: true });
    this.#forget.push(() => signal.removeEventListener('abort', stop));
  }

  _emit(event, ...args) {
    if (this.#ended) return;
    if (event === 'end') {
      for (const forget of this.#forget.splice(0)) forget();
      this.#ended = true;
      this.#end.resolve();
    }
    const listeners = this.#listeners.get(event) ?? [];
    if (listeners.length > 0) {
      this.#listeners.set(event, listeners.filter(({ once }) => !once));
      for (const { listener } of listeners) listener(...args);
    }
    if (event !== 'abort' && event !== 'error') return;
    // As in `openai`: a failure that nobody could notice must not pass silently.
    if (!this.#isAwaited && listeners.length === 0) Promise.reject(args[0]);
    this.#end.reject(args[0]);
    this._emit('end');
  }

  #fail(given) {
    this.#errored = true;
    const error = given instanceof Error ? given : new OpenAIError(String(given));
    this.#aborted = error instanceof APIUserAbortError;
    if (this.#aborted) return this._emit('abort', error.constructor === APIUserAbortError ? error : new APIUserAbortError({ cause: error }));
    this._emit('error', error instanceof ChatError ? error : new OpenAIError(error.message, { cause: error }));
  }

  /** An iterator of what `pick(event, args)` gives for each of these events, `undefined` being left out. `leave`: called by `return`. */
  _iterate(names, pick, leave) {
    const items = [];
    /** Place of the first item that nobody has taken: taking it away would move all others. */
    let at = 0;
    const readers = [];
    let isOver = this.#ended;
    let failure;
    const settle = () => {
      while (readers.length > 0 && at < items.length) {
        readers.shift().resolve({ value: items[at], done: false });
        items[at++] = undefined;
      }
      if (at === items.length) items.length = at = 0;
      if (readers.length > 0 && failure) {
        readers.shift().reject(failure.error);
        failure = undefined;
      }
      if (isOver) for (const reader of readers.splice(0)) reader.resolve(DONE);
    };
    const listeners = names.map((name) => [name, (...args) => {
      const item = isOver ? undefined : pick(name, args);
      if (item !== undefined) items.push(item);
      settle();
    }]);
    const onFailure = (error) => {
      failure = { error };
      settle();
    };
    const onEnd = () => {
      isOver = true;
      settle();
      for (const [name, listener] of listeners) this.off(name, listener);
    };
    for (const name of ['error', 'abort']) if (!names.includes(name)) listeners.push([name, onFailure]);
    listeners.push(['end', onEnd]);
    if (!isOver) for (const [name, listener] of listeners) this.on(name, listener);
    const iterator = {
      next: () => new Promise((resolve, reject) => {
        readers.push({ resolve, reject });
        settle();
      }),
      return: async () => {
        items.length = at = 0;
        failure = undefined;
        // Whoever stops the stream by leaving knows that it was stopped: the listeners stay until the end, and hear it.
        if (leave && !isOver) {
          isOver = true;
          leave();
          settle();
        } else onEnd();
        return DONE;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}
