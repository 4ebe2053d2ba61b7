import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { useChat } from '@ai-sdk/react';
import { DirectChatTransport, ToolLoopAgent, generateObject, tool } from 'ai';
import { City, apiKey, baseUrl, model, schemaModel, weather } from './settings.js';

const service = createOpenAICompatible({ name: 'service', baseURL: baseUrl, apiKey, supportsStructuredOutputs: true });
const { name, description, parameters: inputSchema, run: execute } = weather;
const agent = new ToolLoopAgent({ model: service(model), tools: { [name]: tool({ description, inputSchema, execute }) } });
const transport = new DirectChatTransport({ agent });

export function useTalk() {
  const { messages, error, status, sendMessage, regenerate, stop } = useChat({ transport });
  return {
    messages, error, isBusy: status === 'submitted' || status === 'streaming',
    send: (text, image) => sendMessage({ text, ...(image && { files: [{ type: 'file', mediaType: image.slice(5, image.indexOf(';')), url: image }] }) }),
    retry: () => regenerate(),
    stop,
    extract: async (prompt) => (await generateObject({ model: service(schemaModel), schema: City, prompt })).object,
  };
}
