import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { WASM_TARGET } from '../../scripts/lib/paths.mjs';
import { xtask } from '../../scripts/lib/xtask.mjs';

const SOURCE = fileURLToPath(new URL('split.rs', import.meta.url));
const PARTS = ['part_keyed_gemini=keyed_gemini', 'part_keyed_ollama=keyed_ollama', 'part_wordpress_engine=wordpress_engine'];

let tool;
let folder;
let whole;
let printed;

const path = (...names) => join(folder, ...names);
const call = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' });
const bytes = (name) => readFile(path('out', `${name}.wasm`));

before(async () => {
  [tool, folder] = await Promise.all([xtask(), mkdtemp(join(tmpdir(), 'rivulet-split-'))]);
  await mkdir(path('out'));
  const flags = ['--crate-type', 'cdylib', '--edition', '2024', '-Copt-level=z', '-Cpanic=abort', '-Cstrip=debuginfo', '-Clink-arg=--emit-relocs'];
  const run = (...line) => {
    const { status, stdout, stderr } = call(...line);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  run('rustc', SOURCE, '--target', WASM_TARGET, ...flags, '-o', path('linked.wasm'));
  run(tool, 'snip', path('linked.wasm'), path('snipped.wasm'), path('owners.txt'));
  printed = run(tool, 'split', path('snipped.wasm'), path('owners.txt'), path('out'), ...PARTS);
  whole = (await WebAssembly.instantiate(await readFile(path('snipped.wasm')))).instance.exports;
});
after(() => rm(folder, { recursive: true }));

/** An instance of the core, and a function that links parts to it. */
async function linked() {
  const { instance: { exports: core } } = await WebAssembly.instantiate(await bytes('core'));
  const all = { ...core };
  const link = async (...names) => {
    for (const name of names) {
      const { instance: { exports } } = await WebAssembly.instantiate(await bytes(name), { b: all });
      Object.assign(all, exports);
      exports.add?.();
    }
  };
  return { core, link };
}

test('names each module with those that it needs, and after them', () => {
  assert.deepEqual(printed.trim().split('\n'), [
    'core', 'keyed', 'keyed_blocks keyed', 'keyed_gemini keyed keyed_blocks', 'keyed_ollama keyed keyed_blocks', 'wordpress',
    'wordpress_engine wordpress',
  ]);
});

test('parts that are linked give what the whole module gives, and those that are not are not there', async () => {
  whole.part_keyed_gemini();
  whole.part_keyed_ollama();
  whole.part_wordpress_engine();
  const { core, link } = await linked();
  assert.equal(core.ask(0, 7), 0);
  await link('keyed', 'keyed_blocks', 'keyed_gemini');
  assert.equal(core.ask(0, 7), whole.ask(0, 7));
  assert.equal(core.ask(1, 7), 0);
  // A part may come later; the state of the core stays.
  const before = core.calls();
  await link('keyed_ollama', 'wordpress', 'wordpress_engine');
  assert.equal(core.calls(), before);
  for (const index of [0, 1, 2]) {
    for (const number of [0, 7, 4_000_000_000]) assert.equal(core.ask(index, number), whole.ask(index, number));
  }
  assert.equal(core.panics(2), 5);
  assert.throws(() => core.panics(3), WebAssembly.RuntimeError);
});

test('texts and code lie where they are needed, and nowhere else', async () => {
  const places = {
    'a text of the core alone': ['core'],
    'a text of the first part alone': ['keyed_gemini'],
    'a text of the second part alone': ['keyed_ollama'],
    'a text that two parts of a family have in common': ['keyed_blocks'],
    'a text of a part of another family': ['wordpress_engine'],
  };
  const names = printed.trim().split('\n').map((line) => line.split(' ')[0]);
  const modules = await Promise.all(names.map(async (name) => [name, (await bytes(name)).toString('latin1')]));
  for (const [words, expected] of Object.entries(places)) {
    assert.deepEqual(modules.filter(([, text]) => text.includes(words)).map(([name]) => name), expected, words);
  }
});

test('an export that is not there is refused', () => {
  const { status, stderr } = call(tool, 'split', path('snipped.wasm'), path('owners.txt'), path('out'), 'part_none=keyed_none', ...PARTS);
  assert.equal(status, 1);
  assert.match(stderr, /nothing is exported as Some\("part_none"\)/);
});

test('owners that name another part are refused', async () => {
  const { status, stderr } = call(tool, 'split', path('snipped.wasm'), path('owners.txt'), path('out'), PARTS[0]);
  assert.equal(status, 1);
  assert.match(stderr, /no part 'keyed_ollama'/);
});
