// The AI SDK's useChat over a provider of rivulet, without a server.
import { useChat } from '@ai-sdk/react';
import { OpenAiChat } from 'rivulet/openai';
import { chatTransport } from 'rivulet/ai-sdk';
import { runTools, tool } from 'rivulet/tools';
import { City, apiKey, baseUrl, model, schemaModel, weather } from './settings.js';

const llm = new OpenAiChat({ baseUrl, apiKey, defaultModel: model, allowBrowser: true });
const transport = chatTransport(({ messages, signal }) => runTools(llm, { messages, signal, tools: [tool(weather)] }));

export function useTalk() {
  const { messages, error, status, sendMessage, regenerate, stop } = useChat({ transport });
  return {
    messages, error, isBusy: status === 'submitted' || status === 'streaming',
    send: (text, image) => sendMessage({ text, ...(image && { files: [{ type: 'file', mediaType: image.slice(5, image.indexOf(';')), url: image }] }) }),
    retry: () => regenerate(),
    stop,
    extract: (messages) => runTools(llm, { messages, model: schemaModel, output: City }).object(),
  };
}
