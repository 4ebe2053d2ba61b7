// `ChatError` comes through index.js, so that the bundle has it once, in the chunk that both entry points share.
export { ChatError } from './index.js';
export { createHandler } from './edge/handler.js';
export { createRelay } from './edge/relay.js';
export { cacheStore, kvStore } from './edge/stores.js';
