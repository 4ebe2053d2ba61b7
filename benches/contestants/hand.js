// A loop as one writes it by hand: decode, split into lines, parse.

import { post } from './post.js';

export const create = (site) => async (take) => {
  for await (const text of chat(site)) take(text);
};

const TEXT_OF = {
  openai: (event) => event.choices[0]?.delta?.content,
  thoughts: (event) => event.choices[0]?.delta?.reasoning_content,
  calls: (event) => event.choices[0]?.delta?.tool_calls?.[0].function.arguments,
  'ai-engine': (event) => (event.type === 'live' ? event.data : undefined),
  anthropic: (event) => (event.type === 'content_block_delta' ? event.delta.text : undefined),
};

async function* chat(site) {
  const response = await post(site);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const textOf = TEXT_OF[site.dialect];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      const data = line.slice(6);
      if (data === '[DONE]') return;
      const text = textOf(JSON.parse(data));
      if (text) yield text;
    }
  }
}
