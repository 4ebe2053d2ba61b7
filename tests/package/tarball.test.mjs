import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';

import { installed } from '../../scripts/lib/pack.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { decoder, encode, ranking } from '../../scripts/lib/inline.mjs';
import { grown, programs } from '../../scripts/lib/sizes.mjs';

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

/** The parts of the module, and their groups: src/web/parts.rs, xtask/src/placement.rs. */
const PARTS = [
  'core', 'edge', 'keyed', 'keyed_anthropic', 'keyed_blocks', 'keyed_chunks', 'keyed_cohere', 'keyed_gemini', 'keyed_ollama', 'keyed_openai_chat', 'keyed_openai_responses',
  'keyed_workers_ai', 'tools', 'wordpress', 'wordpress_ai_engine', 'wordpress_ai_power', 'wordpress_ai_puffer',
];
const ENTRIES = ['ai-sdk', 'edge', 'index', 'openai', 'openai-client', 'services', 'tools', 'wordpress'];
const ONE_FILE = ['edge.min', 'rivulet.global', 'rivulet.min', 'slim'];

test('holds these files and no others', async () => {
  // README links to them.
  const documents = (await readdir(join(ROOT, 'docs'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile()).map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)).replaceAll('\\', '/'));
  const program = (name) => [name, `${name}.map`];
  const expected = [
    'LICENSE',
    'README.md',
    'package.json',
    'benches/plots/chunk-size.svg',
    ...documents,
    ...PARTS.map((name) => `dist/wasm/${name}.wasm`),
    ...[...ENTRIES, ...ONE_FILE, 'node', 'openai-types', 'rivulet.wasm'].map((name) => `dist/${name}.d.ts`),
    ...[...ENTRIES, ...ONE_FILE, 'node'].flatMap((name) => program(`dist/${name}.js`)),
    ...['workerd', 'edge-light'].flatMap((folder) => ENTRIES.flatMap((name) => program(`dist/${folder}/${name}.js`))),
    ...['ai-sdk', 'edge', 'index', 'openai-client', 'tools'].flatMap((name) => [...program(`dist/node/${name}.js`), ...program(`dist/cjs/${name}.cjs`)]),
    ...program('dist/cjs/node.cjs'),
    ...program('dist/cjs/slim.cjs'),
    ...[...ENTRIES, 'node', 'openai-types', 'slim'].map((name) => `dist/cjs/${name}.d.cts`),
    'dist/rivulet.wasm',
  ];
  // What several entries share is in files whose names are hashes.
  const isShared = (name) => /^dist\/((workerd|edge-light)\/)?shared-[0-9A-Z]{8}\.js(\.map)?$/.test(name);
  assert.deepEqual(project.files.filter((name) => !isShared(name)), expected.sort());
  assert.ok(project.files.some(isShared));
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

test('every file that the README links to is in the package', async () => {
  const readme = await readFile(join(home, 'README.md'), 'utf8');
  const linked = [...readme.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path]) => path);
  assert.ok(linked.length > 5);
  assert.deepEqual(linked.filter((path) => !project.files.includes(path)), []);
});

