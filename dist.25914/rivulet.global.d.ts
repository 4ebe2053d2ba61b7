export * from './index.js';
export as namespace rivulet;
