// By way of index, so that all of it lies in the chunk that both entries share.
export { ChatError } from './index.js';
export { createHandler } from './edge/handler.js';
export { createRelay } from './edge/relay.js';
export { cacheStore, kvStore } from './edge/stores.js';
