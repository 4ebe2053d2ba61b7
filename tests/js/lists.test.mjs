// Every provider that the package exports is in every list of providers: the demo's, README's, and the types'.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { PROVIDERS, SITES, assertHasAll } from './exported.mjs';

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const namesIn = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

test('the package exports sites and services', () => {
  assert.deepEqual(SITES, ['AiEngine', 'AiPower', 'AiPuffer']);
  assert.ok(PROVIDERS.length > SITES.length + 5, PROVIDERS.join());
});

test('the demo offers each of them', async () => {
  const [, table] = /const PROVIDERS = \{([^]*?)\n\};/.exec(await read('www/settings/providers.js'));
  assertHasAll(namesIn(table, /^ {2}(\w+): \{ kind: '(?:site|service)'/gm), PROVIDERS, {
    WorkersAi: 'its REST API lets no page in, and a binding is there in a Worker only',
  });
});

test("README's tables name each of them, once", async () => {
  const rows = namesIn(await read('README.md'), /^\| `(\w+)` \|/gm);
  assertHasAll(rows.filter((name) => PROVIDERS.includes(name)), PROVIDERS);
  assert.equal(new Set(rows).size, rows.length, rows.join());
});

test('each of them is documented in the types', async () => {
  assertHasAll(namesIn(await read('src/js/index.d.ts'), /\*\/\nexport class (\w+) extends (?:Base|WordPressProvider)</g), PROVIDERS);
});
