// What is behind the servers.

import { Anthropic, OpenAiChat } from 'rivulet';
import { createHandler } from 'rivulet/edge';

const PROVIDERS = { openai: OpenAiChat, anthropic: Anthropic };

/** rivulet's endpoint with one provider, `service`. */
export const rivulet = ({ upstream, dialect }) => createHandler({
  providers: { service: new PROVIDERS[dialect]({ baseUrl: `${upstream}/v1`, apiKey: 'sk-bench', defaultModel: 'bench' }) },
  authorize: 'public',
});

/** The floor: bytes are passed on as they come, in both directions, and nobody looks at them. */
export const floor = ({ upstream }) => async (request) => {
  const { pathname } = new URL(request.url);
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
  const response = await fetch(upstream + pathname, { method: 'POST', headers, body: await request.text(), signal: request.signal });
  return new Response(response.body, { status: response.status, headers: { 'content-type': response.headers.get('content-type') } });
};
