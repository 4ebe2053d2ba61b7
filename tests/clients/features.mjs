// What is asked of every client, and what must come of it. What is asked is plain JSON, so that clients in other languages are asked the
// same; what a client made of it is a `Told`, and `judge` says in a word what that is: "ok", another word that is right, too, or what is wrong.

import { blobWord, COUNTS } from './script.mjs';
import { DOCUMENT, PICTURE } from './samples.mjs';

/**
 * @typedef {object} Ask
 * @property {'ask' | 'loop'} op one request, or requests until no tool is called any more
 * @property {boolean} stream
 * @property {string} prompt
 * @property {string} [picture] base64 of a PNG
 * @property {string} [file] base64 of a PDF
 * @property {boolean} [schema] the answer is to be `{ city, degrees }`
 * @property {boolean} [effort] the model is to think
 * @property {boolean} [looks] the tool is `look_at`, whose result is a picture
 * @property {number} [abortAfter] pieces
 * @typedef {object} Told
 * @property {string} [text]
 * @property {number} [pieces]
 * @property {string} [reasoning]
 * @property {{ city: string }[]} [ran] arguments of the tools
 * @property {{ input: number, output: number, cached?: number, reasoning?: number }} [usage] input includes what came from the cache
 * @property {any} [object]
 * @property {boolean} [aborted]
 * @property {{ name: string, message: string, status?: number, code?: string, tooLong?: boolean, limited?: boolean, after?: string }} [error]
 */

const SAID = 'Grüße, 你好, and 👋 to all of you.';
const THOUGHT = 'I must look first.';
const WEATHER = (city) => `12 degrees in ${city}`;
export const weather = WEATHER;
const call = (city) => `%call get_weather {"city":"${city}"}`;

/** Everything said, with an end, so that no client's own words stand in the last line. */
const prompt = (...lines) => ['Do as these lines say.', ...lines, '(end)'].join('\n');

