// A route of Express that streams the answer as text. The page: `for await (const chunk of (await fetch('/chat', …)).body)`.
import express from 'express';
import { OpenAiChat } from 'rivulet';

const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });
const app = express();

app.post('/chat', express.json({ limit: '1mb' }), async (request, response) => {
  const left = new AbortController();
  response.on('close', () => left.abort());
  try {
    const reply = llm.createAsyncGenerator({ messages: request.body.messages, signal: left.signal });
    for await (const text of reply) response.write(text);
    response.end();
  } catch (error) {
    if (response.headersSent) response.destroy();
    else response.status(error.code === 'input' ? 400 : 502).json({ error: error.code });
  }
});

export const server = app.listen(process.env.PORT ?? 3000);
