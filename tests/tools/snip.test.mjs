import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { DIST, WASM_TARGET } from '../../scripts/lib/paths.mjs';
import { xtask } from '../../scripts/lib/xtask.mjs';

const SOURCE = fileURLToPath(new URL('snip.rs', import.meta.url));

let tool;
let folder;
before(async () => {
  [tool, folder] = await Promise.all([xtask(), mkdtemp(join(tmpdir(), 'rivulet-snip-'))]);
});
after(() => rm(folder, { recursive: true }));

const call = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' });
const text = async (path) => (await readFile(path)).toString('latin1');

function compile(name, ...flags) {
  const path = join(folder, name);
  const { status, stderr } = call('rustc', SOURCE, '--target', WASM_TARGET, '--crate-type', 'cdylib', '--edition', '2024',
    '-Copt-level=z', '-Cpanic=abort', '-Cstrip=debuginfo', ...flags, '-o', path);
  assert.equal(status, 0, stderr);
  return path;
}

async function exportsOf(path) {
  return (await WebAssembly.instantiate(await readFile(path))).instance.exports;
}

test('takes away what only panics need, and nothing else', async (t) => {
  const linked = compile('linked.wasm', '-Clink-arg=--emit-relocs');
  const snipped = join(folder, 'snipped.wasm');
  const { status, stderr } = call(tool, 'snip', linked, snipped, join(folder, 'owners.txt'));
  assert.equal(status, 0, stderr);
  const was = await exportsOf(linked);
  const is = await exportsOf(snipped);

  await t.test('what does not panic gives what it gave', () => {
    for (const [name, ...args] of [
      ['area', 0, 5], ['area', 1, 5], ['number', 2], ['secret', 3], ['letters', 0], ['letters', 2], ['letters', 6],
    ]) {
      assert.equal(is[name](...args), was[name](...args), `${name}(${args})`);
    }
  });

  await t.test('what panics traps', () => {
    for (const [name, ...args] of [
      ['area', 2, 5], ['number', 3], ['said_twice', 0], ['secret', 0], ['letters', 1], ['letters', 7],
    ]) {
      assert.throws(() => is[name](...args), { name: 'RuntimeError', message: 'unreachable' }, `${name}(${args})`);
    }
  });

  await t.test('words of panics, what formats them and names of source files are gone', async () => {
    const words = [
      'only told by expect', 'only told by an assertion', 'only told by a panic, through a table', 'range end index',
      'byte index', 'snip.rs', 'raw_vec/mod.rs',
    ];
    const [linkedText, snippedText] = await Promise.all([text(linked), text(snipped)]);
    assert.deepEqual(words.filter((word) => !linkedText.includes(word)), []);
    assert.deepEqual(words.filter((word) => snippedText.includes(word)), []);
  });

  await t.test('words that others read, too, stay', () => {
    const words = 'said by a panic and by others';
    const address = is.said_twice(1);
    assert.equal(Buffer.from(is.memory.buffer, address, words.length).toString(), words);
  });
});

test('a module without relocations is refused', () => {
  const { status, stderr } = call(tool, 'snip', compile('plain.wasm'), join(folder, 'none.wasm'), join(folder, 'none.txt'));
  assert.equal(status, 1);
  assert.equal(stderr, 'error: no relocations: it must be linked with --emit-relocs\n');
});

test('a module whose functions have lost their names is refused', async () => {
  const linked = await readFile(compile('linked.wasm', '-Clink-arg=--emit-relocs'), 'latin1');
  const path = join(folder, 'nameless.wasm');
  // Both ways to mangle a name, as long as before.
  await writeFile(path, linked.replaceAll(/9panicking|7raw_vec/g, (name) => 'x'.repeat(name.length)), 'latin1');
  const { status, stderr } = call(tool, 'snip', path, join(folder, 'none.wasm'), join(folder, 'none.txt'));
  assert.equal(status, 1);
  assert.match(stderr, /has the module lost its names/);
});

test('the built module tells no words of a panic and no name of a source file', async () => {
  const module = await text(join(DIST, 'rivulet.wasm'));
  for (const words of [/\w\.rs\b/, /panicked/, /out of range/, /out of bounds/, /assertion failed/, /`Option::unwrap\(\)`/]) {
    assert.doesNotMatch(module, words);
  }
});
