import { streamText } from '@xsai/stream-text';

export const create = ({ url, fetch }) => async (take) => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const { textStream } = streamText({ baseURL: `${url}/v1/`, apiKey: 'sk-bench', model: 'bench', messages, fetch });
  for await (const text of textStream) {
    // The chunk with the role has an empty one.
    if (text) take(text);
  }
};
