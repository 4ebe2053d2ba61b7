// The matrix as tests: one for each client and feature, and the table after them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PROVIDERS } from './cells.mjs';
import { startEndpoint } from './endpoint.mjs';
import { FEATURES } from './features.mjs';
import { find, print } from './table.mjs';

/** Some clients are asked of one provider that does not sign its thinking and of one that does. */
export const SOME = ['openai', 'anthropic'];
/** The services that take an answer without its thinking back. */
const FORGIVING = ['responses', 'gemini', 'ollama', 'deepseek'];

/** A client that carries what it got has to bring the state back, to every service that has one. From the others thinking has to be off, or not to be missed. */
function isRight({ carries = [] }, feature, provider, word) {
  if (word === 'ok') return true;
  if (!FEATURES[feature].isState) return false;
  if (provider === 'openai') return word === 'off';
  if (carries.includes(feature)) return word === 'back';
  return ['back', 'off'].includes(word) || (['lost', 'needless'].includes(word) && FORGIVING.includes(provider));
}

/**
 * @typedef {{ client: string, feature: string, provider: string }} Place
 * @param {object} given
 * @param {string} given.title
 * @param {Record<string, { cannot?: Record<string, string>, only?: string[], carries?: string[] }>} given.clients
 * @param {RegExp} given.whole clients that are asked of every provider
 * @param {import('./table.mjs').Exception[]} given.exceptions
 * @param {import('./table.mjs').Exception[]} given.pending
 * @param {number} given.limit milliseconds for all of it
 * @param {(endpoint: Awaited<ReturnType<typeof startEndpoint>>, places: Place[], done: (place: Place, result: { word: string, requests?: any[] }) => void) => Promise<void>} given.run
 */
export function declare({ title, clients, whole, exceptions, pending, limit, run }) {
  const has = (client, feature) => !clients[client].cannot?.[feature] && (!clients[client].only || clients[client].only.includes(feature));
  const providersOf = (client, feature) => {
    if (feature === 'silent') return ['anthropic'];
    // For work on the matrix.
    return process.env.RIVULET_CLIENTS?.split(',') ?? (whole.test(client) ? PROVIDERS : SOME);
  };
  const results = new Map();
  const idOf = (client, feature, provider) => `${client} | ${feature} | ${provider}`;
  const unhandled = [];
  let endpoint;

  before(async () => {
    process.on('unhandledRejection', (reason) => unhandled.push(String(reason?.stack ?? reason)));
    endpoint = await startEndpoint();
    const places = Object.keys(clients).flatMap((client) => Object.keys(FEATURES).filter((feature) => has(client, feature))
      .flatMap((feature) => providersOf(client, feature).map((provider) => ({ client, feature, provider }))));
    await run(endpoint, places, ({ client, feature, provider }, result) => results.set(idOf(client, feature, provider), result));
  }, { timeout: limit });

  after(async () => {
    const notes = [];
    const noteOf = ({ providers, because }) => {
      const text = `${providers ? `${providers.join(', ')}: ` : ''}${because}`;
      if (!notes.includes(text)) notes.push(text);
      return notes.indexOf(text) + 1;
    };
    console.log(`\n${title} against the endpoint on workerd, which has ${PROVIDERS.join(', ')} behind it; numbers are notes.`);
    console.log('"carried": whether the state of thinking came back to the service (back), did not and was not missed (lost, needless), or thinking was off.\n');
    console.log(print(Object.keys(clients), FEATURES, (client, feature) => {
      const { cannot, only } = clients[client];
      if (cannot?.[feature]) return `- ${noteOf({ because: cannot[feature] })}`;
      if (only && !only.includes(feature)) return '·';
      const words = new Set();
      const numbers = new Set();
      for (const provider of providersOf(client, feature)) {
        const { word } = results.get(idOf(client, feature, provider)) ?? { word: 'no result' };
        const right = isRight(clients[client], feature, provider, word);
        const known = right ? undefined : find(exceptions, client, feature, provider, word);
        const waits = right || known ? undefined : find(pending, client, feature, provider, word);
        words.add(right ? word : waits ? 'NOT YET' : known ? '' : 'FAILED');
        if (known ?? waits) numbers.add(noteOf(known ?? waits));
      }
      words.delete('');
      return [[...words].join('/') || '-', [...numbers].join(',')].filter(Boolean).join(' ');
    }));
    console.log('');
    for (const [at, note] of notes.entries()) console.log(`${at + 1}  ${note}`);
    console.log(`\n${results.size} cells\n`);
    await endpoint?.stop();
  });

  for (const client of Object.keys(clients)) {
    for (const feature of Object.keys(FEATURES).filter((name) => has(client, name))) {
      test(`${client}: ${FEATURES[feature].title}`, (context) => {
        const wrong = [];
        for (const provider of providersOf(client, feature)) {
          const { word, requests = [] } = results.get(idOf(client, feature, provider)) ?? { word: 'no result' };
          if (isRight(clients[client], feature, provider, word) || find(exceptions, client, feature, provider, word)) continue;
          const waits = find(pending, client, feature, provider, word);
          if (waits) {
            context.todo(waits.because);
            continue;
          }
          const refused = requests.flatMap(({ refusal }) => (refusal ? [`; the service refused: ${JSON.stringify(refusal).slice(0, 400)}`] : []));
          wrong.push(`${provider}: ${word}${refused.join('')}`);
        }
        assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);
      });
    }
  }

  test('every exception is met, and says why', { skip: process.env.RIVULET_CLIENTS && 'only some providers' }, () => {
    const met = (one) => [...results].some(([id, { word }]) => {
      const [client, feature, provider] = id.split(' | ');
      return find([one], client, feature, provider, word);
    });
    const isHere = (one) => Object.keys(clients).some((client) => one.clients.test(client) && one.features.some((feature) => has(client, feature)
      && providersOf(client, feature).some((provider) => !one.providers || one.providers.includes(provider))));
    for (const one of exceptions.filter(isHere)) assert.ok(one.because.length > 20 && met(one), `${one.clients} ${one.features}: ${one.because}`);
  });

  test('nothing else went wrong: no rejection that nobody handled, no complaint of workerd, no mistake of a stub', () => {
    assert.deepEqual(endpoint.services.failures, []);
    assert.deepEqual(unhandled, []);
    assert.doesNotMatch(endpoint.errors(), /uncaught|unhandled|hung|different request/i);
  });
}
