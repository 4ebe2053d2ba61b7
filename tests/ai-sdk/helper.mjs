// The AI SDK in the versions 5 to 7, and providers in front of the strict stub services of tests/clients.

import { Anthropic, Gemini, Ollama, OpenAiChat, OpenAiResponses, SERVICES } from '../../dist/index.js';
import { SERVICE_KEY, startServices } from '../clients/services.mjs';
import { load } from '../clients/sdks/load.mjs';

// Its warnings are looked at where they belong; the console stays quiet.
globalThis.AI_SDK_LOG_WARNINGS = false;

const PACKAGES = { 5: 'ai-5', 6: 'ai-6', 7: 'ai' };

/** Which versions of the interface each version of the SDK takes. */
export const ROWS = [[5, 'v2'], [6, 'v2'], [6, 'v3'], [7, 'v2'], [7, 'v3'], [7, 'v4']];

/** @param {5 | 6 | 7} major */
export const sdk = (major) => load(PACKAGES[major]);

/** The stub services, and providers that ask them at the addresses of the real ones. */
export async function startStubs() {
  const services = await startServices();
  const addresses = {
    'https://api.openai.com/v1/chat': 'chat/v1/chat',
    'https://api.openai.com/v1/responses': 'responses/v1/responses',
    'https://openrouter.ai/api/v1': 'chat/v1',
    'https://api.deepseek.com': 'chat/v1',
    'https://api.anthropic.com': 'anthropic',
    'https://generativelanguage.googleapis.com': 'gemini',
    'http://localhost:11434': 'ollama',
  };
  const transport = (input, init) => {
    const [address, path] = Object.entries(addresses).find(([start]) => String(input).startsWith(start)) ?? [];
    if (!address) throw new Error(`no stub for ${input}`);
    return fetch(`${services.url}/${path}${String(input).slice(address.length)}`, init);
  };
  const settings = { apiKey: SERVICE_KEY, fetch: transport, defaultModel: 'stub-1' };
  const providers = {
    openai: new OpenAiChat(settings),
    responses: new OpenAiResponses(settings),
    anthropic: new Anthropic(settings),
    gemini: new Gemini({ ...settings, defaultModel: 'gemini-3-stub' }),
    ollama: new Ollama({ fetch: transport, defaultModel: 'stub-1' }),
    deepseek: new OpenAiChat({ ...SERVICES.deepseek, ...settings, defaultModel: 'deepseek-stub' }),
  };
  return { services, providers, transport };
}
