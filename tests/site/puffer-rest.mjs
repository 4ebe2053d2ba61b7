// AI Puffer's public REST API, for clients with the site's key. It is off by default on real sites.

import { INCOMPLETE, instructions, PUFFER_BOT, usageOf, wording } from './puffer.mjs';
import { ask, estimate, isAnswered, CUT_OF_WHOLE, DOWN } from './provider.mjs';

const ALLOW = [['Allow', 'POST']];

export function pufferRoutes(site) {
  if (site.options.puffer !== '2.4.71') return {};
  const post = { methods: ['POST'], kind: 'chat', allow: ALLOW };
  return {
    '/aipkit/v1/chat/:bot/message': { ...post, serve: (call, path) => withMessages(call, (given) => answer(call, path, given)) },
    '/aipkit/v1/generate': { ...post, serve: (call) => withMessages(call, (given) => generate(call, given)) },
  };
}

/** What both routes check: the key, then the messages. */
function withMessages(call, serve) {
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
  const given = messages.map((item) => ({ role: item?.role ?? null, content: String(item?.content ?? '') }));
  return { ...serve(given), message: given.at(-1).content };
}

function answer(call, path, given) {
  if (path.split('/')[4] !== String(PUFFER_BOT)) return call.criticalError();
  const { site } = call;
  const outcome = ask([instructions(site.clock), ...given], { delay: 0, down: site.options.down });
  if (!isAnswered(outcome)) return refuse(call, outcome);
  return call.json(200, { reply: textOf(outcome), usage: usageOf(outcome.usage), bot_id: PUFFER_BOT, model: 'gpt-4o-mini' }, ALLOW);
}

/** A model of a provider without a bot, so there are no instructions of the site's. */
function generate(call, given) {
  const { site, params } = call;
  const outcome = ask(given, { instructions: given.filter(({ role }) => role === 'system').length, delay: 0, down: site.options.down });
  if (!isAnswered(outcome)) return refuse(call, outcome);
  // The recorded stub counts the input as it comes, without the instructions.
  const talk = given.filter(({ role }) => role !== 'system');
  const input = talk.map(({ role, content: text }) => ({ role, content: [{ type: 'input_text', text }] }));
  const { provider_raw: _, ...usage } = usageOf({ ...outcome.usage, prompt: estimate(JSON.stringify(input)) });
  return call.json(200, { content: textOf(outcome), usage, provider: 'OpenAI', model: params.model }, ALLOW);
}

const textOf = ({ pieces, end }) => pieces.join('') + (end === 'length' ? INCOMPLETE : '');

function refuse(call, outcome) {
  if (outcome.end === 'cut') return call.refuse(500, 'http_request_failed', `HTTP request failed: ${CUT_OF_WHOLE}`, ALLOW);
  const status = outcome.status ?? 500;
  const text = outcome.end === 'down' ? `OpenAI API Error: ${DOWN}`
    : `OpenAI API Error (HTTP ${status}): ${outcome.error ? wording(outcome.error) : outcome.html}`;
  return call.refuse(status, 'api_error', text, ALLOW);
}
