import { ChatError } from './error.js';
import { FAILED, OVER, hasContent } from './reply.js';
import { tell } from './web.js';

const ignore = () => {};

/**
 * The driver of a fallback's reply and the reader of its body in one, with the interface that `Reply` otherwise gets from the core and
 * from `fetch`. The providers are asked one after the other until one has content; from then on its reply is passed on.
 */
export class Race {
  #config;
  #buffer;
  #waiting;
  /** Runners that are left out for a while: one of them is asked where nobody else is left. */
  #leftOut = [];
  #running = new Set();
  #winner;
  #timer;
  #decide;
  #failure;
  #isOver = false;
  /** What `read` gives as a chunk: everything that was read is in the buffer already, so nothing is left for the reply to feed. */
  #noBytes = new Uint8Array();

  /**
   * `config`: `{ runners, ask(runner, responseMeta) -> Reply, parts, hedgeAfter, onAttempt, attempts, cooldown }`. A runner is a provider
   * that takes part, `{ provider, name, key, at }`; `parts` are the conversations so far, by key; `cooldown` knows a provider by `at`.
   */
  constructor(config, buffer) {
    this.#config = config;
    this.#buffer = buffer;
    this.#waiting = config.runners;
  }

  /** Name of the provider that answers; `undefined` until one does. */
  get winner() {
    return this.#winner?.reply.provider;
  }

  async open() {
    return this;
  }

