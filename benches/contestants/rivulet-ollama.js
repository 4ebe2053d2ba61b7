// The entry `rivulet/services` with Ollama's own protocol.

import { Ollama } from 'rivulet/services';

export const create = ({ url, fetch }) => {
  const provider = new Ollama({ baseUrl: url, defaultModel: 'bench', fetch });
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi' })) take(text);
  };
};
