// `rivulet/ai-sdk`: providers as models of the AI SDK, and replies for its `useChat`. It takes providers of any entry and has no part of the core.

export { ChatError } from './error.js';
export { languageModel } from './ai-sdk/model.js';
export { embeddingModel } from './ai-sdk/embedding.js';
export { modelProvider } from './ai-sdk/model-provider.js';
export { chatRoute, chatTransport } from './ai-sdk/chat.js';
export { fromUIMessages } from './ai-sdk/ui-messages.js';
export { toUIMessageStream, toUIMessageStreamResponse } from './ai-sdk/ui-stream.js';
