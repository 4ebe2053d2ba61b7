// The entry `rivulet/wordpress` with one of its providers.

import { AiEngine } from 'rivulet/wordpress';

export const create = ({ url, fetch }) => {
  const provider = new AiEngine({ url, fetch });
  return async (take) => {
    for await (const text of provider.createAsyncGenerator({ messages: 'Hi' })) take(text);
  };
};
