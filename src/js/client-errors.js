import { ChatError } from './error.js';

/** What OpenAI's API answers with for these codes. */
const STATUSES = { input: 400, refused: 400, auth: 401, payment_required: 402, blocked: 403, model_not_found: 404, rate_limited: 429 };

/**
 * The status that programs for `openai` test for. A WordPress site says that a limit is reached with 200 or 500; where it says so in a
 * status of its own for callers' faults, that stays.
 */
export const statusOf = ({ code, status }) => (status >= 400 && status < 500 ? status : STATUSES[code] ?? status);

/** The code of an error that a program makes itself, as its tests do. */
const codeOf = (status) => Object.keys(STATUSES).find((code) => STATUSES[code] === status) ?? (status ? 'service' : 'network');

/** The classes whose errors have one status. */
const BY_STATUS = {
  BadRequestError: (status) => status === 400,
  AuthenticationError: (status) => status === 401,
  PermissionDeniedError: (status) => status === 403,
  NotFoundError: (status) => status === 404,
  ConflictError: (status) => status === 409,
  UnprocessableEntityError: (status) => status === 422,
  RateLimitError: (status) => status === 429,
  InternalServerError: (status) => status >= 500,
};

/** Codes of errors that have no response, and so no status. */
const UNANSWERED = ['network', 'timeout'];

const ordinary = Function.prototype[Symbol.hasInstance];

/** Has `instanceof Class` ask `isOne`; classes that a program derives from it keep what they have. */
const answers = (Class, isOne) => Object.defineProperty(Class, Symbol.hasInstance, {
  value(given) {
    return this === Class ? ordinary.call(Class, given) || isOne(given) : ordinary.call(this, given);
  },
});

const isAbort = (given) => given?.name === 'AbortError' || (given?.name === 'TimeoutError' && given instanceof DOMException);

/** Whether an error is of a kind, or all errors of a `Fallback` are. */
const every = (isOne) => (given) => given instanceof ChatError && (given.errors?.length > 0 ? given.errors.every(every(isOne)) : isOne(given));

let classes;

/**
 * The error classes of `openai` by their names, made at the first use, since bundlers would keep for everybody what is made at import.
 * Every failure stays a `ChatError`: these classes look at its code and status, so `instanceof` holds for errors of a provider, of a
 * `Fallback` and of a stream alike.
 */
export const errorClasses = () => (classes ??= makeClasses());

function makeClasses() {
  /** What a helper says, and no service. */
  class OpenAIError extends ChatError {
    constructor(message, { code = 'input', ...details } = {}) {
      super(code, message, details);
    }
  }
  const ofHelper = (given) => ordinary.call(OpenAIError, given);
  const ofService = (given) => given instanceof ChatError && !ofHelper(given);
  class APIError extends ChatError {
    constructor(status, error, message, headers) {
      const { type, param, code: serviceCode } = error ?? {};
      super(codeOf(status), [status, error?.message ?? message].filter(Boolean).join(' '), {
        status, type, param, serviceCode, requestId: headers?.get?.('x-request-id') ?? undefined,
      });
      Object.assign(this, { headers, error });
    }
  }
  class APIConnectionError extends APIError {
    constructor({ message = 'Connection error.', cause } = {}) {
      super(undefined, undefined, message);
      if (cause) this.cause = cause;
    }
  }
  class APIConnectionTimeoutError extends APIConnectionError {
    constructor({ message = 'Request timed out.' } = {}) {
      super({ message });
      this.code = 'timeout';
    }
  }
  // No `ChatError`, since the caller wanted it.
  class APIUserAbortError extends Error {
    constructor({ message = 'Request was aborted.', cause } = {}) {
      super(message, cause === undefined ? undefined : { cause });
      this.name = 'AbortError';
    }
  }
  answers(OpenAIError, (given) => given instanceof ChatError || isAbort(given));
  answers(APIError, (given) => ofService(given) || isAbort(given));
  answers(APIConnectionError, every((given) => ofService(given) && UNANSWERED.includes(given.code) && given.status === undefined));
  answers(APIConnectionTimeoutError, every((given) => ofService(given) && given.code === 'timeout' && given.status === undefined));
  answers(APIUserAbortError, isAbort);
  const made = { OpenAIError, APIError, APIConnectionError, APIConnectionTimeoutError, APIUserAbortError };
  for (const [name, isStatus] of Object.entries(BY_STATUS)) {
    made[name] = answers(class extends APIError {}, every((given) => ofService(given) && isStatus(statusOf(given))));
  }
  for (const [name, Class] of Object.entries(made)) Object.defineProperty(Class, 'name', { value: name });
  return made;
}

/** A copy of the headers of a response, without cookies and without what is true of its body only; none where there was no response. */
export function headersOf(head) {
  if (!head?.headers) return undefined;
  const headers = new Headers(head.headers);
  for (const name of ['set-cookie', 'content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
  return headers;
}

/** Gives an error what those of `openai` have. `head`: of the last response, if there was one. */
export function asOfOpenAi(error, head) {
  if (!(error instanceof ChatError)) return error;
  error.status = statusOf(error);
  error.headers ??= headersOf(head);
  error.error ??= errorOf(error);
  return error;
}

/** The service's own object of the error, or one with what is known of it. */
function errorOf({ code: ours, body, status, message, type = null, param = null, serviceCode: code = ours }) {
  try {
    const { error } = JSON.parse(body);
    if (error) return error;
  } catch {
    // The body is no JSON, or only the beginning of it is known.
  }
  return status === undefined && type === null && code === ours ? undefined : { message, type, param, code };
}
