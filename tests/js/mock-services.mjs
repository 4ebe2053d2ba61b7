// All services you have an API key for, at a mock of their protocols that nobody here wrote (aimock), over loopback.

import * as rivulet from '../../dist/index.js';
import { KEYED } from './exported.mjs';

/** Where aimock has each protocol, and a model that it knows there. */
const PLACES = {
  Anthropic: { path: '/v1', model: 'claude-sonnet-4' },
  Cohere: { path: '', model: 'command-a-03-2025' },
  Gemini: { path: '/v1beta', model: 'gemini-2.5-flash' },
  Ollama: { path: '', model: 'llama3.2' },
  OpenAiChat: { path: '/v1', model: 'gpt-4o' },
  OpenAiResponses: { path: '/v1', model: 'gpt-4o' },
  WorkersAi: { path: '', model: '@cf/openai/gpt-oss-120b', settings: { accountId: 'account' } },
};

/**
 * A provider of each class, by its name. `fetch` is called with what the provider sends.
 *
 * @param {{ url: string }} mock
 * @param {{ apiKey: string, fetch: typeof globalThis.fetch }} options
 */
export function mockServices(mock, { apiKey, fetch }) {
  const services = {};
  for (const name of KEYED) {
    const place = PLACES[name];
    if (place === undefined) throw new Error(`${name} has no place at the mock: add it here, or say why it cannot be there`);
    const { path, model, settings } = place;
    const reached = name === 'WorkersAi' ? (url, init) => fetch(...asChatCompletions(mock, url, init)) : fetch;
    services[name] = new rivulet[name]({ baseUrl: `${mock.url}${path}`, apiKey, retries: 0, defaultModel: model, ...settings, fetch: reached });
  }
  return services;
}

/** aimock has no Workers AI. That service's newer models take and give OpenAI's shape at an address of their own, and tell usage unasked. */
function asChatCompletions(mock, url, init) {
  if (init.method !== 'POST') return [`${mock.url}/v1/models`, init];
  return [`${mock.url}/v1/chat/completions`, { ...init, body: JSON.stringify({ model: 'gpt-4o', stream_options: { include_usage: true }, ...JSON.parse(init.body) }) }];
}
