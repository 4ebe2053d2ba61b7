/** Every failure that is not the caller's own abort. It holds no key, cookie or nonce. */
export class ChatError extends Error {
  static name = 'ChatError';

  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.provider = details.provider;
    this.type = details.type;
    this.param = details.param;
    this.serviceCode = details.serviceCode;
    this.requestId = details.requestId;
    this.body = details.body;
    this.errors = details.errors;
    this.text = details.text;
  }

  // A getter, not an assignment to the prototype: bundlers may drop an unused class only if it has no side effect.
  get name() {
    return 'ChatError';
  }

  /** The name that the errors of `openai` have for it. */
  get requestID() {
    return this.requestId;
  }
}

/** What a service calls an error, for `chatError`: both together would be more arguments than can be told apart. */
export const serviceNames = (type, param, serviceCode, requestId) => ({ type, param, serviceCode, requestId });

/** Makes an error for the core (src/web/sys.rs), which cannot call a constructor with named details. `names`: of `serviceNames`. */
export function chatError(code, message, provider, retryable, status, retryAfterMs, body, cause, names) {
  return new ChatError(code, message, { provider, retryable, status, retryAfterMs, body, cause, ...names });
}
