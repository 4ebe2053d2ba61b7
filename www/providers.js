// The providers to choose from, and the call that the settings mean.

import * as rivulet from './rivulet/rivulet.min.js';
import { storage } from './settings.js';

/** @typedef {import('./settings.js').Settings & { apiKey?: string }} Settings the key is never among what is stored */

/** A line each. A `preset` has a site's values, a `site` is a class that wants an address, a `service` one that takes a key. */
export const PROVIDERS = {
  Chatgpt4Online: { kind: 'preset', title: 'Chatgpt4Online (preset)' },
  Chatgpt4o: { kind: 'preset', title: 'Chatgpt4o (preset)' },
  AiEngine: { kind: 'site', title: 'AiEngine' },
  AiPower: { kind: 'site', title: 'AiPower (1.x to 2.2)' },
  AiPuffer: { kind: 'site', title: 'AiPuffer (2.3 and later)' },
  OpenAiChat: { kind: 'service', title: 'OpenAiChat' },
  OpenAiResponses: { kind: 'service', title: 'OpenAiResponses' },
  Anthropic: { kind: 'service', title: 'Anthropic' },
  Cohere: { kind: 'service', title: 'Cohere' },
  Gemini: { kind: 'service', title: 'Gemini' },
  Ollama: { kind: 'service', title: 'Ollama' },
};

const kindOf = (name) => PROVIDERS[name]?.kind;
export const isPreset = (name) => kindOf(name) === 'preset';
export const isService = (name) => kindOf(name) === 'service';

/** Models that a preset knows, its aliases first. Compiles the module, so it may fail where WebAssembly is forbidden. */
export function modelsOf(name) {
  if (!isPreset(name)) return { models: [], standard: 'as the service calls it' };
  const { models, modelAliases, defaultModel } = rivulet[name];
  return { models: [...Object.keys(modelAliases), ...models], standard: defaultModel };
}

/** Where a service is asked if nobody says otherwise. Compiles the module, too. */
export const defaultUrl = (name) => (isService(name) ? new rivulet[name]({}).url : '');

/** `npm start` serves the edge beside the page. */
export const EDGE = new URL('../edge/', import.meta.url).href;

export const WAYS = {
  direct: 'The page asks the site itself.',
  relay: 'The page asks the relay, and the relay the site: so a page of any listed origin can read the stream.',
  endpoint: 'The page speaks OpenAI’s protocol with the endpoint, and the endpoint speaks the site’s with the site, which it chooses itself.',
};

/** A service is asked by the page alone: whoever stands between would see the key. @param {Settings} settings */
const wayOf = ({ provider, way }) => (isService(provider) ? 'direct' : way);

/** The fields that mean something; the others are neither shown nor used. @param {Settings} settings */
export function fieldsOf(settings) {
  const kind = kindOf(settings.provider);
  if (kind === 'service') return ['baseUrl', 'apiKey', 'model'];
  const way = wayOf(settings);
  return [
    'way',
    ...(kind === 'preset' ? ['model'] : []),
    ...(way === 'endpoint' ? [] : ['url', 'botId', 'page']),
    ...(way === 'direct' ? ['proxy'] : []),
  ];
}

/** The provider that the page itself uses: for what speaks OpenAI's protocol, that is OpenAI's. @param {Settings} settings */
export const nameOf = (settings) => (wayOf(settings) === 'endpoint' ? 'OpenAiChat' : settings.provider);

/** What goes into the constructor (or `with`), as little as possible: the code on the page shows the same. @param {Settings} settings */
export function ownSettings(settings) {
  const { provider, url, botId, page, baseUrl, apiKey } = settings;
  if (wayOf(settings) === 'endpoint') return { baseUrl: `${EDGE}v1` };
  // The key is the visitor's own, in a page that shows it to nobody: that is what `allowBrowser` asks about.
  if (isService(provider)) return { ...(baseUrl && { baseUrl }), ...(apiKey && { apiKey, allowBrowser: true }) };
  return { url, ...(botId && { botId }), ...(page && { page }) };
}

/** What goes into the call beside messages, signal and conversation. @param {Settings} settings */
export function callOptions(settings) {
  const { proxy, idle } = settings;
  const model = modelOf(settings);
  const relay = wayOf(settings) === 'relay' ? `${EDGE}relay/` : fieldsOf(settings).includes('proxy') && proxy;
  return {
    ...(model && { model }),
    ...(relay && { proxy: relay }),
    ...(Number(idle) > 0 && { timeout: { idle: Number(idle) * 1000 } }),
  };
}

/** The endpoint calls each provider by its name here, and after a colon its model. */
function modelOf(settings) {
  const model = fieldsOf(settings).includes('model') ? settings.model : '';
  if (wayOf(settings) !== 'endpoint') return model;
  return [settings.provider, model].filter(Boolean).join(':');
}

/** Nonces are kept over reloads where the browser lets us; else in memory, as by default. */
const session = storage() && rivulet.storageSession(storage());

/** @param {Settings} settings */
export function makeProvider(settings) {
  const name = nameOf(settings);
  const own = { ...ownSettings(settings), ...(session && { session }) };
  return isPreset(name) ? rivulet[name].with(own) : new rivulet[name](own);
}

/** As long as this stays the same, the service can go on with its own conversation. By relay or not, the site is the same. */
export const talkKey = (settings) => {
  const { provider, url, botId, page, baseUrl } = settings;
  if (wayOf(settings) === 'endpoint') return JSON.stringify([provider, 'endpoint']);
  return JSON.stringify(isService(provider) ? [provider, baseUrl] : [provider, url, botId, page]);
};
