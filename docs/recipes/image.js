// A question about an image: from a file here; an address (`https://…`) stands in the same place.
import { readFile } from 'node:fs/promises';
import { OpenAiChat } from 'rivulet';

const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });
const photo = await readFile('photo.png', 'base64');

const reply = llm.createAsyncGenerator({
  messages: [{
    role: 'user',
    content: [
      { type: 'text', text: 'What is in this photo?' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${photo}` } },
    ],
  }],
});

for await (const text of reply) process.stdout.write(text);
