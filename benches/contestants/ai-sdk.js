import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

export const create = ({ dialect, url, fetch }) => {
  const provider = createOpenAICompatible({ name: 'bench', baseURL: `${url}/v1`, apiKey: 'sk-bench', fetch });
  const model = provider('bench');
  if (dialect === 'thoughts') {
    return async (take) => {
      for await (const part of streamText({ model, prompt: 'Hi', maxRetries: 0 }).fullStream) {
        if (part.type === 'reasoning-delta') take(part.text);
      }
    };
  }
  return async (take) => {
    for await (const text of streamText({ model, prompt: 'Hi', maxRetries: 0 }).textStream) take(text);
  };
};
