import OpenAI from 'openai';

const TEXT_OF = {
  openai: (delta) => delta?.content,
  thoughts: (delta) => delta?.reasoning_content,
  calls: (delta) => delta?.tool_calls?.[0].function.arguments,
};

export const create = ({ dialect, url, fetch }) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'sk-bench', fetch, maxRetries: 0, dangerouslyAllowBrowser: true });
  const textOf = TEXT_OF[dialect];
  const messages = [{ role: 'user', content: 'Hi' }];
  return async (take) => {
    const stream = await client.chat.completions.create({ model: 'bench', messages, stream: true });
    for await (const chunk of stream) {
      const text = textOf(chunk.choices[0]?.delta);
      if (text) take(text);
    }
  };
};
