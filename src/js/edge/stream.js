/** How often the clock looks while nothing comes. One for all chunks: one a chunk would cost more than the chunk. */
const LOOKS = 3;

const encoder = new TextEncoder();

/**
 * The rest as it comes, a chunk when somebody wants one. A comment after `keepAlive` ms of silence: proxies close what is
 * silent for a minute, and workerd notices by a write that the client has left.
 */
export function streamed(first, reply, frameOf, over, keepAlive) {
  let clock;
  let quietLooks = 0;
  let isAsked = false;
  const stop = (controller, error) => {
    clearInterval(clock);
    over(error);
    // An error event is the end: `[DONE]` would call what came a whole reply.
    if (error !== undefined) controller.enqueue(encoder.encode(frameOf(error)));
    controller.close();
  };
  return new ReadableStream({
    start(controller) {
      controller.enqueue(first);
      clock = setInterval(() => {
        if (!isAsked || ++quietLooks < LOOKS) return;
        quietLooks = 0;
        controller.enqueue(encoder.encode(': ping\n\n'));
      }, keepAlive / LOOKS);
    },
    pull(controller) {
      isAsked = true;
      return reply.next().then(({ value, done }) => {
        isAsked = false;
        quietLooks = 0;
        if (done) stop(controller);
        else controller.enqueue(value);
      }, (error) => stop(controller, error));
    },
    cancel() {
      clearInterval(clock);
      return reply.return();
    },
  }, { highWaterMark: 0 });
}
