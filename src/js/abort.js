/** Who wants to hear of a signal: one listener for all of them, since Node warns of more than ten on one signal. */
const hearers = new WeakMap();

/** Calls `hear` when `signal` is aborted, until `unlisten`. */
export function listen(signal, hear) {
  const known = hearers.get(signal);
  if (known) {
    known.all.add(hear);
    return;
  }
  const all = new Set([hear]);
  const onAbort = () => [...all].forEach((each) => each());
  hearers.set(signal, { all, onAbort });
  signal.addEventListener('abort', onAbort);
}

export function unlisten(signal, hear) {
  const known = hearers.get(signal);
  if (!known?.all.delete(hear) || known.all.size > 0) return;
  signal.removeEventListener('abort', known.onAbort);
  hearers.delete(signal);
}
