import { ChatError } from '../error.js';
import { ownProperties, refuseUnknown } from '../options.js';
import { isProvider } from '../provider-mark.js';

/** The classes of services, which are no sites. */
const CLASSES = ['Anthropic', 'Cohere', 'Gemini', 'Ollama', 'OpenAiChat', 'OpenAiResponses', 'WorkersAi'];

/** Versions of the interface. */
const SPECIFICATIONS = ['v2', 'v3', 'v4'];

/** Names under which the AI SDK's own providers have files that were uploaded, and their options, by the class of the provider here. */
const NAMES = { OpenAiChat: 'openai', OpenAiResponses: 'openai', Anthropic: 'anthropic', Gemini: 'google', Cohere: 'cohere' };

/** The addresses that a service reads by itself, by the class of the provider. All others are fetched by the SDK. */
const HTTPS = [/^https:\/\//];
const URLS = {
  OpenAiChat: { 'image/*': HTTPS },
  OpenAiResponses: { 'image/*': HTTPS, 'application/pdf': HTTPS },
  Anthropic: { 'image/*': HTTPS, 'application/pdf': HTTPS },
  Cohere: { 'image/*': HTTPS },
  Gemini: { '*': [/^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/files\//, /^https:\/\/(www\.)?youtu(be\.com|\.be)\//] },
};

/** Where options that this package does not have are in the request of a service, by the class of the provider. */
const PENALTIES = { presencePenalty: ['presence_penalty'], frequencyPenalty: ['frequency_penalty'] };
const PLACES = {
  Cohere: { topK: ['k'], ...PENALTIES },
  Gemini: { topK: ['generationConfig', 'topK'], presencePenalty: ['generationConfig', 'presencePenalty'], frequencyPenalty: ['generationConfig', 'frequencyPenalty'] },
  Ollama: { topK: ['options', 'top_k'], presencePenalty: ['options', 'presence_penalty'], frequencyPenalty: ['options', 'frequency_penalty'] },
  WorkersAi: { topK: ['top_k'], ...PENALTIES },
};

/** `{ specification, model }`, checked. `what`: the function that takes them. */
export function readSettings(provider, settings, what) {
  if (!isProvider(provider)) throw new ChatError('input', `${what}: give a provider of this package`);
  const given = ownProperties(settings);
  refuseUnknown(given, ['specification', 'model'], what);
  const { specification = 'v3', model } = given;
  if (!SPECIFICATIONS.includes(specification)) throw new ChatError('input', `${what}: specification must be one of ${SPECIFICATIONS.join(', ')}`);
  if (model !== undefined && typeof model !== 'string') throw new ChatError('input', `${what}: model must be a string`);
  return { specification, model };
}

/** The class of a provider, which its settings do not change. */
const classOf = (provider) => provider.constructor.protocol;

export const placesOf = (provider) => PLACES[classOf(provider)];

export const urlsOf = (provider) => ({ ...URLS[classOf(provider)] });

/**
 * Whether a call is given the conversation of an earlier one, which only sites need: services have all of it in the messages. And a page could name a conversation of somebody else
 * to a service that knows them by id.
 */
export const takesConversation = (provider) => !CLASSES.includes(classOf(provider));

/** Under which names something may stand that is meant for this provider. */
export const namesOf = (provider) => ['rivulet', NAMES[classOf(provider)]].filter(Boolean);

/** What a model is asked under, and where, for errors. A provider whose settings are wrong says so when it is asked. */
export function described(provider, read) {
  try {
    return read(provider);
  } catch {
    return '';
  }
}
