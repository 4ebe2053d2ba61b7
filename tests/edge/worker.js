// The Worker under test, written as a user writes one: sites behind model names, and the relay.

import { AiEngine, AiPower, AiPuffer } from 'rivulet';
import { createHandler, createRelay } from 'rivulet/edge';

const handler = createHandler({
  providers: ({ SITE }) => ({
    shop: new AiEngine({ url: SITE, models: ['gpt-4', 'gpt-4o'] }),
    power: new AiPower({ url: SITE }),
    puffer: new AiPuffer({ url: SITE, botId: 5 }),
    down: new AiEngine({ url: 'http://127.0.0.1:9', retries: 0 }),
  }),
  authorize: (request, env) => request.headers.get('authorization') === `Bearer ${env.KEY}`,
  allowedOrigins: ['https://app.example'],
  keepAlive: 1_000,
});

let relay;

export default {
  fetch(request, env, ctx) {
    if (!new URL(request.url).pathname.startsWith('/relay/')) return handler(request, env, ctx);
    relay ??= createRelay({ allow: [env.SITE], allowedOrigins: ['https://app.example'] });
    return relay(request);
  },
};
