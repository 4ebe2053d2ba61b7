// An answer as an object: checked by the schema, and shown while it grows.
import { OpenAiChat } from 'rivulet';
import { runTools } from 'rivulet/tools';
import { z } from 'zod';

const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });

const reply = runTools(llm, {
  messages: 'Three days in Lisbon: what do I do?',
  output: z.object({ city: z.string(), days: z.array(z.object({ title: z.string(), walk: z.string() })) }),
});

for await (const { days = [] } of reply.partialObjects) console.log(`${days.length} days so far`);

// An answer that does not fit is a ChatError with the code `output`; `error.text` has it.
const { city, days } = await reply.object();
console.log(city, days.map(({ title }) => title).join(', '));
