// One conversation: what was said, and the call under way. Knows rivulet's interface and no page.

/**
 * @typedef {object} Outcome
 * @property {string} text what arrived, also before an error
 * @property {unknown} [error]
 * @property {boolean} stopped by the visitor
 */

export class Chat {
  /** @type {{ role: 'user' | 'assistant', content: string }[]} */
  messages = [];
  /** The service's own thread; plain JSON of the last reply. */
  conversation = null;
  #controller = null;
  /** Changes with every move: a reply that is under way then brings no thread from the old place. */
  #place = 0;

  get isRunning() {
    return this.#controller !== null;
  }

  stop() {
    this.#controller?.abort();
  }

  /** The service does not know the new place, so its thread ends; what was said goes along as messages. */
  moved() {
    this.#place += 1;
    this.conversation = null;
  }

  clear() {
    this.stop();
    this.messages = [];
    this.conversation = null;
  }

  /**
   * Never rejects: how it ended is in the outcome.
   *
   * @param {string} said
   * @param {() => { createAsyncGenerator(options: any): any }} makeProvider may throw, as constructors do
   * @param {Record<string, unknown>} options
   * @param {(event: any) => void} onEvent
   * @returns {Promise<Outcome>}
   */
  async send(said, makeProvider, options, onEvent) {
    const controller = this.#controller = new AbortController();
    const { signal } = controller;
    const before = this.messages;
    const place = this.#place;
    const messages = [...before, { role: 'user', content: said }];
    let text = '';
    let reply;
    let outcome;
    try {
      const { conversation } = this;
      reply = makeProvider().createAsyncGenerator({ ...options, messages, signal, ...(conversation && { conversation }) });
      for await (const event of reply.events) {
        if (event.type === 'text') text += event.text;
        if (event.type === 'replace') text = event.text;
        onEvent(event);
      }
      outcome = { text, stopped: false };
    } catch (error) {
      outcome = { text, error, stopped: signal.aborted };
    }
    this.#controller = null;
    // A conversation that was cleared meanwhile stays clear, and a turn without an answer is not worth remembering.
    if (this.messages === before && text !== '') {
      this.messages = [...messages, { role: 'assistant', content: text }];
      if (this.#place === place) this.conversation = reply.conversation ?? this.conversation;
    }
    return outcome;
  }
}
