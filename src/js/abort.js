/**
 * The callbacks for each signal. All of them share one event listener, since Node warns of a leak when one signal has more than
 * ten, and a signal of an application may serve many replies.
 */
const shared = new WeakMap();

/** Calls `callback` when `signal` is aborted, until `unlisten` is called with the same two. */
export function listen(signal, callback) {
  const known = shared.get(signal);
  if (known) {
    known.callbacks.add(callback);
    return;
  }
  const callbacks = new Set([callback]);
  const onAbort = () => [...callbacks].forEach((each) => each());
  shared.set(signal, { callbacks, onAbort });
  signal.addEventListener('abort', onAbort);
}

/** Undoes `listen`. The last callback takes the event listener with it. */
export function unlisten(signal, callback) {
  const known = shared.get(signal);
  if (!known?.callbacks.delete(callback) || known.callbacks.size > 0) return;
  signal.removeEventListener('abort', known.onAbort);
  shared.delete(signal);
}
