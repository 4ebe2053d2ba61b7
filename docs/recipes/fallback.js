// Several providers as one: when the first one fails before it says anything, the next one is asked.
import { Anthropic, Fallback, OpenAiChat } from 'rivulet';

const llm = new Fallback([
  new Anthropic({ apiKey: process.env.ANTHROPIC_API_KEY, defaultModel: 'claude-opus-5-5' }),
  new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' }),
], {
  retriesEach: 1,
  // One that failed three times is left alone for a while.
  cooldown: {},
  onAttempt: ({ provider, state, error }) => console.log(`[${provider} ${state}${error ? `: ${error.code}` : ''}]`),
});

const reply = llm.createAsyncGenerator({ messages: 'Hello' });
for await (const text of reply) process.stdout.write(text);
console.log(`\nfrom ${reply.provider}`);
