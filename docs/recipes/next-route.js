// `app/api/chat/route.js` of Next: answers `useChat` of @ai-sdk/react, with text, reasoning, tools and errors.
import { OpenAiChat } from 'rivulet';
import { chatRoute } from 'rivulet/ai-sdk';

// `export const runtime = 'edge'` works as well.
const llm = new OpenAiChat({ apiKey: process.env.OPENAI_API_KEY, defaultModel: 'gpt-5' });

export const POST = chatRoute(llm);
