export * from './index.js';
export * from './edge.js';
