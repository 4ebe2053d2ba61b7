export { ChatError } from './error.js';
export { createHandler } from './edge/handler.js';
export { createRelay } from './edge/relay.js';
export { cacheStore, kvStore } from './edge/stores.js';
