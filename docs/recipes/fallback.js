// Several providers as one: when the first one fails before it says anything, the next one is asked.
import { Anthropic, Fallback, OpenAiChat } from 'rivulet';

const llm = new Fallback([
  new Anthropic({ apiKey: process.env.ANTHROPIC_API_KEY, defaultModel: 'claude-opus-5-5' }),
  new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' }),
], {
  hedgeAfter: 5_000,                                  // after 5 s of silence the next one is asked as well
  cooldown: { failures: 3, ms: 60_000 },              // one that failed 3 times in a row is left out for a minute
  onAttempt: ({ provider, state, error }) => console.log(`[${provider} ${state}${error ? `: ${error.code}` : ''}]`),
});

const reply = llm.createAsyncGenerator({ messages: 'Hello' });
for await (const text of reply) process.stdout.write(text);
console.log(`\nfrom ${reply.provider}`);
