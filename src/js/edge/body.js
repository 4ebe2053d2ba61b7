import { Refusal } from './refusal.js';

const tooLarge = (limit) => new Refusal(413, 'request_too_large', `the body is larger than ${limit} bytes`);

/** Refuses a body by its `content-length`, before anything is read. The header may be absent or wrong, so `bounded` counts as well. */
export function refuseLength(request, limit) {
  const length = Number(request.headers.get('content-length') ?? 0);
  if (length > limit) throw tooLarge(limit);
}

/** The body as a stream that fails when it becomes larger than `limit` bytes. Nothing is read ahead of the consumer. */
export function bounded(body, limit) {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) return controller.close();
      size += value.byteLength;
      if (size <= limit) return controller.enqueue(value);
      const error = tooLarge(limit);
      controller.error(error);
      reader.cancel(error).catch(() => {});
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Milliseconds that the body of a request may take to arrive. */
const ARRIVAL_MS = 30_000;

/** The whole body, at most `limit` bytes, which must arrive within 30 seconds. */
export async function readBytes(request, limit) {
  refuseLength(request, limit);
  if (request.body === null) return new Uint8Array();
  const reader = bounded(request.body, limit).getReader();
  let timer;
  let onAbort;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(408, 'request_timeout', 'the body did not arrive in time')), ARRIVAL_MS);
    onAbort = () => reject(new Refusal(400, 'request_broken', 'the client left'));
    request.signal?.addEventListener('abort', onAbort);
    if (request.signal?.aborted) onAbort();
  });
  late.catch(() => {});
  const chunks = [];
  let size = 0;
  try {
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), late]);
      if (done) break;
      chunks.push(value);
      size += value.byteLength;
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error instanceof Refusal ? error : new Refusal(400, 'request_broken', 'the body broke off');
  } finally {
    request.signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The whole body as text of JSON, bounded as `readBytes` bounds it. */
export async function readText(request, limit) {
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, 'unsupported_media_type', 'the body must be application/json');
  }
  return new TextDecoder().decode(await readBytes(request, limit));
}
