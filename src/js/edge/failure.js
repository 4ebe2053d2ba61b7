import { edge } from '#parts';
import { ofPart } from '../core.js';
import { ChatError } from '../error.js';
import { callCoreOnce } from '../provider.js';
import { APIS } from './apis.js';
import { paid } from './facts.js';
import { Refusal } from './refusal.js';

/**
 * What a client gets for the code of a `ChatError`: status, OpenAI's type and code, and whether the error's own message may be shown.
 * Where OpenAI has no word for it, the code is that of the `ChatError`.
 */
const ANSWERS = {
  input: [400, 'invalid_request_error', 'invalid_value', true],
  model_not_found: [404, 'invalid_request_error', 'model_not_found', true],
  refused: [400, 'invalid_request_error', 'invalid_prompt', true],
  rate_limited: [429, 'rate_limit_error', 'rate_limit_exceeded', true],
  payment_required: [429, 'insufficient_quota', 'insufficient_quota', false],
  service: [502, 'server_error', 'server_error', true],
  timeout: [504, 'server_error', 'timeout', true],
  truncated: [502, 'server_error', 'truncated', true],
  // 502 and not 401: the service refused the provider's key, not the client's.
  auth: [502, 'server_error', 'auth', false],
  nonce: [502, 'server_error', 'nonce', false],
  blocked: [502, 'server_error', 'blocked', false],
  network: [502, 'server_error', 'network', false],
  protocol: [502, 'server_error', 'protocol', false],
  too_large: [502, 'server_error', 'too_large', true],
  all_failed: [502, 'server_error', 'all_failed', false],
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

/** Codes of errors after which the service wants to be paid all the same: asking again would cost the same once more. */
const PAID = ['timeout', 'truncated', 'too_large'];

/** What looks like an API key. Services repeat the key that they refuse in their message. */
const KEY_LIKE = /\b(sk|pk|rk|gsk|xai|key|AIza)[-_]?[\w-]{8,}/gi;

/** Codes of OpenAI's that go on as they are, whichever service says them: clients know them. */
const KEPT = [
  'invalid_prompt', 'content_filter', 'content_policy_violation', 'invalid_value', 'invalid_type', 'unsupported_value', 'unsupported_parameter',
  'missing_required_parameter', 'unknown_parameter', 'string_above_max_length', 'invalid_image_url', 'image_parse_error', 'server_is_overloaded', 'slow_down',
];

/** Codes of services for what their filters do not let through, and the one that OpenAI has for it. */
const FILTERED = /filter|polic|safety|block|moderat|refusal/i;

/** Status, and OpenAI's `{ message, type, param, code }`. It holds nothing that is not known to be harmless. */
export function toClientError(error) {
  const result = (status, type, code, message, param = null) => ({ status, body: { message, type, param, code } });
  if (error instanceof Refusal) {
    return result(error.status, error.status === 401 ? 'authentication_error' : 'invalid_request_error', error.code, error.message);
  }
  if (!(error instanceof ChatError)) return result(500, 'server_error', null, 'the server failed');
  // Messages of services with these statuses are about the provider's request and key, not about the client's.
  const isPrompt = error.code === 'service' && error.serviceCode === 'invalid_prompt';
  const code = (error.code === 'service' && BY_STATUS[error.status]) || (isPrompt ? 'refused' : error.code);
  const [status, type, word, isPlain] = ANSWERS[code] ?? [500, 'server_error', code, false];
  const isKept = ['refused', 'service'].includes(code) && KEPT.includes(error.serviceCode);
  // What another service says of a field is about the provider's request, whose fields may have other names.
  const param = code === 'input' || isKept ? error.param ?? null : null;
  const message = isPlain ? plainWords(error.message) : MESSAGES[code] ?? 'the server failed';
  const names = `${error.serviceCode ?? ''} ${error.type ?? ''}`;
  if (isContextLength(error, code, names)) {
    const known = "This model's maximum context length is";
    return result(400, type, 'context_length_exceeded', message.includes(known) ? message : `${known} exceeded: ${message}`, 'messages');
  }
  if (code === 'too_large' && error.status === 413) return result(413, 'invalid_request_error', 'request_too_large', message);
  if (code === 'refused' && !isKept && FILTERED.test(`${names} ${message}`)) return result(status, type, 'content_filter', message);
  // 503 where the same request may succeed later, since clients try that again.
  return result(status === 502 && error.retryable ? 503 : status, type, isKept ? error.serviceCode : word, message, param);
}

/** The words of an error without keys, and without the address that a service redirects to, which may be an internal one. */
function plainWords(words) {
  return / redirects to /.test(words) ? 'the service behind this model has moved' : words.replace(KEY_LIKE, '[redacted]');
}

function isContextLength(error, code, names) {
  return code === 'refused' && callCoreOnce(() => ofPart(edge, 'isContextLength', names, error.message)) !== undefined;
}

/** The types of Anthropic's errors by their status. */
const ANTHROPIC_TYPES = {
  401: 'authentication_error', 402: 'billing_error', 403: 'permission_error', 404: 'not_found_error', 413: 'request_too_large',
  429: 'rate_limit_error', 504: 'timeout_error', 529: 'overloaded_error',
};

/** Status, and the body of an error of Anthropic's. */
function toAnthropicError(error, requestId) {
  const { status: usual, body: { message, code } } = toClientError(error);
  const isOverloaded = [503, 529].includes(error?.status) || /overload/i.test(`${error?.serviceCode} ${error?.type}`);
  const of5xx = { 502: 500, 503: isOverloaded ? 529 : 500 };
  const status = of5xx[usual] ?? (code === 'insufficient_quota' ? 402 : usual);
  const type = ANTHROPIC_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  const inner = { type, message: code === 'context_length_exceeded' ? tooLong(message) : message };
  // The words by which Anthropic's packages learn to send all messages instead of a part of them.
  if (error?.serviceCode === 'thread_unsupported_request') inner.details = { error_code: error.serviceCode, unsupported: ['thread'] };
  return { status, body: { type: 'error', error: inner, request_id: requestId } };
}

/** Where services say how many tokens there are (`n`, and `more` beside them) and how many there may be (`most`). */
const COUNTS = [
  /(?<n>\d+) tokens? > (?<most>\d+)/,
  /must be <= (?<most>\d+)\D+(?<n>\d+)\D+(?<more>\d+)/,
  /token count \(?(?<n>\d+)\)?\D+exceeds\D+(?<most>\d+)/,
  /(?:context|prompt|input)[\w ]{0,20} (?:length|window|size|limit)[^\d]{0,40}(?<most>\d+)\D+(?<n>\d+)/,
];

/** That the messages are too long, in the words that clients of Anthropic's know. Its numbers are the service's. */
function tooLong(message) {
  // Anthropic's own words for a limit of tokens that leaves no room, which Claude Code knows.
  if (/exceed context limit: \d+ \+ \d+ > \d+/.test(message)) return message.replace(/^This model's maximum context length is exceeded: /, '');
  const plain = message.replace(/(?<=\d),(?=\d{3})/g, '');
  const { n, more = 0, most } = COUNTS.map((counts) => counts.exec(plain)?.groups).find((groups) => groups) ?? {};
  const tokens = Number(n) + Number(more);
  return tokens > Number(most) ? `prompt is too long: ${tokens} tokens > ${most} maximum` : `prompt is too long: ${message}`;
}

/** The response for an error before the first content. `api`: the API whose form it has. */
export function failure(error, api, requestId) {
  const { status, body } = APIS[api].isAnthropic ? toAnthropicError(error, requestId) : withMember(toClientError(error));
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  // Reads only errors of this package: what a function of the application throws may hold anything, or be `undefined`.
  if (error instanceof Refusal) for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  const isChatError = error instanceof ChatError;
  headers.set('x-should-retry', String(isChatError && error.retryable && !PAID.includes(error.code) && !error[paid]));
  if (isChatError && error.retryAfterMs !== undefined) {
    headers.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    headers.set('retry-after-ms', String(Math.ceil(error.retryAfterMs)));
  }
  return new Response(JSON.stringify(body), { status, headers });
}

const withMember = ({ status, body }) => ({ status, body: { error: body } });

/** Codes that the error of a response can have; every other failure is one of the server. (OpenAI's reference, "The response object".) */
const RESPONSE_CODES = ['server_error', 'server_is_overloaded', 'slow_down', 'rate_limit_exceeded', 'insufficient_quota', 'invalid_prompt', 'context_length_exceeded', 'content_filter', 'model_not_found'];

/**
 * The events for an error in the middle of a stream, as the service of each API sends them. `spec`: of the answer. `responseMeta`: see
 * `EventBuffer`; its `partial` is what the client has of the answer so far.
 */
export function errorFrames(error, spec, responseMeta, requestId) {
  if (spec.api === 'messages') return frame('error', toAnthropicError(error, requestId).body);
  const { body } = toClientError(error);
  if (spec.api !== 'responses') return `data: ${JSON.stringify({ error: body })}\n\n`;
  let { sequence } = responseMeta;
  const numbered = (type, members) => frame(type, { type, ...members, sequence_number: sequence++ });
  const response = JSON.parse(responseMeta.partial ?? callCoreOnce(() => ofPart(edge, 'emptyAnswer', JSON.stringify(spec))));
  const code = RESPONSE_CODES.includes(body.code) ? body.code : 'server_error';
  const failed = { ...response, status: 'failed', error: { code, message: body.message } };
  // A client wants to hear of the response before its end.
  const begun = sequence > 0 ? '' : numbered('response.created', { response: { ...response, status: 'in_progress', output: [] } });
  return begun + numbered('error', { error: { ...body, code } }) + numbered('response.failed', { response: failed });
}

const frame = (name, data) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
