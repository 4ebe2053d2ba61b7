// The providers to choose from, and what the chosen settings mean for provider and call.

import * as rivulet from '../rivulet/index.js';
import { storage } from '../page/storage.js';

/** @typedef {import('./settings.js').Lane & { apiKey?: string }} Lane the key is never stored @typedef {import('./settings.js').Settings} Settings */

/**
 * The providers, one a line. `kind`: a `preset` has the values of a site, a `site` is a class that needs an address, a `service` is one
 * that takes a key. The services of `SERVICES`, which OpenAiChat speaks to, come beside these.
 */
const PROVIDERS = {
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
export const GROUPS = {
  site: 'Chatbots of WordPress sites',
  service: 'Services that take a key',
  compatible: 'Services that OpenAiChat speaks to',
  preset: 'Historic: the values of sites that were',
};

const isNamed = (name) => Object.hasOwn(PROVIDERS, name);
/** Whether a provider is one of `SERVICES`. */
export const isCompatible = (name) => !isNamed(name) && Object.hasOwn(rivulet.SERVICES, name);
const kindOf = (name) => (isCompatible(name) ? 'compatible' : isNamed(name) ? PROVIDERS[name].kind : undefined);
export const isPreset = (name) => kindOf(name) === 'preset';
export const isSite = (name) => ['site', 'preset'].includes(kindOf(name));
/** Whether it takes a key and is asked directly. */
export const isService = (name) => ['service', 'compatible'].includes(kindOf(name));
export const titleOf = (name) => (isCompatible(name) ? rivulet.SERVICES[name].name : PROVIDERS[name]?.title);

/** What the page calls the provider of a lane, in few words. @param {Lane} lane */
export const nameOf = ({ provider }) => (isCompatible(provider) ? titleOf(provider) : provider);

/** What a provider is called beside others: with its model, where another one is called the same. @param {Lane} lane @param {Lane[]} lanes */
export function nameAmong(lane, lanes) {
  const name = nameOf(lane);
  const isAlone = lanes.every((other) => other === lane || nameOf(other) !== name);
  return isAlone || lane.model === '' ? name : `${name}: ${lane.model}`;
}

/** All providers of a kind, by name. */
export const providersOf = (kind) => (kind === 'compatible'
  ? Object.keys(rivulet.SERVICES).sort((a, b) => titleOf(a).localeCompare(titleOf(b), 'en'))
  : Object.keys(PROVIDERS).filter((name) => kindOf(name) === kind));

/** The models of a preset, its aliases first. This compiles the module, so it throws where WebAssembly is not allowed. */
export function modelsOf(name) {
  if (!isPreset(name)) return { models: [], standard: isService(name) ? 'as the service calls it' : '' };
  const { models, modelAliases, defaultModel } = rivulet[name];
  return { models: [...Object.keys(modelAliases), ...models], standard: defaultModel };
}

/** The usual address of a service. This compiles the module, so it throws where WebAssembly is not allowed. */
export function defaultUrl(name) {
  if (isCompatible(name)) return rivulet.SERVICES[name].baseUrl;
  return isService(name) ? new rivulet[name]({}).url : '';
}

/** Where the endpoint and the relay are: `npm start` serves them beside the page. */
export const EDGE = new URL('../../edge/', import.meta.url).href;

/** The stand-ins for services that `npm start` serves: where each is, and the key that they take, which opens nothing else. */
const STAND_INS = {
  OpenAiChat: 'chat/v1', OpenAiResponses: 'responses/v1', Anthropic: 'anthropic/v1', Gemini: 'gemini/v1beta', Ollama: 'ollama',
};
const STAND_IN_MODEL = 'stub-small';
export const STAND_IN_KEY = 'sk-placeholder-of-the-services';
/** The address of a service's stand-in; `undefined` where it has none. */
export const standInOf = (name) => (Object.hasOwn(STAND_INS, name) ? new URL(`../../services/${STAND_INS[name]}`, import.meta.url).href : undefined);

/** The settings of a service's stand-in, with its key. @param {string} provider */
export const standInLane = (provider) => ({
  provider, baseUrl: standInOf(provider), model: STAND_IN_MODEL, apiKey: provider === 'Ollama' ? '' : STAND_IN_KEY,
});
/** An address beside the stand-ins at which nothing answers, for examples of what happens then. */
export const NOTHING = new URL('../../services/nothing/v1', import.meta.url).href;

/** The pages of the local site that `npm start` serves, for the providers whose chat is not on its first page. */
export const LOCAL_PAGES = { AiPuffer: '/chat-puffer/' };

/** How the page reaches a site, each with its explanation for the visitor. */
export const CONNECTIONS = {
  direct: 'The page asks the site itself.',
  relay: 'The page asks the relay, and the relay the site: so a page of any listed origin can read the stream.',
  endpoint: 'The page speaks OpenAI’s protocol with the endpoint, and the endpoint speaks the site’s with the site, which it chooses itself.',
};

/** How the page is connected, in a few words. @param {Lane} lane */
export function connectionInWords(lane) {
  const { provider, url, baseUrl } = lane;
  const name = nameOf(lane);
  const connection = connectionOf(lane);
  if (connection === 'endpoint') return `${name}, through the endpoint`;
  const address = isService(provider) ? baseUrl || defaultUrl(provider) : url;
  const host = URL.canParse(address) ? new URL(address).host : 'no address yet';
  return `${name} at ${host}, ${connection === 'relay' || (!isService(provider) && lane.proxy) ? 'by a relay' : 'asked directly'}`;
}

/** How the settings reach their provider. Services are always asked directly: anything in between would see the key. @param {Lane} lane */
const connectionOf = ({ provider, way }) => (isService(provider) ? 'direct' : way);

/** The fields of the form that have a meaning for these settings; the others are neither shown nor used. @param {Lane} lane */
export function fieldsOf(lane) {
  if (isService(lane.provider)) return ['baseUrl', 'apiKey', 'model', 'listModels', 'prices', ...(standInOf(lane.provider) ? ['standIn'] : [])];
  const connection = connectionOf(lane);
  return [
    'way',
    ...(isPreset(lane.provider) ? ['model'] : []),
    ...(connection === 'endpoint' ? [] : ['url', 'botId', 'page']),
    ...(connection === 'direct' ? ['proxy'] : []),
  ];
}

/** The class or preset that the page uses. The endpoint speaks OpenAI's protocol, whatever is behind it. @param {Lane} lane */
export const classOf = (lane) => (connectionOf(lane) === 'endpoint' || isCompatible(lane.provider) ? 'OpenAiChat' : lane.provider);

/** Whether tools can be offered: chatbots of sites have none of their own. @param {Lane} lane */
export const takesTools = (lane) => isService(lane.provider);

/** The settings of the provider, and no more than needed, since the code on the page shows them. @param {Lane} lane */
export function providerSettings(lane) {
  const { provider, url, botId, page, baseUrl, apiKey } = lane;
  if (connectionOf(lane) === 'endpoint') return { baseUrl: `${EDGE}v1` };
  // `allowBrowser`: the key is the visitor's own, and nobody else can read this page.
  if (isService(provider)) return { ...(baseUrl && { baseUrl }), ...(apiKey && { apiKey, allowBrowser: true }) };
  return { url, ...(botId && { botId }), ...(page && { page }) };
}

/** The options of a call that belong to one provider, and are settings where several are asked. @param {Lane} lane */
export function laneOptions(lane) {
  const model = modelOf(lane);
  const relay = connectionOf(lane) === 'relay' ? `${EDGE}relay/` : fieldsOf(lane).includes('proxy') && lane.proxy;
  return { ...(model && { model }), ...(relay && { proxy: relay }) };
}

/**
 * The options of a call that are the same for all providers, beside messages, signal and conversation. A number that cannot be goes along, so
 * that it is refused and not lost.
 *
 * @param {Settings} settings
 */
export function sharedOptions({ idle, temperature, effort, maxTokens, schema }) {
  return {
    ...(temperature !== '' && { temperature: Number(temperature) }),
    ...(effort && { reasoningEffort: effort }),
    ...(maxTokens !== '' && { maxTokens: Number(maxTokens) }),
    ...(idle !== '' && { timeout: { firstChunk: Number(idle) * 1000, idle: Number(idle) * 1000 } }),
    ...(schema && { responseFormat: { type: 'json_schema', json_schema: { name: 'answer', schema: parsedSchema(schema) } } }),
  };
}

/** The schema that the visitor wrote. Throws an error with `code` `input` that says where it is no JSON. */
function parsedSchema(text) {
  try {
    const schema = JSON.parse(text);
    if (schema !== null && typeof schema === 'object' && !Array.isArray(schema)) return schema;
  } catch (error) {
    throw new rivulet.ChatError('input', `the schema of the answer is no JSON: ${error.message}`);
  }
  throw new rivulet.ChatError('input', 'the schema of the answer must be an object, such as {"type": "object"}');
}

/** The model of the call. For the endpoint it is the name of the provider, and after a colon the provider's model. */
function modelOf(lane) {
  const model = fieldsOf(lane).includes('model') ? lane.model : '';
  if (connectionOf(lane) !== 'endpoint') return model;
  return [lane.provider, model].filter(Boolean).join(':');
}

/** The session store: nonces outlive a reload where the browser allows storage, and else are kept in memory. */
const session = storage() && rivulet.storageSession(storage());

/** @param {Lane} lane @param {Record<string, unknown>} [more] further settings */
export function makeProvider(lane, more = {}) {
  const name = classOf(lane);
  const all = { ...(isCompatible(lane.provider) && rivulet.SERVICES[lane.provider]), ...providerSettings(lane), ...(session && { session }), ...more };
  return isPreset(name) ? rivulet[name].with(all) : new rivulet[name](all);
}

/** Several providers as one, each with its own model and relay. @param {Lane[]} lanes @param {Settings} settings */
export function makeFallback(lanes, { hedgeAfter }) {
  const providers = lanes.map((lane) => makeProvider(lane, asSettings(laneOptions(lane))));
  return new rivulet.Fallback(providers, hedgeAfter !== '' ? { hedgeAfter: Number(hedgeAfter) * 1000 } : {});
}

/** Options of a call as settings of a provider, where the model has another name. */
export const asSettings = ({ model, ...options }) => ({ ...(model && { defaultModel: model }), ...options });

/** The models that a provider lists. @param {Lane} lane @returns {Promise<string[]>} */
export const listModels = (lane) => makeProvider(lane).listModels({ timeout: 20_000, ...laneOptions({ ...lane, model: '' }) });

/** Names the service with which the conversation is: it stays the same with and without the relay. @param {Lane} lane */
export const serviceKey = (lane) => {
  const { provider, url, botId, page, baseUrl } = lane;
  if (connectionOf(lane) === 'endpoint') return JSON.stringify([provider, 'endpoint']);
  return JSON.stringify(isService(provider) ? [provider, baseUrl] : [provider, url, botId, page]);
};

/** Reads in the right form what may be a table of prices: undefined where the visitor gave none. @param {Lane} lane */
export function pricesOf({ priceIn, priceOut }) {
  const [input, output] = [priceIn, priceOut].map((price) => (price === '' ? undefined : Number(price)));
  return input >= 0 || output >= 0 ? { input: input || 0, output: output || 0 } : undefined;
}
