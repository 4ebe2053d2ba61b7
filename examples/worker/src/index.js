// A Worker with a WordPress site as a model, a second one behind its API key, and the relay for pages of your own.
import { AiEngine, AiPuffer } from 'rivulet';
import { createHandler, createRelay, kvStore } from 'rivulet/edge';

const handler = createHandler({
  providers: ({ SITE, PUFFER_KEY }) => ({
    shop: new AiEngine({ url: SITE }),
    // Keys live in the environment: `wrangler secret put PUFFER_KEY`.
    ...(PUFFER_KEY && { desk: new AiPuffer({ url: SITE, botId: 5, apiKey: PUFFER_KEY }) }),
  }),
  authorize: (request, { KEY }) => KEY !== undefined && request.headers.get('authorization') === `Bearer ${KEY}`,
  // Nonces travel between isolates. One of another isolate that is stale by now is renewed once.
  session: ({ SESSIONS }) => kvStore(SESSIONS),
});

let relay;

export default {
  fetch(request, env, ctx) {
    if (!new URL(request.url).pathname.startsWith('/relay/')) return handler(request, env, ctx);
    relay ??= createRelay({ allow: [env.SITE], allowedOrigins: env.PAGES?.split(' ') });
    return relay(request);
  },
};
