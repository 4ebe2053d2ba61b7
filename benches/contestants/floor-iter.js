// The floor of whatever hands out an item an event: the body is read, and strings that were ready before come through an
// asynchronous iterator.

import { post } from './post.js';

export const create = (site) => async (take) => {
  for await (const text of new Ready(await post(site), site.body)) take(text);
};

class Ready {
  #reader;
  #body;
  #bytes = 0;
  #at = 0;
  #end = 0;

  constructor(response, body) {
    this.#reader = response.body.getReader();
    this.#body = body;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next() {
    if (this.#at < this.#end) return Promise.resolve({ value: this.#body.texts[this.#at++], done: false });
    return this.#reader.read().then(this.#onRead);
  }

  #onRead = ({ value, done }) => {
    if (done) return { value: undefined, done: true };
    this.#bytes += value.length;
    const { ends } = this.#body;
    while (this.#end < ends.length && ends[this.#end] <= this.#bytes) this.#end++;
    return this.next();
  };
}
