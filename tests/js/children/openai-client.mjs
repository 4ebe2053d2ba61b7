// Failures of a Client that nobody waits for, and those that somebody does.

import OpenAI from '../../../dist/openai-client.js';
import { OpenAiChat } from '../../../dist/index.js';

const fetch = async () => new Response('{"error":{"message":"no"}}', { status: 429 });
const client = new OpenAI(new OpenAiChat({ apiKey: 'k', defaultModel: 'm', retries: 0, fetch }));
const messages = [{ role: 'user', content: 'Hi' }];
const told = { unheard: [], response: undefined, loop: undefined };
process.removeAllListeners('unhandledRejection');
process.on('unhandledRejection', (error) => told.unheard.push(error.code));

client.chat.completions.stream({ messages });
await client.chat.completions.create({ messages }).asResponse().catch((error) => {
  told.response = error.code;
});
try {
  for await (const chunk of client.chat.completions.stream({ messages })) told.loop = chunk;
} catch (error) {
  told.loop = error.code;
}
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(JSON.stringify(told));
