// The smallest Worker that is a gateway: one provider, one key.

import { OpenAiChat } from 'rivulet';
import { createHandler } from 'rivulet/edge';

export default {
  fetch: createHandler({
    providers: (env) => ({ openai: new OpenAiChat({ baseUrl: 'https://api.openai.com/v1', apiKey: env.OPENAI_KEY, defaultModel: 'gpt-5-mini' }) }),
    authorize: (request, env) => request.headers.get('authorization') === `Bearer ${env.KEY}`,
  }),
};
