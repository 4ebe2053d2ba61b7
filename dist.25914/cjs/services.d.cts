// `rivulet/services`: everything for services that people hold keys for.

export type * from './index.cjs';
export { Anthropic, ChatError, Client, Cohere, Fallback, Gemini, Ollama, OpenAiChat, OpenAiResponses, SERVICES, WorkersAi, formatPrompt, storageSession } from './index.cjs';
