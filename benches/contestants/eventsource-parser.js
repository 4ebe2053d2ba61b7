import { createParser } from 'eventsource-parser';

import { post } from './post.js';

export const create = (site) => async (take) => {
  for await (const text of chat(site)) take(text);
};

const TEXT_OF = {
  openai: (event) => event.choices[0]?.delta?.content,
  'ai-engine': (event) => (event.type === 'live' ? event.data : undefined),
};

async function* chat(site) {
  const response = await post(site);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const textOf = TEXT_OF[site.dialect];
  const decoder = new TextDecoder();
  let events = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(data) });
  for await (const chunk of response.body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    const came = events;
    events = [];
    for (const data of came) {
      if (data === '[DONE]') return;
      const text = textOf(JSON.parse(data));
      if (text) yield text;
    }
  }
}
