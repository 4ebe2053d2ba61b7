// What the library can do, each to be seen at one press: settings with the stand-ins of `npm start`, which need no key, and a message.

import { NOTHING, standInLane } from '../settings/providers.js';

/** A schema to begin with. */
export const SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } } },
  required: ['name', 'age', 'tags'],
  additionalProperties: false,
};
export const schemaText = () => JSON.stringify(SCHEMA, null, 2);

/** Label, settings, message. The lanes are made when they are used, since making one asks the library. @type {[string, () => any, string][]} */
export const SHOWCASES = [
  ['Tools, step by step', () => ({ lanes: [standInLane('OpenAiChat')], tools: true }), 'Please calculate 365 * 24, and tell me the time in Oslo.'],
  ['JSON that grows', () => ({ lanes: [standInLane('OpenAiResponses')], schema: schemaText() }), 'Please note that Ada is 36 years old and likes numbers and music.'],
  ['Reasoning first', () => ({ lanes: [standInLane('Anthropic')], effort: 'high' }), 'Why is the sky blue?'],
  ['Two side by side', () => ({ lanes: [{ provider: 'AiEngine' }, standInLane('Gemini')], together: 'side' }), 'Hello to both of you! What can you do?'],
  ['One fails, the next answers', () => ({ lanes: [{ ...standInLane('OpenAiChat'), baseUrl: NOTHING }, standInLane('Gemini')], together: 'fallback' }), 'Who of you is there?'],
];
