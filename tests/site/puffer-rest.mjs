// AI Puffer's public REST API, for clients with the site's key. It is off by default on real sites.

import { instructions, PUFFER_BOT, usageOf, wording } from './puffer.mjs';
import { ask, DOWN } from './provider.mjs';

const ALLOW = [['Allow', 'POST']];

export function pufferRoutes(site) {
  if (site.options.puffer !== '2.4.71') return {};
  return { '/aipkit/v1/chat/:bot/message': { methods: ['POST'], kind: 'chat', allow: ALLOW, serve: answer } };
}

function answer(call, path) {
  const { site, request } = call;
  if (!site.options.apiKey) {
    return call.refuse(403, 'rest_aipkit_api_access_disabled', 'REST API access is disabled.');
  }
  const key = request.headers.authorization?.replace(/^Bearer /, '') ?? call.params?.aipkit_api_key;
  if (key !== site.options.apiKey) {
    return call.refuse(401, 'rest_aipkit_invalid_api_key', 'Invalid or missing API Key.');
  }
  const messages = call.params?.messages;
  if (!Array.isArray(messages) || messages.length === 0) {
    const text = 'The "messages" parameter must be a non-empty array.';
    return call.refuse(400, 'rest_aipkit_invalid_messages', text, ALLOW);
  }
  if (path.split('/')[4] !== String(PUFFER_BOT)) return call.criticalError();
  const given = messages.map((item) => ({ role: item?.role ?? null, content: String(item?.content ?? '') }));
  const sent = [instructions(site.clock), ...given];
  const outcome = ask(sent, { delay: 0, down: site.options.down });
  const message = sent.at(-1).content;
  return { ...reply(call, outcome), message };
}

function reply(call, outcome) {
  if (outcome.end === 'stop') {
    const value = { reply: outcome.pieces.join(''), usage: usageOf(outcome.usage), bot_id: PUFFER_BOT };
    return call.json(200, { ...value, model: 'gpt-4o-mini' }, ALLOW);
  }
  const status = outcome.status ?? 500;
  const text = outcome.end === 'down' ? `OpenAI API Error: ${DOWN}`
    : `OpenAI API Error (HTTP ${status}): ${outcome.error ? wording(outcome.error) : outcome.html}`;
  return call.refuse(status, 'api_error', text, ALLOW);
}
