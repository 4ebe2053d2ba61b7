/** How often the timer checks within `keepAlive`. One timer serves all chunks: arming one for each would cost more than the chunk. */
const CHECKS = 3;

const encoder = new TextEncoder();

/**
 * The body of a streamed answer: its first bytes, then those of `reply`, read when the consumer asks for them. After `keepAlive` ms of
 * silence it gets a comment, since proxies close a connection that is silent for a minute, and workerd notices only at a write that
 * the client has left. `onEnd(error)` is called at the end; `frameOf(error)` is the event for an error. An abort of `signal` ends it
 * even where nobody reads or cancels it any more.
 */
export function streamed(first, reply, frameOf, onEnd, keepAlive, signal) {
  let timer;
  let quietChecks = 0;
  let isReading = false;
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
    if (error !== undefined) controller.enqueue(encoder.encode(frameOf(error)));
    controller.close();
  };
  return new ReadableStream({
    start(controller) {
      controller.enqueue(first);
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted) return onAbort();
      timer = setInterval(() => {
        if (!isReading || ++quietChecks < CHECKS) return;
        quietChecks = 0;
        controller.enqueue(encoder.encode(': ping\n\n'));
      }, keepAlive / CHECKS);
    },
    pull(controller) {
      isReading = true;
      return reply.next().then(({ value, done }) => {
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
