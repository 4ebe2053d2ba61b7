import OpenAI from 'openai';

export const create = ({ dialect, url, fetch }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-bench', fetch, maxRetries: 0, dangerouslyAllowBrowser: true });
  const part = dialect === 'thoughts' ? 'reasoning_content' : 'content';
  const messages = [{ role: 'user', content: 'Hi' }];
  return async (take) => {
    const stream = await client.chat.completions.create({ model: 'bench', messages, stream: true });
    for await (const chunk of stream) {
      const text = chunk.choices[0]?.delta?.[part];
      if (text) take(text);
    }
  };
};
