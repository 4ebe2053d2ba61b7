import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

export const dialects = ['openai'];

export const create = ({ url, fetch }) => {
  const provider = createOpenAICompatible({ name: 'bench', baseURL: `${url}/v1`, apiKey: 'sk-bench', fetch });
  const model = provider('bench');
  return async (take) => {
    for await (const text of streamText({ model, prompt: 'Hi', maxRetries: 0 }).textStream) take(text);
  };
};
