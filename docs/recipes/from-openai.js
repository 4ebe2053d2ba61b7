// From the package `openai`: change the import, and the program stays as it is.
import OpenAI from 'rivulet/openai-client';

const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });

const stream = await client.chat.completions.create({
  model: 'gpt-5',
  messages: [{ role: 'user', content: 'Say hello.' }],
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');

// Any provider can stand behind the same client: another service, several of them, the chatbot of a site.
import { Anthropic } from 'rivulet';

const claude = new OpenAI(new Anthropic({ apiKey: process.env.ANTHROPIC_API_KEY }));
const { choices } = await claude.chat.completions.create({ model: 'claude-opus-5-5', messages: [{ role: 'user', content: 'Say hello.' }] });
console.log(choices[0].message.content);
