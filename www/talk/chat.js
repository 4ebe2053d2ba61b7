// One conversation: its messages, and the call under way. It uses rivulet's interface and knows nothing of the page.

import { taskSlicer } from '../page/tasks.js';

/**
 * @typedef {object} Outcome
 * @property {string} text what arrived, an error or not
 * @property {unknown} [error]
 * @property {boolean} stopped by the visitor
 */

export class Chat {
  /** @type {{ role: 'user' | 'assistant', content: string }[]} */
  messages = [];
  /** `conversation` of the last reply, by which the service goes on. */
  conversation = null;
  #controller = null;
  /** Counts services: a reply of an earlier one must not bring its `conversation` to the next. */
  #service = 0;

  get isRunning() {
    return this.#controller !== null;
  }

  stop() {
    this.#controller?.abort();
  }

  /** Another service is asked from now on. It gets the messages, and knows nothing of the `conversation` so far. */
  changeService() {
    this.#service += 1;
    this.conversation = null;
  }

  clear() {
    this.stop();
    this.messages = [];
    this.conversation = null;
  }

  /**
   * Sends a message and reads the reply. It never rejects: the outcome says how the reply ended.
   *
   * @param {string} prompt
   * @param {() => { createAsyncGenerator(options: any): any }} makeProvider may throw, as constructors do
   * @param {Record<string, unknown>} options
   * @param {(event: any) => Promise<void> | undefined} onEvent a promise is waited for before the next event is read
   * @returns {Promise<Outcome>}
   */
  async send(prompt, makeProvider, options, onEvent) {
    const controller = this.#controller = new AbortController();
    const { signal } = controller;
    const before = this.messages;
    const service = this.#service;
    const messages = [...before, { role: 'user', content: prompt }];
    let text = '';
    let reply;
    let outcome;
    try {
      const { conversation } = this;
      reply = makeProvider().createAsyncGenerator({ ...options, messages, signal, ...(conversation && { conversation }) });
      const whenLong = taskSlicer();
      for await (const event of reply.events) {
        // Pieces that came together are read without a task in between, however many they are.
        const pause = whenLong();
        if (pause) await pause;
        signal.throwIfAborted();
        if (event.type === 'text') text += event.text;
        if (event.type === 'replace') text = event.text;
        const room = onEvent(event);
        if (room) await room;
      }
      outcome = { text, stopped: false };
    } catch (error) {
      outcome = { text, error, stopped: signal.aborted };
    }
    this.#controller = null;
    // Keeps the turn, unless the conversation was cleared meanwhile, or there is no answer.
    if (this.messages === before && text !== '') {
      this.messages = [...messages, { role: 'assistant', content: text }];
      if (this.#service === service) this.conversation = reply.conversation ?? this.conversation;
    }
    return outcome;
  }
}
