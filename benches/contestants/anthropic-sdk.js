import Anthropic from '@anthropic-ai/sdk';

export const create = ({ url, fetch }) => {
  const client = new Anthropic({ baseURL: url, apiKey: 'sk-bench', fetch, maxRetries: 0, dangerouslyAllowBrowser: true });
  const messages = [{ role: 'user', content: 'Hi' }];
  return async (take) => {
    const stream = await client.messages.create({ model: 'bench', max_tokens: 1024, messages, stream: true });
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') take(event.delta.text);
    }
  };
};
