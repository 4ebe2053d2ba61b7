// What rivulet is measured beside: the packages people use, at their newest. Some of them ask for Node 22 and run on 20 all the
// same; their output is checked like everybody's.

import { cached } from '../scripts/lib/cached.mjs';

export const PEERS = {
  '@ai-sdk/openai-compatible': '3.0.92',
  '@anthropic-ai/sdk': '1.13.0',
  '@kreuzberg/liter-llm-wasm': '1.8.2',
  '@xsai/stream-text': '0.4.4',
  ai: '7.0.173',
  'eventsource-parser': '4.1.3',
  ollama: '0.6.4',
  openai: '7.57.0',
};

/** @returns {Promise<string>} the `node_modules` that has them */
export const peers = () => cached('bench-peers', PEERS);
