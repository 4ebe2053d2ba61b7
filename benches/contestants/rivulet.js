import { AiEngine, Anthropic, OpenAiChat } from 'rivulet';

export const dialects = ['openai', 'ai-engine', 'anthropic'];

// In a page a key is refused unless one says that it is meant.
const KEY = { apiKey: 'sk-bench', allowBrowser: true, defaultModel: 'bench' };

const PROVIDERS = {
  openai: (url, fetch) => new OpenAiChat({ baseUrl: `${url}/v1`, ...KEY, fetch }),
  'ai-engine': (url, fetch) => new AiEngine({ url, fetch }),
  anthropic: (url, fetch) => new Anthropic({ baseUrl: `${url}/v1`, ...KEY, fetch }),
};

export const create = ({ dialect, url, fetch, coalesce = false }) => {
  const provider = PROVIDERS[dialect](url, fetch);
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi', coalesce })) take(text);
  };
};
