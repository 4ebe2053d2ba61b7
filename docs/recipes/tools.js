// A model that uses tools: runTools runs the ones that it calls, and asks again with what they return.
import { OpenAiChat } from 'rivulet';
import { runTools, tool } from 'rivulet/tools';
import { z } from 'zod';

const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });

const weather = tool({
  name: 'get_weather',
  description: 'The weather in a city, now',
  parameters: z.object({ city: z.string() }),
  run: async ({ city }) => ({ city, celsius: 21 }),
});

const reply = runTools(llm, { messages: 'What is the weather in Oslo?', tools: [weather] });

for await (const text of reply) process.stdout.write(text);

// `reply.messages` is what the run added: push it behind your messages, and the talk goes on.
console.log(`\n${reply.messages.length} messages, ${reply.usage.totalTokens} tokens`);
