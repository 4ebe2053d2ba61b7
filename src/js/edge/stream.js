/** How often the timer checks within `keepAlive`. One timer serves all chunks: arming one for each would cost more than the chunk. */
const CHECKS = 3;

const encoder = new TextEncoder();

/**
 * The body of a streamed answer: its first bytes, then those of `reply`, read when the consumer asks for them. `first`: those bytes, or a
 * promise of them, where the head is sent before there are any. After `keepAlive` ms of silence the body gets `ping`, since proxies close
 * a connection that is silent for a minute, and workerd notices only at a write that the client has left. `onEnd(error)` is called at the
 * end; `framesOf(error)` are the events for an error. An abort of `signal` ends it even where nobody reads or cancels it any more.
 */
export function streamed(first, reply, { framesOf, onEnd, keepAlive, ping, signal }) {
  let timer;
  let quietChecks = 0;
  let isReading = false;
  let awaited = first instanceof Uint8Array ? undefined : first;
  const rest = () => {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const onAbort = () => {
    rest();
    reply.return();
  };
  const stop = (controller, error) => {
    rest();
    onEnd(error);
    // No `[DONE]` follows the error event, since that would call the text so far a complete answer.
    if (error !== undefined) controller.enqueue(encoder.encode(framesOf(error)));
    controller.close();
  };
  return new ReadableStream({
    start(controller) {
      controller.enqueue(awaited === undefined ? first : encoder.encode(ping));
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted) return onAbort();
      timer = setInterval(() => {
        if (!isReading || ++quietChecks < CHECKS) return;
        quietChecks = 0;
        controller.enqueue(encoder.encode(ping));
      }, keepAlive / CHECKS);
    },
    pull(controller) {
      isReading = true;
      const next = awaited === undefined ? reply.next() : awaited.then((value) => ({ value, done: false }));
      awaited = undefined;
      return next.then(({ value, done }) => {
        isReading = false;
        quietChecks = 0;
        if (done) stop(controller);
        else controller.enqueue(value);
      }, (error) => stop(controller, error));
    },
    cancel() {
      rest();
      return reply.return();
    },
  }, { highWaterMark: 0 });
}
