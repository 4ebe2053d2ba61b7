import { ChatError } from './error.js';
import { FAILED, OVER, hasContent } from './reply.js';

const ignore = () => {};

/**
 * The driver of a fallback's reply, and the reader of its body, as `Reply` has them from the core otherwise: here they
 * are the replies of others. They are asked one after the other until one says something. From there on it is the reply.
 */
export class Race {
  #config;
  #buffer;
  #waiting;
  #running = new Set();
  #winner;
  #timer;
  #decide;
  #failure;
  #isOver = false;
  /** What is read goes into the buffer; for the reply no bytes are left. */
  #noBytes = new Uint8Array();

  /**
   * `config`: `{ runners, ask(runner, responseMeta) -> Reply, parts, hedgeAfter, onAttempt, attempts }`, a runner being
   * `{ provider, name, key }` and `parts` the conversations so far by key.
   */
  constructor(config, buffer) {
    this.#config = config;
    this.#buffer = buffer;
    this.#waiting = config.runners;
  }

  /** Name of the provider that answers. */
  get answers() {
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

  /** The reply is over, however it ended. */
  free() {
    this.#isOver = true;
    this.#closeEntries();
    for (const runner of this.#running) this.#end(runner, 'stopped');
    this.#decide?.resolve();
  }

  cancel() {}

  releaseLock() {}

  #closeEntries() {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #startNext() {
    clearTimeout(this.#timer);
    const runner = this.#waiting.shift();
    if (runner === undefined) return;
    const { hedgeAfter, attempts } = this.#config;
    // A longer time than timers know is none.
    if (hedgeAfter < 2 ** 31) this.#timer = setTimeout(() => this.#startNext(), hedgeAfter);
    runner.attempt = { provider: runner.name, state: 'asked', startedAt: Date.now(), ms: undefined, error: undefined };
    attempts.push(runner.attempt);
    this.#running.add(runner);
    this.#run(runner);
  }

  /** Until it says something, or is stopped. */
  async #run(runner) {
    const responseMeta = { warnings: [], sequence: 0, hasContent: false };
    const held = [];
    try {
      runner.reply = this.#config.ask(runner, responseMeta);
      runner.events = runner.reply.events;
      runner.responseMeta = responseMeta;
      this.#tell(runner.attempt);
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
    // Who heard of the failure may have stopped it all.
    if (this.#running.size === 0 && !this.#isOver) this.#decide.reject(allFailed(this.#config.attempts));
  }

  #win(runner, held) {
    this.#closeEntries();
    for (const other of this.#running) if (other !== runner) this.#end(other, 'stopped');
    if (this.#isOver) return;
    this.#winner = runner;
    this.#buffer.conversation = this.#conversation(runner);
    for (const item of held) this.#hand(runner, item);
    this.#decide.resolve();
  }

  /** Hands on one item more. Whether there was none. */
  async #follow(runner) {
    try {
      const { value, done } = await runner.events.next();
      if (done) this.#end(runner, 'answered');
      else this.#hand(runner, value);
      return done;
    } catch (error) {
      this.#end(runner, 'failed', error);
      throw error;
    }
  }

  #hand(runner, item) {
    if (item instanceof Uint8Array) this.#buffer.bytes(item, runner.responseMeta.sequence, true);
    else if (item.type === 'text') this.#buffer.piece(item.text);
    else if (item.type === 'conversation') this.#buffer.event({ ...item, conversation: this.#conversation(runner, item.conversation) }, true);
    else this.#buffer.event(item, true);
  }

  #conversation({ key }, own) {
    return { last: key, parts: { ...this.#config.parts, ...(own && { [key]: own }) } };
  }

  /** Stops it upstream, too. */
  #end(runner, state, error) {
    if (!this.#running.delete(runner)) return;
    const { attempt, events } = runner;
    Object.assign(attempt, { state, error, ms: Date.now() - attempt.startedAt });
    events?.return().catch(ignore);
    this.#tell(attempt);
  }

  /** Who listens does not decide about the reply. */
  #tell(attempt) {
    const { onAttempt } = this.#config;
    if (onAttempt) new Promise((resolve) => resolve(onAttempt(attempt))).catch(ignore);
  }
}

function allFailed(attempts) {
  const words = attempts.map(({ provider, error }) => `${provider}: ${error?.code}`);
  const errors = attempts.map(({ error }) => error);
  return new ChatError('all_failed', `no provider answered (${words.join(', ')})`, { errors, retryable: errors.some((error) => error?.retryable) });
}
