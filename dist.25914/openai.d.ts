// `rivulet/openai`: Chat Completions and Responses, of OpenAI and of the services that speak as it does; what else `rivulet` has for these. The same
// classes as in `rivulet`, from a smaller module where nothing bundles.

export type * from './index.js';
export { ChatError, Client, Fallback, OpenAiChat, OpenAiResponses, SERVICES, formatPrompt, storageSession } from './index.js';
