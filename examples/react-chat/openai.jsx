// With `openai`, by hand: its runner of tools loses the reasoning, which this service wants back.
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { useState } from 'react';
import { City, apiKey, baseUrl, model, schemaModel, weather } from './settings.js';

const client = new OpenAI({ baseURL: baseUrl, apiKey, dangerouslyAllowBrowser: true });
const tools = [zodFunction(weather)];

export function useTalk() {
  const [messages, setMessages] = useState([]);
  const [stopping, setStopping] = useState();
  const [error, setError] = useState();

  async function ask(before) {
    const stopping = new AbortController();
    let talk = before;
    setMessages(talk);
    setStopping(stopping);
    setError();
    try {
      for (let step = 0; step < 20; step++) {
        const message = { role: 'assistant', content: '', reasoning_content: '' };
        const calls = [];
        const shown = () => ({ ...message, ...(calls.length > 0 && { tool_calls: calls }) });
        const stream = await client.chat.completions.create({ model, messages: talk, tools, stream: true }, { signal: stopping.signal });
        for await (const { choices: [choice] } of stream) {
          message.content += choice?.delta.content ?? '';
          message.reasoning_content += choice?.delta.reasoning_content ?? '';
          for (const { index, id, function: { name, arguments: piece } } of choice?.delta.tool_calls ?? []) {
            calls[index] ??= { id, type: 'function', function: { name, arguments: '' } };
            calls[index].function.arguments += piece ?? '';
          }
          setMessages([...talk, shown()]);
        }
        talk = [...talk, shown()];
        if (calls.length === 0) break;
        const results = calls.map(async ({ id, function: { name, arguments: text } }) => {
          let content;
          try {
            if (name !== weather.name) throw new Error(`there is no tool ${name}`);
            content = await weather.run(weather.parameters.parse(JSON.parse(text || '{}')));
          } catch (failure) {
            content = `Error: ${failure.message}`;
          }
          return { role: 'tool', tool_call_id: id, content };
        });
        talk = [...talk, ...await Promise.all(results)];
        setMessages(talk);
      }
    } catch (failure) {
      if (!stopping.signal.aborted) setError(failure);
    }
    setStopping();
  }

  return {
    messages, error, isBusy: Boolean(stopping),
    send: (text, image) => ask([...messages, { role: 'user', content: [{ type: 'text', text }, ...(image ? [{ type: 'image_url', image_url: { url: image } }] : [])] }]),
    retry: () => ask(messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1)),
    stop: () => stopping.abort(),
    extract: async (text) => {
      const { choices } = await client.chat.completions.parse({ model: schemaModel, messages: [{ role: 'user', content: text }], response_format: zodResponseFormat(City, 'city') });
      return choices[0].message.parsed;
    },
  };
}
