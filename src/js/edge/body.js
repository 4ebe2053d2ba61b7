/** A body of more bytes than may be. */
export class TooLarge extends Error {}

/** Says no before anything is read, where the length is told. It may lie: `bounded` counts. */
export function refuseLength(request, limit) {
  const length = Number(request.headers.get('content-length') ?? 0);
  if (length > limit) throw new TooLarge(`the body is larger than ${limit} bytes`);
}

/** The body as it comes, until it is too large. Pulled: nothing is read ahead. */
export function bounded(body, limit) {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) return controller.close();
      size += value.byteLength;
      if (size <= limit) return controller.enqueue(value);
      const error = new TooLarge(`the body is larger than ${limit} bytes`);
      controller.error(error);
      reader.cancel(error).catch(() => {});
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** A body that does not come. */
export class Late extends Error {}

/** A body that breaks off. */
export class Broken extends Error {}

/** Milliseconds that a request may take to arrive. */
const PATIENCE_MS = 30_000;

/** The whole body as text: bounded while it is read, in bytes and in time. */
export async function readText(request, limit) {
  refuseLength(request, limit);
  if (request.body === null) return '';
  const reader = bounded(request.body, limit).getReader();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Late('the body did not arrive in time')), PATIENCE_MS);
  });
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), late]);
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error instanceof TooLarge || error instanceof Late ? error : new Broken('the body broke off', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
