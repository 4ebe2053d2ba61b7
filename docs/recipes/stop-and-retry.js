// A Stop button and a Retry button. What came before the stop is kept, and a retry asks the same again.
import { OpenAiChat } from 'rivulet';

const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });
let stopping = new AbortController();

export const stop = () => stopping.abort();

/** Resolves to what became of it: `{ message, error }`, where `message` is the answer as far as it came. */
export async function ask(messages, show) {
  stopping = new AbortController();
  const reply = llm.createAsyncGenerator({ messages, signal: stopping.signal });
  try {
    for await (const text of reply) show(text);
    return { message: reply.message };
  } catch (error) {
    // The caller's own stop is no failure. `error.retryable` tells whether a Retry button makes sense.
    return { message: reply.message, error: stopping.signal.aborted ? undefined : error };
  }
}

const messages = [{ role: 'user', content: 'Tell me a long story.' }];
let pieces = 0;
const first = await ask(messages, (text) => {
  process.stdout.write(text);
  if (++pieces === 3) stop();
});
console.log(`\nstopped after ${first.message.content.length} letters; again:`);
const second = await ask(messages, (text) => process.stdout.write(text));
console.log(second.error ? `failed: ${second.error.message}` : '\ndone');
