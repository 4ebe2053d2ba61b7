// The providers to choose from, and the call that the settings mean.

import { AiEngine, AiPower, AiPuffer, Chatgpt4o, Chatgpt4Online, ChatError, storageSession } from './rivulet/rivulet.min.js';
import { storage } from './settings.js';

/** @typedef {import('./settings.js').Settings} Settings */

const PRESETS = { Chatgpt4Online, Chatgpt4o };
const CLASSES = { AiEngine, AiPower, AiPuffer };

export const PROVIDERS = {
  Chatgpt4Online: 'Chatgpt4Online (preset)',
  Chatgpt4o: 'Chatgpt4o (preset)',
  AiEngine: 'AiEngine',
  AiPower: 'AiPower (1.x to 2.2)',
  AiPuffer: 'AiPuffer (2.3 and later)',
};

export const isPreset = (name) => Object.hasOwn(PRESETS, name);

/** Models that a preset knows, its aliases first. Compiles the module, so it may fail where WebAssembly is forbidden. */
export function modelsOf(name) {
  if (!isPreset(name)) return { models: [], standard: '' };
  const { models, modelAliases, defaultModel } = PRESETS[name];
  return { models: [...Object.keys(modelAliases), ...models], standard: defaultModel };
}

/** `npm start` serves the edge beside the page. */
export const EDGE = new URL('../edge/', import.meta.url).href;

export const WAYS = {
  direct: 'The page asks the site itself.',
  relay: 'The page asks the relay, and the relay the site: so a page of any listed origin can read the stream.',
};

/** What goes into the constructor (or `with`), as little as possible: the code on the page shows the same. */
export function siteSettings({ url, botId, page }) {
  return { url, ...(botId && { botId }), ...(page && { page }) };
}

/** What goes into the call beside messages, signal and conversation. @param {Settings} settings */
export function callOptions({ provider, way, model, proxy, idle }) {
  const relay = way === 'relay' ? `${EDGE}relay/` : proxy;
  return {
    ...(model && isPreset(provider) && { model }),
    ...(relay && { proxy: relay }),
    ...(Number(idle) > 0 && { timeout: { idle: Number(idle) * 1000 } }),
  };
}

/** Nonces are kept over reloads where the browser lets us; else in memory, as by default. */
const session = storage() && storageSession(storage());

/** @param {Settings} settings */
export function makeProvider(settings) {
  const own = { ...siteSettings(settings), ...(session && { session }) };
  if (isPreset(settings.provider)) return PRESETS[settings.provider].with(own);
  const Provider = CLASSES[settings.provider];
  if (!Provider) throw new ChatError('input', `there is no provider ${settings.provider}`);
  return new Provider(own);
}

/** As long as this stays the same, the service can go on with its own conversation. @param {Settings} settings */
export const talkKey = ({ provider, url, botId, page }) => JSON.stringify([provider, url, botId, page]);
