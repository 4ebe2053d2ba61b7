// Test runners: Jest with its default settings (CommonJS), in Node and in jsdom, and Vitest in its environments.

import { readFile, writeFile } from 'node:fs/promises';

import { GROUPS } from '../versions.mjs';

const written = async (at) => JSON.parse(await readFile(at.at('read.json'), 'utf8'));

async function jest(at, file, environment = 'node') {
  await writeFile(at.at('package.json'), '{ "name": "app", "private": true }\n');
  await at.run('jest', ['--env', environment, '--ci', '--no-cache', '--runInBand', file], { env: { BASE: at.base } });
}

const vitest = (environment, beside = '') => ({
  name: `vitest-${environment}`,
  title: `Vitest ${GROUPS.vitest.vitest}, ${environment}${beside && ` ${GROUPS.vitest[beside]}`}`,
  group: 'vitest',
  fixture: 'quick/fixtures/vitest',
  async run(at) {
    await writeFile(at.at('package.json'), '{ "name": "app", "private": true, "type": "module" }\n');
    await at.run('vitest', ['run', `--environment=${environment}`, '--no-cache'], { env: { BASE: at.base } });
    at.streamed(await written(at));
  },
});

export default [
  {
    name: 'jest',
    title: `Jest ${GROUPS.jest.jest}, CommonJS, default settings`,
    group: 'jest',
    fixture: 'quick/fixtures/jest',
    async run(at) {
      await jest(at, 'reply.test.js');
      at.streamed(await written(at));
    },
  },
  {
    name: 'jest-jsdom',
    title: `Jest, jest-environment-jsdom ${GROUPS.jest['jest-environment-jsdom']}`,
    group: 'jest',
    fixture: 'quick/fixtures/jest',
    async run(at) {
      await jest(at, 'import.test.js', 'jsdom');
      await jest(at, 'reply.test.js', './fetching-jsdom.js');
      at.streamed(await written(at));
      return 'as it is: loads; with the fetch of Node: streams';
    },
  },
  vitest('node'),
  vitest('jsdom', 'jsdom'),
  vitest('happy-dom', 'happy-dom'),
];
