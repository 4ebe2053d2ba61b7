import { AiEngine, Anthropic, Ollama, OpenAiChat } from 'rivulet';

// In a page a key is refused unless one says that it is meant.
const KEY = { apiKey: 'sk-bench', allowBrowser: true, defaultModel: 'bench' };

const openai = (url, fetch) => new OpenAiChat({ baseUrl: `${url}/v1`, ...KEY, fetch });
const PROVIDERS = {
  openai,
  thoughts: openai,
  calls: openai,
  'ai-engine': (url, fetch) => new AiEngine({ url, fetch }),
  anthropic: (url, fetch) => new Anthropic({ baseUrl: `${url}/v1`, ...KEY, fetch }),
  ollama: (url, fetch) => new Ollama({ baseUrl: url, defaultModel: 'bench', fetch }),
};

export const create = ({ dialect, url, fetch, coalesce = false }) => {
  const provider = PROVIDERS[dialect](url, fetch);
  if (dialect === 'thoughts') {
    return async (take) => {
      for await (const { type, text } of provider.createAsyncGenerator({ messages: 'Hi' }).events) if (type === 'reasoning') take(text);
    };
  }
  if (dialect === 'calls') {
    return async (take) => {
      for await (const { type, arguments: piece, done } of provider.createAsyncGenerator({ messages: 'Hi' }).events) {
        if (type === 'tool-call' && piece && !done) take(piece);
      }
    };
  }
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi', coalesce })) take(text);
  };
};
