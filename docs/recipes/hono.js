// A route of Hono, on Node, Deno, Bun or Cloudflare, that streams the answer as text.
import { Hono } from 'hono';
import { OpenAiChat } from 'rivulet';

const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });
const app = new Hono();

app.post('/chat', async (context) => {
  const { messages } = await context.req.json();
  // The request is stopped when the client leaves.
  return llm.createAsyncGenerator({ messages, signal: context.req.raw.signal }).toResponse();
});

export default app;
