// The Worker under test: each stub service behind the name of its provider, at the address of the real service, so that whatever rivulet
// decides by the host is decided as it is for real.

import { Anthropic, Gemini, Ollama, OpenAiChat, OpenAiResponses, SERVICES } from 'rivulet';
import { createHandler } from 'rivulet/edge';

let handler;

const STUBS = {
  'https://api.openai.com/v1/chat': 'chat/v1/chat',
  'https://api.openai.com/v1/responses': 'responses/v1/responses',
  'https://api.deepseek.com': 'chat/v1',
  'https://api.anthropic.com': 'anthropic',
  'https://generativelanguage.googleapis.com': 'gemini',
  'http://localhost:11434': 'ollama',
};

function start({ SERVICES_URL, SERVICE_KEY, KEY }) {
  const settings = { apiKey: SERVICE_KEY, retries: 0 };
  const providers = {
    openai: new OpenAiChat({ baseUrl: 'https://api.openai.com/v1', model: 'stub-1', ...settings }),
    responses: new OpenAiResponses({ model: 'stub-1', ...settings }),
    anthropic: new Anthropic({ model: 'stub-1', ...settings }),
    gemini: new Gemini({ model: 'gemini-3-stub', ...settings }),
    ollama: new Ollama({ model: 'stub-1', retries: 0 }),
    deepseek: new OpenAiChat({ ...SERVICES.deepseek, model: 'deepseek-stub', ...settings }),
  };
  // Names by which Codex chooses its tools.
  const ofCodex = Object.entries(providers).flatMap(([name, provider]) => [[`gpt-5.5-${name}`, provider], [`gpt-6-sol-${name}`, provider]]);
  handler = createHandler({
    providers: { ...providers, ...Object.fromEntries(ofCodex) },
    authorize: [KEY],
    keepAlive: 500,
    fetch: (input, init) => {
      const [address, path] = Object.entries(STUBS).find(([start]) => String(input).startsWith(start)) ?? [];
      if (!address) throw new Error(`no stub for ${input}`);
      return fetch(`${SERVICES_URL}/${path}${String(input).slice(address.length)}`, init);
    },
    onEvent: (event) => {
      if (event.type === 'error') console.error(JSON.stringify({ code: event.error?.code, message: String(event.error?.message ?? event.error) }));
    },
  });
}

export default {
  fetch(request, env, ctx) {
    if (!handler) start(env);
    return handler(request, env, ctx);
  },
};