const failed = ({ error }) => error && `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ').slice(0, 300);

const isText = (told) => failed(told) ?? (told.text === SAID ? 'ok' : `text ${JSON.stringify(told.text)}`);

function isRound(told, cities) {
  if (told.error) return failed(told);
  const ran = (told.ran ?? []).map(({ city }) => city);
  if (JSON.stringify([...ran].sort()) !== JSON.stringify([...cities].sort())) return `ran ${JSON.stringify(ran)}, said ${JSON.stringify(told.text)}`;
  const missing = cities.find((city) => !told.text?.includes(`result[${WEATHER(city)}]`));
  return missing ? `said ${JSON.stringify(told.text)}` : 'ok';
}

/** The stream had begun, so it is no refusal. */
const isNoticed = (told) => (!told.error ? `NOT NOTICED: ${JSON.stringify(told.text)}` : [400, 401, 404].includes(told.error.status) ? failed(told) : 'ok');

const has = (word) => (told) => failed(told) ?? (told.text?.includes(word) ? 'ok' : `said ${JSON.stringify(told.text)}`);

/** @type {Record<string, { title: string, ask: Ask, judge: (told: Told, at: { closed?: string }) => string, isState?: boolean }>} `isState`: the word is what came of the state */
export const FEATURES = {
  stream: { title: 'stream', ask: { op: 'ask', stream: true, prompt: prompt(`%say ${SAID}`, '%pieces 6') }, judge: (told) => isText(told) === 'ok' && !(told.pieces > 1) ? `${told.pieces} pieces` : isText(told) },
  whole: { title: 'whole', ask: { op: 'ask', stream: false, prompt: prompt(`%say ${SAID}`) }, judge: isText },
  tool: { title: 'tool', ask: { op: 'loop', stream: true, prompt: prompt(call('Köln'), '%then', '%say It is.') }, judge: (told) => isRound(told, ['Köln']) },
  toolWhole: { title: 'tool, whole', ask: { op: 'loop', stream: false, prompt: prompt('%say Wait.', call('Köln'), '%then', call('Rom'), '%then', '%say It is.') }, judge: (told) => isRound(told, ['Köln', 'Rom']) },
  parallel: { title: 'parallel', ask: { op: 'loop', stream: true, prompt: prompt(call('Köln'), call('Łódź'), '%then', '%say Both.') }, judge: (told) => isRound(told, ['Köln', 'Łódź']) },
  schema: {
    title: 'schema',
    ask: { op: 'ask', stream: false, schema: true, prompt: prompt('%json {"city":"Köln","degrees":12}') },
    judge: (told) => failed(told) ?? (told.object?.city === 'Köln' && told.object?.degrees === 12 ? 'ok' : `object ${JSON.stringify(told.object ?? told.text)}`),
  },
  reasoning: {
    title: 'reasoning',
    ask: { op: 'ask', stream: true, effort: true, prompt: prompt(`%think ${THOUGHT}`, `%say ${SAID}`) },
    judge: (told) => (isText(told) !== 'ok' ? isText(told) : told.reasoning === THOUGHT ? 'ok' : told.reasoning ? `reasoning ${JSON.stringify(told.reasoning)}` : 'not shown'),
  },
  // The second request has to be one that the strict service takes: with the state of the thinking, or with thinking off.
  state: {
    title: 'carried',
    ask: { op: 'loop', stream: true, effort: true, prompt: prompt(`%think ${THOUGHT}`, call('Köln'), '%then', '%say It is.') },
    judge: (told) => carried(told, ['Köln']),
    isState: true,
  },
  stateWhole: {
    title: 'carried, whole',
    ask: { op: 'loop', stream: false, effort: true, prompt: prompt(`%think ${THOUGHT}`, call('Köln'), '%then', `%think ${THOUGHT}`, call('Rom'), '%then', '%say It is.') },
    judge: (told) => carried(told, ['Köln', 'Rom']),
    isState: true,
  },
  picture: { title: 'picture', ask: { op: 'ask', stream: true, picture: PICTURE.toString('base64'), prompt: prompt('%say A square.') }, judge: has(blobWord('picture', { type: 'image/png', bytes: PICTURE })) },
  look: { title: 'picture back', ask: { op: 'loop', stream: false, looks: true, prompt: prompt('%call look_at {"city":"Köln"}', '%then', '%say A square.') }, judge: has(blobWord('picture', { type: 'image/png', bytes: PICTURE })) },
  file: { title: 'PDF', ask: { op: 'ask', stream: true, file: DOCUMENT.toString('base64'), prompt: prompt('%say A page.') }, judge: has(blobWord('file', { type: 'application/pdf', bytes: DOCUMENT })) },
  usage: {
    title: 'usage',
    ask: { op: 'ask', stream: true, prompt: prompt(`%say ${SAID}`) },
    judge: (told) => {
      if (told.error) return failed(told);
      const { input, output, cached, reasoning } = told.usage ?? {};
      if (input !== COUNTS.input || output !== COUNTS.output) return `${input} in, ${output} out`;
      const rest = [...(cached === COUNTS.cacheRead ? [] : ['cached']), ...(reasoning === COUNTS.reasoning ? [] : ['reasoning'])];
      return rest.length ? `no ${rest.join(', no ')}` : 'ok';
    },
  },
  tooLong: {
    title: 'too long',
    ask: { op: 'ask', stream: true, prompt: prompt('%toolong') },
    judge: (told) => (told.error?.tooLong ? 'ok' : failed(told) ?? `said ${JSON.stringify(told.text)}`),
  },
  limit: {
    title: '429',
    ask: { op: 'ask', stream: true, prompt: prompt('%limit') },
    judge: (told) => (told.error?.limited ? (told.error.after === undefined || Number(told.error.after) > 100 ? 'ok' : `retry-after ${told.error.after}`) : failed(told) ?? `said ${JSON.stringify(told.text)}`),
  },
  fail: {
    title: 'error event',
    ask: { op: 'ask', stream: true, prompt: prompt(`%say ${SAID}`, '%pieces 6', '%fail 3') },
    judge: isNoticed,
  },
  cut: {
    title: 'cut',
    ask: { op: 'ask', stream: true, prompt: prompt(`%say ${SAID}`, '%pieces 6', '%cut 3') },
    judge: isNoticed,
  },
  abort: {
    title: 'abort',
    ask: { op: 'ask', stream: true, abortAfter: 2, prompt: prompt(`%say ${SAID}`, '%pieces 20', '%pause 40') },
    judge: (told, { closed }) => (told.aborted ? (closed === 'aborted' ? 'ok' : `the service's answer was read to its end (${closed})`) : failed(told) ?? 'not aborted'),
  },
  silent: { title: 'silence', ask: { op: 'ask', stream: true, prompt: prompt(`%say ${SAID}`, '%silent 1800') }, judge: isText },
};

function carried(told, cities) {
  const round = isRound(told, cities);
  if (round !== 'ok') return round;
  return /state\[(\w+)\]/.exec(told.text)?.[1] ?? 'ok';
}

/** A tool as JSON Schema, and what it answers. */
export const TOOL = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
};
export const LOOK = { ...TOOL, name: 'look_at', description: 'A picture of a city' };
export const SCHEMA = {
  type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'number' } }, required: ['city', 'degrees'], additionalProperties: false,
};
