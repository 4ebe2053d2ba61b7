/** The values of a stream of bytes with JSON in each line, until `signal` is aborted. */
export async function* readLines(stream, signal) {
  const reader = stream.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const decoder = new TextDecoder();
  const pieces = [];
  let isOver = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (signal.aborted) return;
      const lines = (done ? decoder.decode() : typeof value === 'string' ? value : decoder.decode(value, { stream: true })).split('\n');
      // All but the last piece end a line, the first of them one that has begun before.
      for (let i = 0; i < lines.length - 1; i++) {
        const line = pieces.splice(0).join('') + lines[i];
        if (line.trim()) yield JSON.parse(line);
      }
      pieces.push(lines.at(-1));
      if (!done) continue;
      isOver = true;
      const rest = pieces.join('');
      if (rest.trim()) yield JSON.parse(rest);
      return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    if (!isOver) stop();
    reader.releaseLock();
  }
}
