// The Worker under test, written as a user writes one: sites behind model names, and the relay.

import { AiEngine, AiPower, AiPuffer, OpenAiChat } from 'rivulet';
import { createHandler, createRelay } from 'rivulet/edge';

let handler;
let relay;

/** The keys are in `env`, which only a request brings. */
function start({ SITE, PAGES, VECTORS }) {
  handler = createHandler({
    providers: () => ({
      shop: new AiEngine({ url: SITE, models: ['gpt-4', 'gpt-4o'] }),
      power: new AiPower({ url: SITE }),
      puffer: new AiPuffer({ url: SITE, botId: 5 }),
      vectors: new OpenAiChat({ baseUrl: VECTORS, embeddingModel: 'm' }),
      down: new AiEngine({ url: 'http://127.0.0.1:9', retries: 0 }),
    }),
    authorize: (request, env) => request.headers.get('authorization') === `Bearer ${env.KEY}`,
    allowedOrigins: PAGES.split(' '),
    keepAlive: 1_000,
  });
  relay = createRelay({ allow: [SITE], allowedOrigins: PAGES.split(' ') });
}

export default {
  fetch(request, env, ctx) {
    if (!handler) start(env);
    return new URL(request.url).pathname.startsWith('/relay/') ? relay(request) : handler(request, env, ctx);
  },
};
