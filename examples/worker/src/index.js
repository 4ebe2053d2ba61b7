// A Worker that offers a WordPress site as one model and a service you have an API key for as another, and a relay for your pages.
import { AiEngine, OpenAiChat } from 'rivulet';
import { createHandler, createRelay, kvStore } from 'rivulet/edge';

/** A variable that lists things, parted by blanks. */
const words = (text) => text?.split(/\s+/).filter(Boolean);

const handler = createHandler({
  providers: ({ SITE, OPENAI_KEY, OPENAI_BASE_URL, OPENAI_MODELS }) => ({
    shop: new AiEngine({ url: SITE }),
    // The key comes from the environment: `wrangler secret put OPENAI_KEY`.
    ...(OPENAI_KEY && {
      // No retries here, since OpenAI's clients retry as well: together that could be nine requests for one.
      openai: new OpenAiChat({ apiKey: OPENAI_KEY, baseUrl: OPENAI_BASE_URL, models: words(OPENAI_MODELS), retries: 0 }),
    }),
  }),
  authorize: (request, { KEY }) => KEY !== undefined && request.headers.get('authorization') === `Bearer ${KEY}`,
  // Isolates share their nonces. A nonce that is stale by now is renewed once.
  session: ({ SESSIONS }) => kvStore(SESSIONS),
});

let relay;

export default {
  fetch(request, env, ctx) {
    if (!new URL(request.url).pathname.startsWith('/relay/')) return handler(request, env, ctx);
    relay ??= createRelay({ allow: [env.SITE], allowedOrigins: words(env.PAGES) });
    return relay(request);
  },
};
