// A Cloudflare Worker that holds the key: any OpenAI client, and any Anthropic client, can talk to it. `wrangler secret put OPENAI_API_KEY`
import { OpenAiChat } from 'rivulet/openai';
import { createHandler } from 'rivulet/edge';

let handler;

export default {
  fetch(request, env, context) {
    handler ??= createHandler({
      providers: { chat: new OpenAiChat({ apiKey: env.OPENAI_API_KEY, defaultModel: 'gpt-5' }) },
      // Who may ask: `Authorization: Bearer` and this key. Never the key of the service.
      authorize: [env.CLIENT_KEY],
    });
    return handler(request, env, context);
  },
};
