// The command lines of coding agents against the endpoint on workerd, and strict stub services behind it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { EXCEPTIONS, PENDING } from './agents-exceptions.mjs';
import { TASKS } from './agents.mjs';
import { inLanes } from './cells.mjs';
import { COMMANDS, folderOf, runCommand, VERSIONS } from './commands.mjs';
import { KEY, startEndpoint } from './endpoint.mjs';
import { DOCUMENT, PICTURE } from './samples.mjs';
import { find, print } from './table.mjs';

/** Command lines at the same time. */
const LANES = 2;
const PROVIDERS = process.env.RIVULET_CLIENTS?.split(',') ?? ['openai', 'anthropic'];
const NAMES = process.env.RIVULET_COMMANDS?.split(',') ?? Object.keys(COMMANDS);
const RIGHT = ['ok', 'asked again', 'error'];

const titleOf = (name) => `${COMMANDS[name].title} ${VERSIONS[COMMANDS[name].from]}`;
const providersOf = (task) => PROVIDERS.filter((provider) => !TASKS[task].providers || TASKS[task].providers.includes(provider));
const tasksOf = (name) => Object.entries(TASKS).filter(([task, { only }]) => (!only || only.includes(name)) && providersOf(task).length > 0);

let endpoint;
/** By name, task and provider. */
const results = new Map();
/** Why a command line could not be installed, by its name. */
const missing = new Map();
const idOf = (...parts) => parts.join(' | ');

before(async () => {
  endpoint = await startEndpoint();
  const runs = [];
  for (const name of NAMES) {
    await folderOf(name).catch((error) => missing.set(name, `not installed: ${error.message}`));
    if (missing.has(name)) continue;
    for (const [task, { model, pictures, prompt, judge }] of tasksOf(name)) {
      for (const provider of providersOf(task)) {
        runs.push(async () => {
          const mark = `(${name} ${task} ${provider})`;
          const ran = await runCommand(name, {
            // See worker.js.
            baseUrl: endpoint.url, key: KEY, model: model ? `${model}-${provider}` : provider, pictures,
            prompt: (work) => [...prompt(COMMANDS[name], work), mark].join('\n'),
            files: { 'note.txt': 'The note says 42.\n', 'picture.png': PICTURE, 'document.pdf': DOCUMENT },
          });
          const requests = endpoint.services.asked.filter(({ body }) => JSON.stringify(body)?.includes(mark));
          results.set(idOf(name, task, provider), { ...ran, requests, word: judge({ ...ran, requests }, { name, provider }) });
        });
      }
    }
  }
  await inLanes(runs, LANES);
}, { timeout: 900_000 });

after(async () => {
  const notes = [];
  const noteOf = (text) => {
    if (!notes.includes(text)) notes.push(text);
    return notes.indexOf(text) + 1;
  };
  console.log(`\nCommand lines against the endpoint on workerd, with ${PROVIDERS.join(', ')} behind it; numbers are notes.\n`);
  console.log(print(NAMES.map(titleOf), TASKS, (title, task) => {
    const name = NAMES.find((one) => titleOf(one) === title);
    if (!tasksOf(name).some(([one]) => one === task)) return '·';
    if (missing.has(name)) return `- ${noteOf(missing.get(name))}`;
    return providersOf(task).map((provider) => {
      const { word = 'no result' } = results.get(idOf(name, task, provider)) ?? {};
      if (RIGHT.includes(word)) return word;
      const known = find(EXCEPTIONS, name, task, provider, word);
      const pending = find(PENDING, name, task, provider, word);
      return known ? `- ${noteOf(known.because)}` : pending ? `NOT YET ${noteOf(pending.because)}` : 'FAILED';
    }).filter((word, at, all) => all.indexOf(word) === at).join('/');
  }));
  console.log('');
  for (const [at, note] of notes.entries()) console.log(`${at + 1}  ${note}`);
  await endpoint?.stop();
});

for (const name of NAMES) {
  for (const [task, { title }] of tasksOf(name)) {
    test(`${titleOf(name)}: ${title}`, (context) => {
      if (missing.has(name)) return context.skip(missing.get(name));
      const wrong = [];
      for (const provider of providersOf(task)) {
        const { word = 'no result', requests = [], ms } = results.get(idOf(name, task, provider)) ?? {};
        if (RIGHT.includes(word) || find(EXCEPTIONS, name, task, provider, word)) continue;
        const pending = find(PENDING, name, task, provider, word);
        if (pending) {
          context.todo(pending.because);
          continue;
        }
        const refused = requests.flatMap(({ refusal }) => (refusal ? [`; the service refused: ${JSON.stringify(refusal).slice(0, 400)}`] : []));
        wrong.push(`${provider}: ${word} (${requests.length} requests at the service, ${ms} ms)${refused.join('')}`);
      }
      return assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);
    });
  }
}

test('nothing else went wrong: no complaint of workerd, no mistake of a stub', () => {
  assert.deepEqual(endpoint.services.failures, []);
  assert.doesNotMatch(endpoint.errors(), /uncaught|unhandled|hung|different request/i);
});
