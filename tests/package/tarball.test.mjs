import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { installed } from '../../scripts/lib/pack.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { RECORDED, measure, wasmAndGlue } from '../../scripts/lib/sizes.mjs';

/** @type {Awaited<ReturnType<typeof installed>>} */
let project;
let home;
let manifest;

before(async () => {
  project = await installed();
  home = join(project.folder, 'node_modules', 'rivulet');
  manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
});
after(() => project?.remove());

test('holds these files and no others', () => {
  assert.deepEqual(project.files, [
    'LICENSE',
    'README.md',
    'dist/edge.d.ts',
    'dist/edge.js',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/node.d.ts',
    'dist/node.js',
    'dist/openai-client.d.ts',
    'dist/openai-client.js',
    'dist/openai-types.d.ts',
    'dist/rivulet.min.js',
    'dist/rivulet_bg.wasm',
    'dist/shared.js',
    'dist/wasm/edge-light.js',
    'dist/wasm/inline.js',
    'dist/wasm/workerd.js',
    'package.json',
  ]);
});

test('brings no other package along and runs nothing when installed', async () => {
  const packages = await readdir(join(project.folder, 'node_modules'));
  assert.deepEqual(packages.filter((name) => !name.startsWith('.')), ['rivulet']);
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies']) {
    assert.equal(manifest[kind], undefined, kind);
  }
  const scripts = Object.keys(manifest.scripts);
  const ran = scripts.filter((name) => /^(pre|post)?(install|prepare|publish)$/.test(name));
  assert.deepEqual(ran, []);
});

test('every path that package.json names exists', async () => {
  const paths = [];
  JSON.stringify([manifest.exports, manifest.imports, manifest.main, manifest.module, manifest.types, manifest.unpkg,
    manifest.jsdelivr], (_, value) => (typeof value === 'string' ? paths.push(value) : value));
  assert.ok(paths.length > 8);
  for (const path of paths) assert.ok(project.files.includes(path.replace(/^\.\//, '')), path);
});

test('wasm and glue do not grow unseen', async () => {
  const files = await measure(join(home, 'dist'));
  assert.ok(wasmAndGlue(files) <= RECORDED * 1.03, `${wasmAndGlue(files)} B gzip, ${RECORDED} recorded`);
});

test('the inlined module is the module', async () => {
  const { default: bytes } = await import(join(home, 'dist', 'wasm', 'inline.js'));
  assert.ok(Buffer.from(bytes()).equals(await readFile(join(home, 'dist', 'rivulet_bg.wasm'))));
});

test('names no path of the machine that built it', async () => {
  for (const path of project.files) {
    const text = (await readFile(join(home, path))).toString('latin1');
    for (const local of [ROOT, homedir()].filter((local) => local.length > 1)) {
      assert.ok(!text.includes(`${local}/`), `${path} names ${local}`);
    }
  }
});

test('has one class ChatError for all entries, and no bundler needs to find a file', async () => {
  const texts = await Promise.all(['index', 'edge', 'openai-client', 'shared'].map((name) => readFile(join(home, 'dist', `${name}.js`), 'utf8')));
  const text = texts.join('\n');
  assert.equal(text.match(/return ?["']ChatError["']/g)?.length, 1);
  assert.doesNotMatch(text, /import\.meta/);
  const imported = [...text.matchAll(/\b(?:from|import) ?\(?["']([^"']+)/g)].map(([, path]) => path);
  assert.deepEqual([...new Set(imported)].sort(), ['#wasm', './shared.js']);
});

test('a bundle holds neither Fallback nor Client nor SERVICES nor other services where they are not imported', async () => {
  const { build } = await import('esbuild');
  const bundled = async (names) => {
    const stdin = { contents: `import { ${names} } from 'rivulet'; console.log(${names});`, resolveDir: project.folder };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, write: false, format: 'esm', external: ['#wasm'] });
    const words = ['no provider answered', 'hedgeAfter', 'chatcmpl-', 'RateLimitError', 'api.groq.com', 'env.AI'];
    return words.map((each) => outputFiles[0].text.includes(each));
  };
  assert.deepEqual(await bundled('AiEngine'), [false, false, false, false, false, false]);
  assert.deepEqual(await bundled('AiEngine, OpenAiChat, Anthropic'), [false, false, false, false, false, false]);
  assert.deepEqual(await bundled('Fallback, Client, SERVICES, WorkersAi'), [true, true, true, true, true, true]);
});

test('the helpers for programs of openai are in their own entry, and nowhere else', async () => {
  const text = (name) => readFile(join(home, 'dist', `${name}.js`), 'utf8');
  for (const name of ['index', 'edge', 'shared']) assert.doesNotMatch(await text(name), /finalChatCompletion|output_parsed|text_completion/);
  assert.match(await text('openai-client'), /finalChatCompletion[^]*output_parsed|output_parsed[^]*finalChatCompletion/);
});

test('the entries share one core: a provider of one is a provider of the other', async () => {
  const [{ AiEngine, ChatError }, edge] = await Promise.all(['index', 'edge'].map((name) => import(join(home, 'dist', `${name}.js`))));
  assert.equal(edge.ChatError, ChatError);
  const client = await import(join(home, 'dist', 'openai-client.js'));
  assert.equal(client.ChatError, ChatError);
  assert.equal(new client.default(new AiEngine({ url: 'https://shop.example' })).baseURL, 'https://shop.example');
  edge.createHandler({ providers: { shop: new AiEngine({ url: 'https://shop.example' }) }, authorize: 'public' });
});
