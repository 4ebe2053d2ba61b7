// Five hundred replies on one signal, fifty at a time.

import { getEventListeners } from 'node:events';
import { AiEngine } from '../../../dist/index.js';

const [url] = process.argv.slice(2);
const { signal } = new AbortController();
const engine = new AiEngine({ url });
let replies = 0;
for (let i = 0; i < 10; i++) {
  // A signal of its own is what undici listens to; ours gets one listener a reply that is under way.
  const texts = Array.from({ length: 50 }, () => engine.createAsync({ messages: 'x', signal }));
  replies += (await Promise.all(texts)).length;
}
console.log(JSON.stringify({ replies, listeners: getEventListeners(signal, 'abort').length }));
