import { core } from './core.js';
import { ChatError } from './error.js';
import { jsonCopy, toJson } from './json-copy.js';
import { refuseUnknown } from './options.js';
import { Provider, callCoreOnce } from './provider.js';

export { ChatError };
export { Client } from './client.js';
export { Fallback } from './fallback.js';
export { OpenAiChat } from './openai-chat.js';
export { WorkersAi } from './workers-ai.js';
export { SERVICES } from './services.js';

// `name` is given explicitly, since bundlers shorten the names of classes; keeping all names would cost 1 kB gzipped.
export class AiEngine extends Provider {
  static name = 'AiEngine';
  static protocol = 'AiEngine';
}

export class AiPower extends Provider {
  static name = 'AiPower';
  static protocol = 'AiPower';
}

export class AiPuffer extends Provider {
  static name = 'AiPuffer';
  static protocol = 'AiPuffer';
}

export class Anthropic extends Provider {
  static name = 'Anthropic';
  static protocol = 'Anthropic';
}

export class Cohere extends Provider {
  static name = 'Cohere';
  static protocol = 'Cohere';
}

export class Gemini extends Provider {
  static name = 'Gemini';
  static protocol = 'Gemini';
}

export class Ollama extends Provider {
  static name = 'Ollama';
  static protocol = 'Ollama';

  /** Without settings: the local server. */
  constructor(settings = {}) {
    super(settings);
  }
}

export class OpenAiResponses extends Provider {
  static name = 'OpenAiResponses';
  static protocol = 'OpenAiResponses';
}

export const Chatgpt4Online = /* @__PURE__ */ new AiEngine({ preset: 'Chatgpt4Online' });
export const Chatgpt4o = /* @__PURE__ */ new AiPower({ preset: 'Chatgpt4o' });

export function formatPrompt(messages, options = {}) {
  refuseUnknown(options, ['addSpecialTokens', 'doContinue', 'includeSystem'], 'formatPrompt');
  const given = toJson(jsonCopy({ messages, ...options }, 'messages'), 'the messages');
  return callCoreOnce(() => core().formatPrompt(given));
}

export function storageSession(storage = globalThis.localStorage) {
  return {
    get(key) {
      const entry = JSON.parse(storage.getItem(key) ?? 'null');
      return entry !== null && entry.until > Date.now() ? entry.value : undefined;
    },
    set(key, value, { ttlMs }) {
      storage.setItem(key, JSON.stringify({ value, until: Date.now() + ttlMs }));
    },
    delete(key) {
      storage.removeItem(key);
    },
  };
}
