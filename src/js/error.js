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
    this.body = details.body;
    this.errors = details.errors;
  }

  // A getter, not an assignment to the prototype: bundlers may drop an unused class only if it has no side effect.
  get name() {
    return 'ChatError';
  }
}

/** Makes an error for the core (src/web/sys.rs), which cannot call a constructor with named details. */
export function chatError(code, message, provider, retryable, status, retryAfterMs, body, cause) {
  return new ChatError(code, message, { provider, retryable, status, retryAfterMs, body, cause });
}
