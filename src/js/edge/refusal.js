/** A request that is not served, and what its answer says: status, a code of OpenAI's kind, words, more headers. */
export class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
