import { ChatError } from '../error.js';
import { Refusal } from './refusal.js';

/** What a `ChatError` is to a client of ours: status, type, and whether its own words may be told. */
const MEANING = {
  input: [400, 'invalid_request_error', true],
  model_not_found: [404, 'invalid_request_error', true],
  refused: [400, 'invalid_request_error', true],
  rate_limited: [429, 'rate_limit_error', true],
  payment_required: [402, 'insufficient_quota', false],
  service: [502, 'server_error', true],
  timeout: [504, 'server_error', true],
  truncated: [502, 'server_error', true],
  // Not the client's key, so not the client's 401.
  auth: [502, 'server_error', false],
  nonce: [502, 'server_error', false],
  blocked: [502, 'server_error', false],
  network: [502, 'server_error', false],
  protocol: [502, 'server_error', false],
  too_large: [502, 'server_error', true],
  all_failed: [502, 'server_error', false],
};

const WORDS = {
  payment_required: 'the service behind this model wants to be paid',
  auth: 'the service behind this model refused its key',
  nonce: 'the site behind this model gave no session',
  blocked: 'the site behind this model refused access',
  network: 'the service behind this model could not be reached',
  protocol: 'the service behind this model gave an answer that cannot be read',
  all_failed: 'none of the services behind this model answered',
};

/** What a service means that says no more than this. A request that it cannot take is the client's: nobody need try it again. */
const BY_STATUS = { 400: 'refused', 401: 'auth', 403: 'auth', 413: 'refused', 422: 'refused', 429: 'rate_limited' };

/** Services echo the key that they refuse. */
const KEY_LIKE = /\b(sk|pk|rk|gsk|xai|key|AIza)[-_]?[\w-]{8,}/gi;

/** Status, and `{ message, type, param, code }`. Nothing of what is not known to be harmless. */
export function explain(error) {
  const told = (status, type, code, message) => ({ status, body: { message, type, param: null, code } });
  if (error instanceof Refusal) {
    return told(error.status, error.status === 401 ? 'authentication_error' : 'invalid_request_error', error.code, error.message);
  }
  if (!(error instanceof ChatError)) return told(500, 'server_error', null, 'the server failed');
  // Sites answer their own words with these, and the words are about us.
  const code = (error.code === 'service' && BY_STATUS[error.status]) || error.code;
  const [status, type, isPlain] = MEANING[code] ?? [500, 'server_error', false];
  // What may heal is 503, which clients try again.
  const healing = status === 502 && error.retryable ? 503 : status;
  return told(healing, type, code, isPlain ? error.message.replace(KEY_LIKE, '[redacted]') : WORDS[code] ?? 'the server failed');
}

export function failure(error) {
  const { status, body } = explain(error);
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  // Of our own errors alone: what a caller's function throws may hold anything, or be nothing.
  if (error instanceof Refusal) for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  const isOurs = error instanceof ChatError;
  headers.set('x-should-retry', String(isOurs && error.retryable));
  if (isOurs && error.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    headers.set('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
  }
  return new Response(JSON.stringify({ error: body }), { status, headers });
}

/** In the middle of a stream, in the form of its API. */
export function errorFrame(error, responses, sequence) {
  const { body } = explain(error);
  if (!responses) return `data: ${JSON.stringify({ error: body })}\n\n`;
  const { code, message, param } = body;
  return `event: error\ndata: ${JSON.stringify({ type: 'error', code, message, param, sequence_number: sequence })}\n\n`;
}
