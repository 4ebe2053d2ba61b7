// A message with a large image to a service or a site: what the process has before it, at its height, and after it. `image.mjs PROVIDER MIB`

import { setTimeout } from 'node:timers/promises';

import * as rivulet from '../../../dist/index.js';

const MB = 1024 * 1024;
const [name, mebibytes] = process.argv.slice(2);
const ENDS = {
  Anthropic: 'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\ndata: {"type":"message_stop"}\n\n',
  Gemini: 'data: {"candidates":[{"finishReason":"STOP"}]}\n\n',
  Ollama: '{"message":{"content":""},"done":true}\n',
  OpenAiResponses: 'data: {"type":"response.completed","response":{"status":"completed"}}\n\n',
  Cohere: 'data: {"type":"message-end","delta":{"finish_reason":"COMPLETE"}}\n\n',
};
const ENGINE_END = 'data: {"type":"live","data":"a"}\n\ndata: {"type":"end","data":"{\\"success\\":true,\\"reply\\":\\"a\\"}"}\n\n';
const json = (value) => Response.json(value);
const POWER_END = 'event: message\ndata: {"id":"1","choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n';
const PUFFER_END = 'event: message_start\ndata: {"message_id":"m"}\n\ndata: {"delta":"a"}\n\nevent: done\ndata: {"finished":true}\n\n';
const events = (text) => new Response(text, { headers: { 'content-type': 'text/event-stream' } });

/** Settings of sites, and their answers by a piece of the address or of the body. */
const SITES = {
  AiEngine: {
    start_session: () => json({ success: true, restNonce: '0123456789' }),
    'files/upload': () => json({ success: true, data: { id: 'f1', url: 'https://shop.example/f1.png' } }),
    'chats/submit': () => events(ENGINE_END),
  },
  AiPower: { 'admin-ajax': () => events(POWER_END) },
  AiPuffer: { cache_key: () => events(PUFFER_END), 'admin-ajax': () => json({ success: true, data: { cache_key: 'k' } }) },
};
const SETTINGS = {
  ...Object.fromEntries(Object.keys(SITES).map((site) => [site, { url: 'https://shop.example', botId: '5', nonce: '0123456789' }])),
  AiEngine: { url: 'https://shop.example' },
  AiPower: { url: 'https://shop.example', botId: '5', postId: '1', nonce: '0123456789' },
};
let sent = 0;
const fetch = async (url, { body }) => {
  sent = Math.max(sent, body?.length ?? body?.size ?? 0);
  const way = Object.keys(SITES[name] ?? {}).find((piece) => url.includes(piece));
  if (way) return SITES[name][way]();
  return new Response(ENDS[name] ?? 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
};
const provider = new rivulet[name]({ ...(SETTINGS[name] ?? { apiKey: 'sk', defaultModel: 'm' }), retries: 0, fetch });
const ask = (url) => provider.createAsync({ onWarning: null, messages: [{ role: 'user', content: [{ type: 'text', text: 'What is it?' }, { type: 'image_url', image_url: { url } }] }] });
const settled = async () => {
  for (let turn = 0; turn < 4; turn++) {
    await setTimeout(5);
    globalThis.gc();
  }
  return process.memoryUsage();
};

await ask('data:image/png;base64,AAAA');
const before = await settled();
let image = Buffer.from('data:image/png;base64,'.padEnd(Number(mebibytes) * MB, 'A')).toString('latin1');
const { rss: withImage } = await settled();
const peakBefore = process.resourceUsage().maxRSS * 1024;
await ask(image);
const peak = process.resourceUsage().maxRSS * 1024;
image = undefined;
const after = await settled();
// Where the call added less than the process once had, nothing is known of what it added.
console.log(JSON.stringify({ sent, grown: peak > peakBefore ? peak - withImage : undefined, left: after.rss - before.rss }));
