// Real clients in JavaScript against the endpoint on workerd, and strict stub services behind it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { cell, inLanes, PROVIDERS } from '../cells.mjs';
import { KEY, startEndpoint } from '../endpoint.mjs';
import { FEATURES } from '../features.mjs';
import { find, print } from '../table.mjs';
import { allClients } from './all.mjs';
import { EXCEPTIONS, PENDING } from './exceptions.mjs';

/** Cells at the same time. */
const LANES = 6;
/** One client of each API is asked of every provider, the others of one that reasons in the open and one that signs its thinking. */
const WHOLE = /^openai [^6].*(chat|responses)$|^@anthropic-ai\/sdk .* raw$|^ai 7.*openai-compatible/;
const SOME = ['openai', 'anthropic'];
/** The services that take an answer without its thinking back. */
const FORGIVING = ['responses', 'gemini', 'ollama'];

const CLIENTS = await allClients();
const providersOf = (client, feature) => {
  if (feature === 'silent') return ['anthropic'];
  // For work on the matrix.
  return process.env.RIVULET_CLIENTS?.split(',') ?? (WHOLE.test(client) ? PROVIDERS : SOME);
};
const hasFeature = ({ cannot, only }, feature) => !cannot?.[feature] && (!only || only.includes(feature));

let endpoint;
let running;
/** Results by client, feature and provider. */
const results = new Map();
const unhandled = [];
const idOf = (client, feature, provider) => `${client} | ${feature} | ${provider}`;

const isRight = (feature, provider, word) => word === 'ok' || FEATURES[feature].right?.includes(word) || (word === 'lost' && FORGIVING.includes(provider));

before(async () => {
  process.on('unhandledRejection', (reason) => unhandled.push(String(reason?.stack ?? reason)));
  endpoint = await startEndpoint();
  const tasks = [];
  for (const [client, of] of Object.entries(CLIENTS)) {
    const ask = of.make({ baseURL: `${endpoint.url}/v1`, apiKey: KEY });
    for (const feature of Object.keys(FEATURES).filter((name) => hasFeature(of, name))) {
      for (const provider of providersOf(client, feature)) {
        tasks.push(async () => results.set(idOf(client, feature, provider), await cell(ask, feature, { model: provider, services: endpoint.services })));
      }
    }
  }
  running = inLanes(tasks, LANES);
  await running;
}, { timeout: 240_000 });

after(async () => {
  const notes = [];
  const noteOf = (text) => {
    if (!notes.includes(text)) notes.push(text);
    return notes.indexOf(text) + 1;
  };
  console.log(`\nReal clients against the endpoint on workerd, which has ${PROVIDERS.join(', ')} behind it; numbers are notes.\n`);
  console.log(print(Object.keys(CLIENTS), FEATURES, (client, feature) => {
    const { cannot, only } = CLIENTS[client];
    if (cannot?.[feature]) return `- ${noteOf(cannot[feature])}`;
    if (only && !only.includes(feature)) return '·';
    const words = new Set();
    const numbers = new Set();
    for (const provider of providersOf(client, feature)) {
      const { word } = results.get(idOf(client, feature, provider)) ?? { word: 'no result' };
      const known = isRight(feature, provider, word) ? undefined : find(EXCEPTIONS, client, feature, provider, word);
      const pending = isRight(feature, provider, word) || known ? undefined : find(PENDING, client, feature, provider, word);
      words.add(pending ? 'NOT YET' : known ? '' : isRight(feature, provider, word) ? word : 'FAILED');
      if (known ?? pending) numbers.add(noteOf(`${(known ?? pending).providers ? `${(known ?? pending).providers.join(', ')}: ` : ''}${(known ?? pending).because}`));
    }
    words.delete('');
    return [[...words].join('/') || '-', [...numbers].join(',')].filter(Boolean).join(' ');
  }));
  console.log('');
  for (const [at, note] of notes.entries()) console.log(`${at + 1}  ${note}`);
  console.log(`\n${results.size} cells\n`);
  await endpoint?.stop();
});

for (const [client, of] of Object.entries(CLIENTS)) {
  for (const [feature, { title }] of Object.entries(FEATURES)) {
    if (!hasFeature(of, feature)) continue;
    test(`${client}: ${title}`, (context) => {
      const wrong = [];
      for (const provider of providersOf(client, feature)) {
        const { word, requests = [] } = results.get(idOf(client, feature, provider)) ?? { word: 'no result' };
        if (isRight(feature, provider, word) || find(EXCEPTIONS, client, feature, provider, word)) continue;
        const pending = find(PENDING, client, feature, provider, word);
        if (pending) {
          context.todo(pending.because);
          continue;
        }
        const refused = requests.flatMap(({ refusal }) => (refusal ? [`; the service refused: ${JSON.stringify(refusal).slice(0, 400)}`] : []));
        wrong.push(`${provider}: ${word}${refused.join('')}`);
      }
      assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);
    });
  }
}

test('every exception is met, and says why', () => {
  const met = (one) => [...results].some(([id, { word }]) => {
    const [client, feature, provider] = id.split(' | ');
    return find([one], client, feature, provider, word);
  });
  if (process.env.RIVULET_CLIENTS) return;
  for (const one of EXCEPTIONS) assert.ok(one.because.length > 20 && met(one), `${one.clients} ${one.features}: ${one.because}`);
});

test('nothing else went wrong: no rejection that nobody handled, no complaint of workerd, no mistake of a stub', () => {
  assert.deepEqual(endpoint.services.failures, []);
  assert.deepEqual(unhandled, []);
  assert.doesNotMatch(endpoint.errors(), /uncaught|unhandled|hung|different request/i);
});
