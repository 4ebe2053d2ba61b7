// `rivulet/wordpress`: everything for WordPress sites with a chatbot.

export type * from './index.js';
export { AiEngine, AiPower, AiPuffer, ChatError, Chatgpt4Online, Chatgpt4o, Client, Fallback, formatPrompt, storageSession } from './index.js';
