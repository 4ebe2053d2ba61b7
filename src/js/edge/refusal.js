/** Why a request is not served, and what its response has: status, a code in the style of OpenAI's, a message, more headers. */
export class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
