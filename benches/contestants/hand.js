// A loop as one writes it by hand: decode, split into lines, parse.

import { post } from './post.js';

const TEXT_OF = {
  openai: (event) => event.choices[0]?.delta?.content,
  thoughts: (event) => event.choices[0]?.delta?.reasoning_content,
  calls: (event) => event.choices[0]?.delta?.tool_calls?.[0].function.arguments,
  'ai-engine': (event) => (event.type === 'live' ? event.data : undefined),
  anthropic: (event) => (event.type === 'content_block_delta' ? event.delta.text : undefined),
  ollama: (event) => event.message.content,
};

/** What a site wants to see, once for all replies. */
async function session({ dialect, url, fetch = globalThis.fetch }) {
  if (dialect !== 'ai-engine') return {};
  const response = await fetch(`${url}/wp-json/mwai/v1/start_session`, { method: 'POST' });
  return { 'x-wp-nonce': (await response.json()).restNonce };
}

export const create = (site) => {
  const chat = site.dialect === 'ollama' ? lines : events;
  let headers;
  return async (take) => {
    headers ??= await session(site);
    for await (const text of chat(site, headers)) take(text);
  };
};

async function* events(site, headers) {
  const response = await post(site, headers);
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

/** The same where a line is JSON and nothing else. */
async function* lines(site, headers) {
  const response = await post(site, headers);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const textOf = TEXT_OF[site.dialect];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (!line) continue;
      const event = JSON.parse(line);
      const text = textOf(event);
      if (text) yield text;
      if (event.done) return;
    }
  }
}
