// Importing, making providers and replies that nobody reads: no work is done, not even compiling.

import { left } from './left.mjs';

let compiled = 0;
const { Module } = WebAssembly;
WebAssembly.Module = class extends Module {
  constructor(...args) {
    super(...args);
    compiled++;
  }
};
const { AiEngine } = await import('../../../dist/index.js');
new AiEngine({ url: 'https://shop.example' }).createAsyncGenerator({ messages: 'x', signal: AbortSignal.abort() });
console.log(JSON.stringify({ left: left(), compiled }));
