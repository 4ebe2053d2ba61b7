// The entry `rivulet/openai` with one of its providers.

import { OpenAiChat } from 'rivulet/openai';

export const create = ({ url, fetch }) => {
  const provider = new OpenAiChat({ baseUrl: `${url}/v1`, apiKey: 'sk-bench', allowBrowser: true, defaultModel: 'bench', fetch });
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi' })) take(text);
  };
};
