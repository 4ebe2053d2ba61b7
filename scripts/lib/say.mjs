// One reply in the terminal, piece by piece.

const dim = (text) => (process.stdout.isTTY ? `\x1b[2m${text}\x1b[0m` : text);
const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);

/**
 * @param {string} title
 * @param {import('rivulet').Provider} provider
 * @param {{ message: string, model?: string }} asked
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether the reply came to its end
 */
export async function say(title, provider, { message, model }, signal) {
  console.log(`\n${bold(title)}\n${dim(`> ${message}`)}`);
  const start = performance.now();
  const times = [];
  try {
    for await (const text of provider.createAsyncGenerator({ messages: message, signal, ...(model && { model }) })) {
      times.push(performance.now() - start);
      process.stdout.write(text);
    }
  } catch (error) {
    if (signal.aborted) return console.log(), false;
    console.log(`${times.length ? '\n' : ''}${error.code ?? error.name}: ${error.message}`);
    return false;
  }
  const total = Math.round(performance.now() - start);
  const first = times.length ? `the first after ${Math.round(times[0])} ms, ` : '';
  console.log(`\n${dim(`${times.length} pieces, ${first}all in ${total} ms`)}`);
  return true;
}
