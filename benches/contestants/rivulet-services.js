// The entry `rivulet/services` with the provider that reads what `rivulet/openai` reads.

import { OpenAiChat } from 'rivulet/services';

export const create = ({ url, fetch }) => {
  const provider = new OpenAiChat({ baseUrl: `${url}/v1`, apiKey: 'sk-bench', allowBrowser: true, defaultModel: 'bench', fetch });
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi' })) take(text);
  };
};
