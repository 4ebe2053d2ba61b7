// The providers to choose from, and what the chosen settings mean for provider and call.

import * as rivulet from '../rivulet/index.js';
import { storage } from './settings.js';

/** @typedef {import('./settings.js').Settings & { apiKey?: string }} Settings the key is never stored */

/**
 * The providers, one a line. `kind`: a `preset` has the values of a site, a `site` is a class that needs an address, a `service` is one
 * that takes a key.
 */
export const PROVIDERS = {
  AiEngine: { kind: 'site', title: 'AiEngine' },
  AiPower: { kind: 'site', title: 'AiPower (1.x to 2.2)' },
  AiPuffer: { kind: 'site', title: 'AiPuffer (2.3 and later)' },
  OpenAiChat: { kind: 'service', title: 'OpenAiChat' },
  OpenAiResponses: { kind: 'service', title: 'OpenAiResponses' },
  Anthropic: { kind: 'service', title: 'Anthropic' },
  Cohere: { kind: 'service', title: 'Cohere' },
  Gemini: { kind: 'service', title: 'Gemini' },
  Ollama: { kind: 'service', title: 'Ollama' },
  Chatgpt4Online: { kind: 'preset', title: 'Chatgpt4Online (preset)' },
  Chatgpt4o: { kind: 'preset', title: 'Chatgpt4o (preset)' },
};

/** The groups in which the providers are offered, by their kinds. */
export const GROUPS = { site: 'Chatbots of sites', service: 'Services with a key', preset: 'Historic: the values of sites that were' };

export const kindOf = (name) => PROVIDERS[name]?.kind;
export const isPreset = (name) => kindOf(name) === 'preset';
export const isService = (name) => kindOf(name) === 'service';

/** The models of a preset, its aliases first. This compiles the module, so it throws where WebAssembly is not allowed. */
export function modelsOf(name) {
  if (!isPreset(name)) return { models: [], standard: 'as the service calls it' };
  const { models, modelAliases, defaultModel } = rivulet[name];
  return { models: [...Object.keys(modelAliases), ...models], standard: defaultModel };
}

/** The usual address of a service. This compiles the module, so it throws where WebAssembly is not allowed. */
export const defaultUrl = (name) => (isService(name) ? new rivulet[name]({}).url : '');

/** Where the endpoint and the relay are: `npm start` serves them beside the page. */
export const EDGE = new URL('../../edge/', import.meta.url).href;

/** The pages of the local site that `npm start` serves, for the providers whose chat is not on its first page. */
export const LOCAL_PAGES = { AiPuffer: '/chat-puffer/' };

/** How the page reaches a site, each with its explanation for the visitor. */
export const CONNECTIONS = {
  direct: 'The page asks the site itself.',
  relay: 'The page asks the relay, and the relay the site: so a page of any listed origin can read the stream.',
  endpoint: 'The page speaks OpenAI’s protocol with the endpoint, and the endpoint speaks the site’s with the site, which it chooses itself.',
};

/** How the page is connected, in a few words. @param {Settings} settings */
export function connectionInWords(settings) {
  const { provider, url, baseUrl } = settings;
  const connection = connectionOf(settings);
  if (connection === 'endpoint') return `${provider}, through the endpoint`;
  const address = isService(provider) ? baseUrl || defaultUrl(provider) : url;
  const host = URL.canParse(address) ? new URL(address).host : 'no address yet';
  return `${provider} at ${host}, ${connection === 'relay' || (!isService(provider) && settings.proxy) ? 'by a relay' : 'asked directly'}`;
}

/** How the settings reach their provider. Services are always asked directly: anything in between would see the key. @param {Settings} settings */
const connectionOf = ({ provider, way }) => (isService(provider) ? 'direct' : way);

/** The fields of the form that have a meaning for these settings; the others are neither shown nor used. @param {Settings} settings */
export function fieldsOf(settings) {
  const kind = kindOf(settings.provider);
  if (kind === 'service') return ['baseUrl', 'apiKey', 'model'];
  const connection = connectionOf(settings);
  return [
    'way',
    ...(kind === 'preset' ? ['model'] : []),
    ...(connection === 'endpoint' ? [] : ['url', 'botId', 'page']),
    ...(connection === 'direct' ? ['proxy'] : []),
  ];
}

/** The class or preset that the page uses. The endpoint speaks OpenAI's protocol, whatever is behind it. @param {Settings} settings */
export const classOf = (settings) => (connectionOf(settings) === 'endpoint' ? 'OpenAiChat' : settings.provider);

/** The settings of the provider, and no more than needed, since the code on the page shows them. @param {Settings} settings */
export function providerSettings(settings) {
  const { provider, url, botId, page, baseUrl, apiKey } = settings;
  if (connectionOf(settings) === 'endpoint') return { baseUrl: `${EDGE}v1` };
  // `allowBrowser`: the key is the visitor's own, and nobody else can read this page.
  if (isService(provider)) return { ...(baseUrl && { baseUrl }), ...(apiKey && { apiKey, allowBrowser: true }) };
  return { url, ...(botId && { botId }), ...(page && { page }) };
}

/** The options of the call beside messages, signal and conversation. @param {Settings} settings */
export function callOptions(settings) {
  const { proxy, idle } = settings;
  const model = modelOf(settings);
  const relay = connectionOf(settings) === 'relay' ? `${EDGE}relay/` : fieldsOf(settings).includes('proxy') && proxy;
  return {
    ...(model && { model }),
    ...(relay && { proxy: relay }),
    ...(Number(idle) > 0 && { timeout: { idle: Number(idle) * 1000 } }),
  };
}

/** The model of the call. For the endpoint it is the name of the provider, and after a colon the provider's model. */
function modelOf(settings) {
  const model = fieldsOf(settings).includes('model') ? settings.model : '';
  if (connectionOf(settings) !== 'endpoint') return model;
  return [settings.provider, model].filter(Boolean).join(':');
}

/** The session store: nonces outlive a reload where the browser allows storage, and else are kept in memory. */
const session = storage() && rivulet.storageSession(storage());

/** @param {Settings} settings */
export function makeProvider(settings) {
  const name = classOf(settings);
  const all = { ...providerSettings(settings), ...(session && { session }) };
  return isPreset(name) ? rivulet[name].with(all) : new rivulet[name](all);
}

/** Names the service with which the conversation is: it stays the same with and without the relay. */
export const serviceKey = (settings) => {
  const { provider, url, botId, page, baseUrl } = settings;
  if (connectionOf(settings) === 'endpoint') return JSON.stringify([provider, 'endpoint']);
  return JSON.stringify(isService(provider) ? [provider, baseUrl] : [provider, url, botId, page]);
};
