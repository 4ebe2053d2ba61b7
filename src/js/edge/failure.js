import { ChatError } from '../error.js';
import { Refusal } from './refusal.js';

/** What a client gets for the code of a `ChatError`: status, OpenAI's type, and whether the error's own message may be shown. */
const ANSWERS = {
  input: [400, 'invalid_request_error', true],
  model_not_found: [404, 'invalid_request_error', true],
  refused: [400, 'invalid_request_error', true],
  rate_limited: [429, 'rate_limit_error', true],
  payment_required: [402, 'insufficient_quota', false],
  service: [502, 'server_error', true],
  timeout: [504, 'server_error', true],
  truncated: [502, 'server_error', true],
  // 502 and not 401: the service refused the provider's key, not the client's.
  auth: [502, 'server_error', false],
  nonce: [502, 'server_error', false],
  blocked: [502, 'server_error', false],
  network: [502, 'server_error', false],
  protocol: [502, 'server_error', false],
  too_large: [502, 'server_error', true],
  all_failed: [502, 'server_error', false],
};

/** What a client reads in place of a message that may not be shown. */
const MESSAGES = {
  payment_required: 'the service behind this model wants to be paid',
  auth: 'the service behind this model refused its key',
  nonce: 'the site behind this model gave no session',
  blocked: 'the site behind this model refused access',
  network: 'the service behind this model could not be reached',
  protocol: 'the service behind this model gave an answer that cannot be read',
  all_failed: 'none of the services behind this model answered',
};

/**
 * The code that the status of a service means where the error is a plain `service`. A request that the service cannot take is the
 * client's fault, so trying it again is of no use.
 */
const BY_STATUS = { 400: 'refused', 401: 'auth', 403: 'auth', 413: 'refused', 422: 'refused', 429: 'rate_limited' };

/** What looks like an API key. Services repeat the key that they refuse in their message. */
const KEY_LIKE = /\b(sk|pk|rk|gsk|xai|key|AIza)[-_]?[\w-]{8,}/gi;

/** Status, and OpenAI's `{ message, type, param, code }`. It holds nothing that is not known to be harmless. */
export function toClientError(error) {
  const result = (status, type, code, message) => ({ status, body: { message, type, param: null, code } });
  if (error instanceof Refusal) {
    return result(error.status, error.status === 401 ? 'authentication_error' : 'invalid_request_error', error.code, error.message);
  }
  if (!(error instanceof ChatError)) return result(500, 'server_error', null, 'the server failed');
  // Messages of services with these statuses are about the provider's request and key, not about the client's.
  const code = (error.code === 'service' && BY_STATUS[error.status]) || error.code;
  const [status, type, isPlain] = ANSWERS[code] ?? [500, 'server_error', false];
  // 503 where the same request may succeed later, since clients try that again.
  const finalStatus = status === 502 && error.retryable ? 503 : status;
  return result(finalStatus, type, code, isPlain ? error.message.replace(KEY_LIKE, '[redacted]') : MESSAGES[code] ?? 'the server failed');
}

/** The response for an error before the first content. */
export function failure(error) {
  const { status, body } = toClientError(error);
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  // Reads only errors of this package: what a function of the application throws may hold anything, or be `undefined`.
  if (error instanceof Refusal) for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  const isChatError = error instanceof ChatError;
  headers.set('x-should-retry', String(isChatError && error.retryable));
  if (isChatError && error.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    headers.set('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
  }
  return new Response(JSON.stringify({ error: body }), { status, headers });
}

/** The event for an error in the middle of a stream, in the form of its API. `sequence`: number of the event in Responses. */
export function errorFrame(error, responses, sequence) {
  const { body } = toClientError(error);
  if (!responses) return `data: ${JSON.stringify({ error: body })}\n\n`;
  const { code, message, param } = body;
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param, sequence_number: sequence })}\n\n`;
}
