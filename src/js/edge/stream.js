/** How often the timer checks within `keepAlive`. One timer serves all chunks: arming one for each would cost more than the chunk. */
const CHECKS = 3;

const encoder = new TextEncoder();

/**
 * The body of a streamed answer: its first bytes, then those of `reply`, read when the consumer asks for them. `first`: those bytes, or a
 * promise of them, where the head is sent before there are any. After `keepAlive` ms of silence the body gets `ping`, since proxies close
 * a connection that is silent for a minute, and workerd notices only at a write that the client has left. `onEnd(error)` is called at the
 * end, and `onLeave()` where the client has left before it; `framesOf(error)` are the events for an error. What is added to `warnings` after
 * the head was made is told by comments. An abort of `signal` ends it even where nobody reads or cancels it any more.
 */
export function streamed(first, reply, { framesOf, onEnd, onLeave, keepAlive, ping, signal, warnings }) {
  let told = warnings.length;
  let timer;
  let quietChecks = 0;
  let isReading = false;
  let awaited = first instanceof Uint8Array ? undefined : first;
  let isOver = false;
  const rest = () => {
    isOver = true;
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const leave = () => {
    if (!isOver) onLeave();
    rest();
    return reply.return();
  };
  const onAbort = () => void leave();
  let isCancelled = false;
  /** A comment of the warnings that came since the head, or since the last comment. */
  const comment = (controller) => {
    const text = warnings.slice(told).join('; ').replace(/[\r\n]/g, ' ');
    told = warnings.length;
    controller.enqueue(encoder.encode(`: warning: ${text}\n\n`));
  };
  const stop = (controller, error) => {
    // The reply ends, too, when the client leaves; who reads on all the same hears of the end.
    if (isOver) return isCancelled ? undefined : controller.close();
    rest();
    onEnd(error);
    if (warnings.length > told) comment(controller);
    // No `[DONE]` follows the error event, since that would call the text so far a complete answer.
    if (error !== undefined) controller.enqueue(encoder.encode(framesOf(error)));
    controller.close();
  };
  return new ReadableStream({
    start(controller) {
      controller.enqueue(awaited === undefined ? first : encoder.encode(ping));
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted) return onAbort();
      // Timers cannot wait longer: such a time counts as none.
      if (keepAlive / CHECKS < 2 ** 31) timer = setInterval(() => {
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
        if (warnings.length > told && !done) comment(controller);
        if (done) stop(controller);
        else controller.enqueue(value);
      }, (error) => stop(controller, error));
    },
    cancel() {
      isCancelled = true;
      return leave();
    },
  }, { highWaterMark: 0 });
}
