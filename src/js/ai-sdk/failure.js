// Errors as the AI SDK knows them. It looks for symbols and not for classes, so a `ChatError` becomes one of its errors by a few more members.

import { ChatError } from '../error.js';
import { errorMessageOf } from '../web.js';

const mark = (name) => Symbol.for(name);

const known = (kind) => ({ [mark('vercel.ai.error')]: true, [mark(`vercel.ai.error.${kind}`)]: true });

/**
 * The error as one that the AI SDK takes for its `APICallError`, so that it retries what may heal. `call`: `{ url, values }`, what was asked.
 * Errors that are no `ChatError` stay as they are.
 */
export function apiError(error, { url, values }) {
  if (error?.name !== 'ChatError') return error;
  const { status, body, retryable, retryAfterMs, requestId, type, param, serviceCode, message } = error;
  const headers = {};
  if (retryAfterMs !== undefined) headers['retry-after-ms'] = String(retryAfterMs);
  if (requestId !== undefined) headers['x-request-id'] = requestId;
  return Object.assign(error, known('AI_APICallError'), {
    url,
    requestBodyValues: values,
    statusCode: status,
    responseHeaders: Object.keys(headers).length > 0 ? headers : undefined,
    responseBody: body,
    isRetryable: retryable,
    data: { error: { message, type, param, code: serviceCode } },
  });
}

/** What `read` makes of what a caller gave. What it fails at, such as `null` in the place of a part, a `BigInt`, or a nesting too deep, is the caller's. */
export function reading(what, read) {
  try {
    return read();
  } catch (error) {
    throw error?.name === 'ChatError' ? error : new ChatError('input', `${what} cannot be read: ${errorMessageOf(error) ?? ''}`, { cause: error });
  }
}

/** The error of a model that does not exist. */
export const noSuchModel = (modelId, modelType, message = `there is no ${modelType} '${modelId.slice(0, 200)}'`) =>
  Object.assign(new ChatError('model_not_found', message), known('AI_NoSuchModelError'), { modelId, modelType });

/** What a stream fails with after `signal` stopped it: the SDK takes only errors of these two names for an abort. */
export function abortError({ reason }) {
  if (/^(Abort|Timeout)Error$/.test(reason?.name)) return reason;
  return Object.assign(new DOMException('The call was stopped.', 'AbortError'), { cause: reason });
}
