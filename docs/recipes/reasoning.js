// What a model thinks, apart from what it says; and a second question, for which its thinking goes back to the service.
import { Anthropic } from 'rivulet';

const claude = new Anthropic({
  apiKey: process.env.ANTHROPIC_API_KEY,
  defaultModel: 'claude-opus-5-5',
  reasoningEffort: 'high',
});
const messages = [{ role: 'user', content: 'How many days are there between 3 March and 9 June?' }];

async function ask() {
  const reply = claude.createAsyncGenerator({ messages });
  for await (const event of reply.events) {
    if (event.type === 'reasoning') console.log('thinks:', event.text);
    if (event.type === 'text') process.stdout.write(event.text);
  }
  // The message holds the reasoning and its signature. Another provider takes the same message, without what only Claude understands.
  messages.push(reply.message);
}

await ask();
messages.push({ role: 'user', content: 'And in a leap year?' });
await ask();
