// The entry for browsers: the other one reads pictures from files, too, and is the same otherwise.

import { Ollama } from 'ollama/browser';

export const create = ({ url, fetch }) => {
  const client = new Ollama({ host: url, fetch });
  const messages = [{ role: 'user', content: 'Hi' }];
  return async (take) => {
    for await (const { message } of await client.chat({ model: 'bench', messages, stream: true })) {
      if (message.content) take(message.content);
    }
  };
};
