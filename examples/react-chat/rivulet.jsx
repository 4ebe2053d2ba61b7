import { useState } from 'react';
import { OpenAiChat } from 'rivulet/openai';
import { runTools, tool } from 'rivulet/tools';
import { City, apiKey, baseUrl, model, schemaModel, weather } from './settings.js';

const llm = new OpenAiChat({ baseUrl, apiKey, defaultModel: model, allowBrowser: true });
const tools = [tool(weather)];

export function useTalk() {
  const [messages, setMessages] = useState([]);
  const [reply, setReply] = useState();
  const [error, setError] = useState();

  async function ask(before) {
    const reply = runTools(llm, { messages: before, tools });
    const show = () => setMessages([...before, ...reply.messages]);
    setReply(reply);
    setError();
    try {
      for await (const _ of reply.events) show();
    } catch (failure) {
      setError(failure);
    }
    show();
    setReply();
  }

  return {
    messages, error, isBusy: Boolean(reply),
    send: (text, image) => ask([...messages, { role: 'user', content: [{ type: 'text', text }, ...(image ? [{ type: 'image_url', image_url: { url: image } }] : [])] }]),
    retry: () => ask(messages.slice(0, messages.findLastIndex(({ role }) => role === 'user') + 1)),
    stop: () => reply.return(),
    extract: (text) => runTools(llm, { messages: text, model: schemaModel, output: City }).object(),
  };
}