test('every path that package.json names exists', async () => {
  const paths = [];
  JSON.stringify([manifest.exports, manifest.typesVersions, manifest.main, manifest.types, manifest.unpkg, manifest.jsdelivr], (_, value) => (typeof value === 'string' ? paths.push(value) : value));
  assert.ok(paths.length > 8);
  for (const path of paths) assert.ok(project.files.includes(path.replace(/^\.\//, '')), path);
});

test('no program grows unseen', async () => {
  assert.deepEqual(grown(await programs(project.folder)), [], 'more than recorded in scripts/lib/sizes.mjs');
});

test('inlined modules are the modules', async () => {
  // The part of `rivulet/tools` is in its own entry, as a test below says.
  const parts = PARTS.filter((name) => name !== 'tools');
  const bytes = await Promise.all(parts.map((name) => readFile(join(home, 'dist', 'wasm', `${name}.wasm`))));
  const ranks = ranking(await readFile(join(home, 'dist', 'rivulet.wasm')));
  const { decode } = await import(`data:text/javascript,${encodeURIComponent(decoder(ranks))}`);
  // The minifier breaks long lines within strings.
  const text = (await readFile(join(home, 'dist', 'edge.min.js'), 'utf8')).replaceAll('\\\n', '');
  const texts = [...text.matchAll(/=["'`]([^"'`]{1000,})["'`]/g)].map(([, found]) => Buffer.from(decode(found)));
  const inlined = texts.filter((bytes) => bytes.subarray(0, 4).toString('latin1') === '\0asm');
  assert.equal(inlined.length, parts.length);
  for (const [index, name] of parts.entries()) assert.ok(inlined.some((other) => other.equals(bytes[index])), name);
  // All byte values, frequent and rare.
  const all = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
  assert.deepEqual(Buffer.from(decode(encode(all, ranks))), Buffer.from(all));
});

test('npm publish is refused while package.json does not say where the project lives', async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/prepack.mjs'], { cwd: ROOT, env: { ...process.env, npm_command: 'publish' }, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /homepage, bugs\.url, repository\.url must say where the project lives/);
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
  const names = project.files.filter((name) => /^dist\/[\w-]+\.js$/.test(name) && !ONE_FILE.some((other) => name === `dist/${other}.js`) && name !== 'dist/node.js');
  const text = (await Promise.all(names.map((name) => readFile(join(home, name), 'utf8')))).join('\n');
  assert.equal(text.match(/return ?["']ChatError["']/g)?.length, 1);
  assert.doesNotMatch(text, /import\.meta/);
  const imported = new Set([...text.matchAll(/\b(?:from|import) ?\(?["']([^"']+)/g)].map(([, path]) => path));
  assert.deepEqual([...imported].filter((path) => !/^\.\/(shared-\w{8}|index|openai|services|wordpress)\.js$/.test(path)), []);
});

test('no entry has an import that bundlers warn of', async () => {
  for (const name of project.files.filter((file) => /^dist\/((workerd|edge-light)\/)?[\w.-]+\.js$/.test(file))) {
    assert.doesNotMatch(await readFile(join(home, name), 'utf8'), /^import ["']/m, name);
  }
});

test('a bundle holds neither Fallback nor Client nor SERVICES nor other services where they are not imported', async () => {
  const { build } = await import('esbuild');
  const bundled = async (names) => {
    const stdin = { contents: `import { ${names} } from 'rivulet'; console.log(${names});`, resolveDir: project.folder };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, write: false, format: 'esm' });
    const words = ['no provider answered', 'hedgeAfter', 'RateLimitError', 'api.groq.com', 'env.AI'];
    const modules = await Promise.all(PARTS.map(async (name) => encode(await readFile(join(home, 'dist', 'wasm', `${name}.wasm`)), ranks)));
    return [words.map((each) => outputFiles[0].text.includes(each)), PARTS.filter((_, index) => outputFiles[0].text.includes(modules[index]))];
  };
  const ranks = ranking(await readFile(join(home, 'dist', 'rivulet.wasm')));
  const none = [false, false, false, false, false];
  assert.deepEqual(await bundled('AiEngine'), [none, ['core', 'wordpress', 'wordpress_ai_engine']]);
  assert.deepEqual(await bundled('OpenAiChat, Anthropic'), [none, ['core', 'keyed', 'keyed_anthropic', 'keyed_blocks', 'keyed_chunks', 'keyed_openai_chat']]);
  assert.deepEqual(await bundled('Fallback, Client, SERVICES, WorkersAi'), [
    [true, true, true, true, true], ['core', 'edge', 'keyed', 'keyed_chunks', 'keyed_openai_chat', 'keyed_workers_ai'],
  ]);
  assert.deepEqual(await bundled('ChatError'), [none, []]);
});

test('the helpers for programs of openai are in their own entry, and nowhere else', async () => {
  const text = (name) => readFile(join(home, name), 'utf8');
  const others = project.files.filter((name) => /\.c?js$/.test(name) && !name.includes('openai-client'));
  for (const name of others) assert.doesNotMatch(await text(name), /finalChatCompletion|output_parsed|text_completion/, name);
  assert.match(await text('dist/openai-client.js'), /finalChatCompletion[^]*output_parsed|output_parsed[^]*finalChatCompletion/);
});

test('what only rivulet/tools needs is in its own entry and its own part of the module, and nowhere else', async () => {
  const text = (name) => readFile(join(home, name), 'utf8');
  const others = project.files.filter((name) => /\.c?js$/.test(name) && !/\/tools\.c?js$/.test(name));
  for (const name of others) assert.doesNotMatch(await text(name), /maxCallsPerStep|wp-abilities|callTool/, name);
  assert.match(await text('dist/tools.js'), /maxCallsPerStep/);
  const { build } = await import('esbuild');
  const bundled = async (contents) => (await build({ stdin: { contents, resolveDir: project.folder }, bundle: true, minify: true, write: false, format: 'esm' })).outputFiles[0].text;
  const ranks = ranking(await readFile(join(home, 'dist', 'rivulet.wasm')));
  const parts = Object.fromEntries(await Promise.all(['tools', 'edge', 'core'].map(async (name) => [name, encode(await readFile(join(home, 'dist', 'wasm', `${name}.wasm`)), ranks)])));
  const tools = await bundled("import { runTools } from 'rivulet/tools'; import { OpenAiChat } from 'rivulet'; console.log(runTools, OpenAiChat);");
  assert.deepEqual(Object.entries(parts).map(([name, part]) => [name, tools.includes(part)]), [['tools', true], ['edge', false], ['core', true]]);
  assert.doesNotMatch(tools, /RateLimitError|no provider answered|wp-abilities|callTool/, 'neither Client nor Fallback, nor what was not imported');
});

test('what is for the AI SDK is in its own entry, and nowhere else', async () => {
  const text = (name) => readFile(join(home, name), 'utf8');
  const others = project.files.filter((name) => /\.c?js$/.test(name) && !name.includes('ai-sdk'));
  for (const name of others) assert.doesNotMatch(await text(name), /x-vercel-ai-ui-message-stream|AI_APICallError/, name);
  assert.match(await text('dist/ai-sdk.js'), /AI_APICallError/);
  assert.match(await text('dist/ai-sdk.js'), /x-vercel-ai-ui-message-stream/);
});

test('two copies of one build work together, and two builds say that they do not', async () => {
  const { OpenAiChat } = await import(join(home, 'dist', 'rivulet.min.js'));
  const body = 'data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
  const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const provider = new OpenAiChat({ baseUrl: 'https://x.example/v1', apiKey: 'k', defaultModel: 'gpt', fetch });
  const answer = async (createHandler) => {
    const events = [];
    const handler = createHandler({ providers: { m: provider }, authorize: 'public', onEvent: (event) => events.push(event) });
    const response = await handler(new Request('https://edge.example/v1/chat/completions', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"m","messages":[{"role":"user","content":"hi"}]}',
    }));
    return [response.status, await response.text(), events];
  };
  const [status, text] = await answer((await import(join(home, 'dist', 'edge.js'))).createHandler);
  assert.equal(status, 200);
  assert.equal(JSON.parse(text).choices[0].message.content, 'Hello');

  const other = join(project.folder, 'other-build.mjs');
  await writeFile(other, (await readFile(join(home, 'dist', 'edge.min.js'), 'utf8')).replaceAll(/build:"[0-9a-f]{8}"/g, 'build:"00000000"'));
  const [otherStatus, , events] = await answer((await import(other)).createHandler);
  assert.equal(otherStatus, 500);
  assert.match(JSON.stringify(events.map(({ error }) => error?.message)), /two different builds of rivulet/);
});

test('the entries share one core: a provider of one is a provider of the other', async () => {
  const [{ AiEngine, ChatError, OpenAiChat }, edge] = await Promise.all(['index', 'edge'].map((name) => import(join(home, 'dist', `${name}.js`))));
  assert.equal(edge.ChatError, ChatError);
  const client = await import(join(home, 'dist', 'openai-client.js'));
  assert.equal(client.ChatError, ChatError);
  const tools = await import(join(home, 'dist', 'tools.js'));
  assert.equal(tools.ChatError, ChatError);
  const answer = { object: 'chat.completion', choices: [{ message: { content: '{"a":[1,' }, finish_reason: 'stop' }] };
  const provider = new OpenAiChat({ apiKey: 'k', defaultModel: 'gpt', fetch: async () => Response.json(answer) });
  const { value } = await tools.runTools(provider, { messages: 'Hi', output: { type: 'object' } }).partialObjects.next();
  assert.deepEqual(value, { a: [1] });
  assert.equal(new client.default(new AiEngine({ url: 'https://shop.example' })).baseURL, 'https://shop.example');
  edge.createHandler({ providers: { shop: new AiEngine({ url: 'https://shop.example' }) }, authorize: 'public' });
});
