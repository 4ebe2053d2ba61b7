// A `fetch` that answers from memory, with the kind of stream that a real one has: of bytes, nothing read ahead.

/**
 * @param {ReturnType<typeof import('./body.js').makeBody>} body
 * @param {{ stallAt?: number }} [options] `stallAt`: nothing comes after so many chunks
 */
export function memoryFetch(body, { stallAt = Infinity } = {}) {
  const headers = { 'content-type': body.type };
  return async (input) => {
    const url = String(input.url ?? input);
    if (url.endsWith('/start_session')) return Response.json({ success: true, restNonce: '0123456789' });
    return new Response(stream(body, stallAt), { headers });
  };
}

/** Somebody must hold a read that waits, as a socket does: what nobody can settle is collected, with all that waits for it. */
const stalled = [];

function stream({ chunks, loop: [from, to, times] }, stallAt) {
  let at = 0;
  let left = times;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (at === stallAt) return new Promise((resolve) => stalled.push(resolve));
      if (at === to && --left > 0) at = from;
      // Enqueues a copy: a stream of bytes detaches the buffer that it gets, and a network makes a new one for each chunk as well.
      if (at < chunks.length) controller.enqueue(chunks[at++].slice());
      else controller.close();
    },
  });
}
