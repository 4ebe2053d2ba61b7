// A Worker with a WordPress site as a model, a service behind its key as another, and the relay for pages of your own.
import { AiEngine, OpenAiChat } from 'rivulet';
import { createHandler, createRelay, kvStore } from 'rivulet/edge';

const handler = createHandler({
  providers: ({ SITE, OPENAI_KEY, OPENAI_BASE_URL, OPENAI_MODELS }) => ({
    shop: new AiEngine({ url: SITE }),
    // Keys live in the environment: `wrangler secret put OPENAI_KEY`.
    ...(OPENAI_KEY && {
      // OpenAI's clients retry by themselves: both together would be nine requests for one.
      openai: new OpenAiChat({ apiKey: OPENAI_KEY, baseUrl: OPENAI_BASE_URL, models: OPENAI_MODELS?.split(' '), retries: 0 }),
    }),
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
