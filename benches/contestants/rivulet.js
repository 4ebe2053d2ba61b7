import { AiEngine, Anthropic, OpenAiChat } from 'rivulet';

export const dialects = ['openai', 'ai-engine', 'anthropic'];

const PROVIDERS = {
  openai: (url, fetch) => new OpenAiChat({ baseUrl: `${url}/v1`, apiKey: 'sk-bench', defaultModel: 'bench', fetch }),
  'ai-engine': (url, fetch) => new AiEngine({ url, fetch }),
  anthropic: (url, fetch) => new Anthropic({ baseUrl: `${url}/v1`, apiKey: 'sk-bench', defaultModel: 'bench', fetch }),
};

export const create = ({ dialect, url, fetch, coalesce = false }) => {
  const provider = PROVIDERS[dialect](url, fetch);
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi', coalesce })) take(text);
  };
};
