// A message that a string can hold, but not the request of it: each character becomes six in a form.

import { AiPower } from '../../../dist/index.js';

const site = { url: 'https://site.example', nonce: 'abcdef0123', postId: 1, botId: 1 };
let sent = 0;
const fetch = async () => {
  sent++;
  return new Response('{}');
};
const call = new AiPower({ ...site, fetch, retries: 0 }).createAsync({ messages: 'ü'.repeat(90_000_000) });
const { code, message } = await call.catch((error) => error);
console.log(JSON.stringify({ code, message, sent }));
