// Cells of the matrix: a client, a provider behind the endpoint, and a feature. Each is asked, and what came of it is a word.

import { setTimeout as sleep } from 'node:timers/promises';

import { FEATURES, weather } from './features.mjs';
import { PICTURE } from './samples.mjs';

/** Providers of worker.js; and for an API the one that is itself of that API. */
export const PROVIDERS = ['openai', 'responses', 'anthropic', 'gemini', 'ollama', 'deepseek'];

/** The most that a cell may take. */
const CELL_MS = 20_000;

let number = 0;

/** What the tools of the tests do. */
export const run = (name, args) => (name === 'look_at' ? { text: 'a picture', picture: PICTURE.toString('base64') } : { text: weather(args.city) });

/**
 * @param {(ask: any, context: any) => Promise<any>} ask of a client
 * @param {keyof typeof FEATURES} feature
 * @param {{ model: string, services: Awaited<ReturnType<typeof import('./services.mjs').startServices>>, limit?: number }} at `limit`: milliseconds
 */
export async function cell(ask, feature, { model, services, limit = CELL_MS }) {
  const { ask: wanted, judge } = FEATURES[feature];
  const mark = `(cell ${++number})`;
  const start = performance.now();
  const timer = sleep(limit, 'late', { ref: false });
  const told = await Promise.race([
    ask({ ...wanted, prompt: `${wanted.prompt}\n${mark}` }, { model, run }).catch((error) => ({ error: { name: `driver: ${error.constructor?.name}`, message: error.stack } })),
    timer,
  ]);
  const requests = () => services.asked.filter(({ body }) => JSON.stringify(body)?.includes(mark));
  if (told === 'late') return { word: `no end in ${limit / 1000} s`, requests: requests(), told: undefined };
  if (told.aborted) for (let waited = 0; waited < 3000 && !requests().at(-1)?.closed; waited += 20) await sleep(20);
  return { word: judge(told, { closed: requests().at(-1)?.closed }), told, requests: requests(), ms: performance.now() - start };
}

/** Runs tasks, some at once. */
export async function inLanes(tasks, lanes) {
  let next = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < tasks.length) await tasks[next++]();
  }));
}