  async read() {
    if (this.#winner !== undefined) return { value: this.#noBytes, done: await this.#follow(this.#winner) };
    await new Promise((resolve, reject) => {
      this.#decide = { resolve, reject };
      this.#startNext();
    });
    return { value: this.#noBytes, done: this.#winner === undefined };
  }

  end() {
    return OVER;
  }

  broken(error) {
    this.#failure = error;
    return FAILED;
  }

  failure() {
    return this.#failure;
  }

  /** The reply is over: all providers that are still asked are stopped. */
  free() {
    this.#isOver = true;
    this.#closeEntries();
    for (const runner of this.#running) this.#end(runner, 'stopped');
    this.#decide?.resolve();
  }

  /** Text and counts are those of the reply that answers (`EventBuffer.inner`). */
  flush() {}

  settle() {
    return this.#winner?.responseMeta.partial;
  }

  cancel() {}

  releaseLock() {}

  /** No further provider is asked. */
  #closeEntries() {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#leftOut = [];
  }

  /** Asks the next provider, and with `hedgeAfter` one more after that time. */
  #startNext() {
    clearTimeout(this.#timer);
    const runner = this.#next();
    if (runner === undefined || this.#isOver) return;
    const { hedgeAfter, attempts, cooldown } = this.#config;
    // Timers cannot wait longer than 2^31 ms: such a time counts as none.
    if (hedgeAfter < 2 ** 31) this.#timer = setTimeout(() => this.#startNext(), hedgeAfter);
    runner.attempt = { provider: runner.name, state: 'asked', startedAt: Date.now(), ms: undefined, error: undefined };
    attempts.push(runner.attempt);
    runner.outcome = cooldown?.ask(runner.at);
    this.#running.add(runner);
    this.#run(runner);
  }

  /** The next runner that is not left out; where nobody else is left, the one that would be left out for the shortest time. */
  #next() {
    const { attempts, cooldown } = this.#config;
    for (let runner; (runner = this.#waiting.shift()) !== undefined;) {
      if (!cooldown?.leavesOut(runner.at)) return runner;
      this.#leftOut.push(runner);
      const attempt = skipped(runner.name);
      attempts.push(attempt);
      this.#notify(attempt);
    }
    return this.#running.size === 0 ? soonest(this.#leftOut.splice(0), cooldown) : undefined;
  }

  /** Reads the runner's reply until it has content, fails, or is stopped. */
  async #run(runner) {
    const responseMeta = { warnings: [], sequence: 0, hasContent: false, head: undefined };
    const held = [];
    try {
      runner.reply = this.#config.ask(runner, responseMeta);
      runner.events = runner.reply.events;
      runner.responseMeta = responseMeta;
      this.#notify(runner.attempt);
      for (;;) {
        const { value, done } = await runner.events.next();
        if (!this.#running.has(runner)) return;
        if (done) throw new ChatError('service', 'the reply is empty', { provider: runner.name, retryable: true });
        held.push(value);
        if (value instanceof Uint8Array ? responseMeta.hasContent : runner.reply[hasContent]) break;
      }
    } catch (error) {
      return this.#lose(runner, error);
    }
    this.#win(runner, held);
  }

  #lose(runner, error) {
    if (!this.#running.has(runner)) return;
    this.#end(runner, 'failed', error);
    this.#startNext();
    // `onAttempt`, which was just called, may have ended the whole reply.
    if (this.#running.size === 0 && !this.#isOver) this.#decide.reject(allFailed(this.#config.attempts));
  }

  #win(runner, held) {
    this.#closeEntries();
    runner.outcome?.began();
    for (const other of this.#running) if (other !== runner) this.#end(other, 'stopped');
    if (this.#isOver) return;
    this.#winner = runner;
    this.#buffer.inner = runner.reply;
    this.#buffer.head = runner.responseMeta.head;
    this.#buffer.conversation = this.#conversation(runner);
    for (const item of held) this.#deliver(runner, item);
    this.#decide.resolve();
  }

  /** Delivers the next item of the reply that won. Resolves to `true` when there is none left. */
  async #follow(runner) {
    try {
      const { value, done } = await runner.events.next();
      if (done) this.#end(runner, 'answered');
      else this.#deliver(runner, value);
      return done;
    } catch (error) {
      this.#end(runner, 'failed', error);
      throw error;
    }
  }

  #deliver(runner, item) {
    if (item instanceof Uint8Array) this.#buffer.bytes(item, runner.responseMeta.sequence, true);
    else if (item.type === 'text') this.#buffer.piece(item.text);
    else if (item.type === 'conversation') this.#buffer.event({ ...item, conversation: this.#conversation(runner, item.conversation) }, true);
    else this.#buffer.event(item, true);
  }

  /** `conversation` of the fallback's reply: those of all providers, and which provider answered last. */
  #conversation({ key }, own) {
    return { last: key, parts: { ...this.#config.parts, ...(own && { [key]: own }) } };
  }

  /** Ends a runner, and its request upstream. */
  #end(runner, state, error) {
    if (!this.#running.delete(runner)) return;
    const { attempt, events, outcome } = runner;
    Object.assign(attempt, { state, error, ms: Date.now() - attempt.startedAt });
    outcome?.ended(state, error);
    events?.return().catch(ignore);
    this.#notify(attempt);
  }

  #notify(attempt) {
    tell(this.#config.onAttempt, attempt);
  }
}

/** The attempt of a provider that is left out. */
export const skipped = (provider) => ({ provider, state: 'skipped', startedAt: Date.now(), ms: 0, error: undefined });

/** Of runners that are left out, the one whose time ends first; `undefined`: there are none. */
export const soonest = (runners, cooldown) =>
  runners.reduce((first, runner) => (first && cooldown.endOf(first.at) <= cooldown.endOf(runner.at) ? first : runner), undefined);

/** The error of all `attempts`. What every provider refuses as `input` is the caller's fault, and no failure of theirs. */
export function allFailed(attempts) {
  const failed = attempts.filter(({ state }) => state !== 'skipped');
  const failures = failed.map(({ provider, error }) => `${provider}: ${error?.code}`);
  const errors = failed.map(({ error }) => error);
  const [first] = errors;
  if (errors.every((error) => error?.code === 'input')) return new ChatError('input', first.message, { errors });
  return new ChatError('all_failed', `no provider answered (${failures.join(', ')})`, { errors, retryable: errors.some((error) => error?.retryable) });
}
