// `src/js/` and the glue to `dist/`: what the package ships. The same entries are written once for each way in which a runtime gets the
// module; `exports` in package.json chooses.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

import { MARK, MARK_TEXT } from './dev-build.mjs';
import { decoder, encode, ranking } from './inline.mjs';
import { DIST, GLUE, ROOT, SOURCES } from './paths.mjs';

/** Entry points with the core, each `src/js/<name>.js` with a hand-written `<name>.d.ts`. */
const ENTRIES = ['index', 'openai', 'services', 'wordpress', 'edge', 'tools', 'openai-client', 'ai-sdk'];

/** Those of them that `index` has all of. */
const IN_INDEX = ['openai', 'services', 'wordpress'];

/** Entry points that share no code with those: they go without the core. */
const SEPARATE_ENTRIES = ['node'];

/** Types that several of them share. */
const TYPES = ['openai-types'];

const BANNER = '/*! rivulet, MIT licensed */';
const DEV_BANNER = '/*! rivulet, MIT licensed; a dev build, not to be published */';

/** @param {{ dev?: boolean }} [options] */
export async function bundle({ dev = false } = {}) {
  const fresh = `${DIST}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(join(fresh, 'wasm'), { recursive: true });
  try {
    await writeAll(fresh, dev);
    await rm(DIST, { recursive: true, force: true });
    await rename(fresh, DIST);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function writeAll(fresh, dev) {
  // Imported here: set-up may have installed it a moment ago.
  const { build } = await import('esbuild');
  const from = dev ? GLUE.dev : GLUE.release;
  const banner = dev ? DEV_BANNER : BANNER;
  const parts = await readParts(from);
  await copyFile(join(from, 'rivulet_bg.wasm'), join(fresh, 'rivulet.wasm'));
  for (const { name, bytes } of parts.list) if (bytes) await writeFile(join(fresh, 'wasm', `${name}.wasm`), bytes);
  if (dev) await writeFile(join(fresh, MARK), MARK_TEXT);
  await writeTypes(fresh);

  const common = /** @type {const} */ ({
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    // Left for the bundler of the program, which knows whether it is in development. esbuild would fill it in.
    define: { 'process.env.NODE_ENV': 'process.env.NODE_ENV' },
    // A dev build is read, in stack traces and debuggers.
    minify: !dev,
    sourcemap: 'linked',
    // Node prints the line in which an error was thrown: it must fit on a screen.
    lineLimit: 200,
    banner: { js: banner },
    external: ['*.wasm', '*.wasm?module', 'node:*'],
  });
  const source = (name) => join(SOURCES, `${name}.js`);
  const chunks = async (folder, way, more = {}) => withoutBareImports(await build({
    ...common,
    ...more,
    // What bundlers read keeps its comments for them: what has no effect, and so can be left out. White space costs nothing after gzip.
    minify: false,
    minifySyntax: !dev,
    minifyIdentifiers: !dev,
    entryPoints: ENTRIES.map(source),
    outdir: join(fresh, folder),
    splitting: true,
    // What several entries have in common; each file with the parts of the core that only it needs.
    chunkNames: 'shared-[hash]',
    plugins: [glue(from), partsFor(parts, way)],
    write: false,
  }));
  // Bundlers, browsers, Deno, Bun: no file to find, no MIME type, no permission, no fetch, and synchronous.
  await chunks('.', inline);
  // Workers refuse to compile bytes; an import of a .wasm file is a compiled module there.
  await chunks('workerd', imported(''));
  // Next's edge runtime and unwasm (Nitro) give a compiled module only if asked.
  // And Next has a `setImmediate` there that throws.
  await chunks('edge-light', imported('?module'), { define: { ...common.define, 'globalThis.setImmediate': 'undefined' } });
  // One file for each entry, and `edge` takes what it shares with `index` from there: Node needs half a millisecond for a file.
  await twoFiles({ ...common, plugins: [glue(from), partsFor(parts.inOnePiece, beside)] }, join(fresh, 'node'), '.js');
  await twoFiles({ ...common, format: 'cjs', plugins: [glue(from), partsFor(parts, inline)] }, join(fresh, 'cjs'), '.cjs');
  for (const [name, more] of Object.entries({
    'rivulet.min.js': { entryPoints: [source('index')] },
    'edge.min.js': { stdin: entry("export * from './index.js'; export * from './edge.js';") },
    'rivulet.global.js': { entryPoints: [source('index')], format: 'iife', globalName: 'rivulet' },
  })) {
    await build({ ...common, ...more, outfile: join(fresh, name), plugins: [glue(from), partsFor(parts, inline)] });
  }
  const slim = { ...common, entryPoints: [source('slim')], plugins: [glue(from), partsFor(parts.inOnePiece, given)] };
  await build({ ...slim, outdir: fresh });
  await build({ ...slim, format: 'cjs', outfile: join(fresh, 'cjs', 'slim.cjs') });
  await build({ ...common, entryPoints: SEPARATE_ENTRIES.map(source), outdir: fresh });
  await build({ ...common, entryPoints: SEPARATE_ENTRIES.map(source), outdir: join(fresh, 'cjs'), format: 'cjs', outExtension: { '.js': '.cjs' } });
  await shortenMaps(fresh);
}

/**
 * Writes the files without imports that name nothing. They are there for effects, and our modules have none, as `sideEffects` in package.json
 * says: bundlers would warn of each. A line that is empty stays, so that source maps stay right.
 *
 * @param {import('esbuild').BuildResult} result
 */
async function withoutBareImports({ outputFiles }) {
  for (const { path, text, contents } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, path.endsWith('.js') ? text.replace(/^import "\.\/shared-\w+\.js";$/gm, '') : contents);
  }
}

/** Takes the inlined modules out of the source maps: nobody reads them, and they are most of what a map weighs. */
async function shortenMaps(folder) {
  for (const name of (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.map'))) {
    const path = join(folder, name);
    const map = JSON.parse(await readFile(path, 'utf8'));
    map.sourcesContent = map.sourcesContent.map((text, index) => (map.sources[index].startsWith('part:') ? null : text));
    await writeFile(path, JSON.stringify(map));
  }
}

const entry = (contents) => ({ contents, resolveDir: SOURCES, loader: /** @type {const} */ ('js') });

/**
 * Writes `index`, and the entries that are not in it as files that import what they have in common with it from there, under the name `_`.
 *
 * @param {import('esbuild').BuildOptions} options
 */
async function twoFiles(options, folder, extension) {
  const { build } = await import('esbuild');
  const others = ENTRIES.filter((name) => name !== 'index' && !IN_INDEX.includes(name));
  const isOther = (path) => others.some((name) => path === join(SOURCES, `${name}.js`)) || /[/\\]src[/\\]js[/\\](ai-sdk|edge|openai|tools)[/\\]/.test(path);
  const shared = new Set();
  const collect = {
    name: 'shared',
    setup({ onResolve }) {
      onResolve({ filter: /^\.|^part:/ }, ({ importer, path, namespace }) => {
        if (namespace !== 'file' || !isOther(importer)) return;
        const full = path.startsWith('part:') ? path : join(dirname(importer), path);
        if (isOther(full)) return;
        shared.add(full);
        return { path: full, external: true };
      });
    },
  };
  await build({ ...options, sourcemap: false, entryPoints: others.map((name) => join(SOURCES, `${name}.js`)), outdir: folder, write: false, plugins: [collect, ...options.plugins] });
  const list = [...shared].sort();
  const specifier = (full) => (full.startsWith('part:') ? full : `./${relative(SOURCES, full).replaceAll('\\', '/')}`);
  const all = list.map((full) => `export * from '${specifier(full)}';`).join('\n');
  // Names of each module, for the entries that take them from `_`: an output for each, in one run.
  const entryPoints = list.map((full, index) => ({ in: full, out: String(index) }));
  const { metafile } = await build({ ...options, format: 'esm', sourcemap: false, entryPoints, outdir: folder, metafile: true, write: false });
  const outputs = Object.entries(metafile.outputs).map(([path, { exports }]) => [Number(basename(path, '.js')), exports]);
  const names = new Map(outputs.map(([index, exports]) => [specifier(list[index]), exports]));
  await build({
    ...options,
    stdin: entry("export * from './index.js'; export * as _ from 'shared';"),
    outfile: join(folder, `index${extension}`),
    plugins: [{
      name: 'shared',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^shared$/ }, () => ({ path: 'shared', namespace: 'shared' }));
        onLoad({ filter: /.*/, namespace: 'shared' }, () => entry(all));
      },
    }, ...options.plugins],
  });
  for (const name of others) {
    await build({
      ...options,
      entryPoints: [join(SOURCES, `${name}.js`)],
      outfile: join(folder, `${name}${extension}`),
      plugins: [{
        name: 'from index',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\/index\.(c?js)$/, namespace: 'from-index' }, () => ({ path: `./index${extension}`, external: true }));
          onResolve({ filter: /^\.|^part:/ }, ({ importer, path, namespace }) => {
            if (namespace !== 'file' || !isOther(importer)) return;
            const full = path.startsWith('part:') ? path : join(dirname(importer), path);
            return shared.has(full) ? { path: specifier(full), namespace: 'from-index' } : undefined;
          });
          onLoad({ filter: /.*/, namespace: 'from-index' }, ({ path }) => entry(
            `import { _ } from './index${extension}';\nexport const { ${names.get(path).join(', ')} } = _;`,
          ));
        },
      }, ...options.plugins],
    });
  }
}

/** The types of each entry; and again for `require`, since TypeScript takes a `.d.ts` here for a module that only `import` can load. */
async function writeTypes(fresh) {
  await mkdir(join(fresh, 'cjs'), { recursive: true });
  for (const name of [...ENTRIES, ...SEPARATE_ENTRIES, ...TYPES, 'slim']) {
    const text = await readFile(join(SOURCES, `${name}.d.ts`), 'utf8');
    await writeFile(join(fresh, `${name}.d.ts`), text);
    await writeFile(join(fresh, 'cjs', `${name}.d.cts`), text.replaceAll(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'"));
  }
  await writeFile(join(fresh, 'edge.min.d.ts'), "export * from './index.js';\nexport * from './edge.js';\n");
  await writeFile(join(fresh, 'rivulet.min.d.ts'), "export * from './index.js';\n");
  await writeFile(join(fresh, 'rivulet.global.d.ts'), "export * from './index.js';\nexport as namespace rivulet;\n");
  await writeFile(join(fresh, 'rivulet.wasm.d.ts'), 'declare const module: WebAssembly.Module;\nexport default module;\n');
}

/**
 * The parts of the module (src/web/parts.rs), the core first. A dev build is one piece, in which all of them are.
 *
 * @typedef {{ isWhole: boolean, build: string, list: { name: string, needs: string[], export?: string, bytes?: Uint8Array }[], ranks: Uint8Array }} Parts
 * @returns {Promise<Parts & { inOnePiece: Parts }>}
 */
async function readParts(from) {
  const whole = await readFile(join(from, 'rivulet_bg.wasm'));
  const build = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  const ranks = ranking(whole);
  const { isWhole, list: parts } = JSON.parse(await readFile(join(from, 'parts.json'), 'utf8'));
  const inOnePiece = { isWhole: true, build, list: parts.map((part) => ({ ...part, bytes: part.name === 'core' ? whole : undefined })), ranks };
  if (isWhole) return { ...inOnePiece, inOnePiece };
  const list = await Promise.all(parts.map(async (part) => ({ ...part, bytes: await readFile(join(from, 'split', `${part.name}.wasm`)) })));
  return { isWhole, build, list, ranks, inOnePiece };
}

/**
 * `import … from '#parts'` is the list of parts, each `{ name, build, needs, export, load }`: `needs` are the parts that it
 * needs beside the core, `export` is its function in the whole module, `load` gives bytes or a compiled module. `way` writes what comes
 * before a part, and its `load`.
 *
 * @returns {import('esbuild').Plugin}
 */
const partsFor = ({ isWhole, build, list, ranks }, way) => ({
  name: 'parts',
  setup({ onResolve, onLoad }) {
    // A file each, and each imported by itself, so that entries get only those that they use: there is no file that has all of them.
    onLoad({ filter: /[/\\]src[/\\]js[/\\].*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const single = (_, names) => names.split(',').map((name) => `import { ${name.trim()} } from 'part:${name.trim().split(' ')[0]}';`).join(' ');
      return { contents: text.replace(/^import \{([^}]*)\} from '#parts';/m, single), loader: 'js' };
    });
    onResolve({ filter: /^part:/ }, ({ path }) => ({ path: path.slice('part:'.length), namespace: 'part', sideEffects: false }));
    onResolve({ filter: /^#decode$/ }, () => ({ path: 'decode', namespace: 'decode', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'decode' }, () => entry(decoder(ranks)));
    onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => {
      const part = list.find(({ name }) => name === path);
      const { head = '', load } = part.bytes ? way(part, ranks) : {};
      const members = [
        `name: '${path}', build: '${build}'`,
        path === 'core' ? `isWhole: ${isWhole}` : `needs: [${part.needs.join(', ')}]`,
        ...(part.export ? [`export: '${part.export}'`] : []),
        ...(load ? [`load: ${load}`] : []),
      ];
      const needs = part.needs.map((name) => `import { ${name} } from 'part:${name}';`).join('\n');
      return entry(`${needs}\n${head}\nexport const ${path} = { ${members.join(', ')} };`);
    });
  },
});

/** As text in the file. */
const inline = ({ name, bytes }, ranks) => ({
  head: `import { decode } from '#decode';\nconst text = '${encode(bytes, ranks)}';`,
  load: '() => decode(text)',
});

/** As a compiled module that the runtime or a bundler gives for an import. */
const imported = (query) => ({ name }) => ({
  head: `import module from '../wasm/${name}.wasm${query}';`,
  // Next's edge runtime hands over a module of another realm, which would be taken for bytes.
  load: query ? '() => module instanceof WebAssembly.Module ? module : Object.setPrototypeOf(module, WebAssembly.Module.prototype)' : '() => module',
});

/**
 * As a file beside this one, in one piece: each module costs Node 20 a millisecond, and Node 24 0.4 ms, while its size costs little. For programs that
 * a bundler has put elsewhere also as text, as small as can be and in a function, since all programs parse it (1 ms); it is unpacked only
 * where the file is missing, or is another one.
 */
const beside = ({ bytes }) => ({
  head: `
    import { readFileSync } from 'node:fs';
    const packed = () => '${brotliCompressSync(bytes).toString('base64')}';
    function load() {
      try {
        const bytes = readFileSync(new URL('../rivulet.wasm', import.meta.url));
        if (bytes.length === ${bytes.length}) return bytes;
      } catch {}
      return process.getBuiltinModule('node:zlib').brotliDecompressSync(Buffer.from(packed(), 'base64'));
    }
  `,
  load: 'load',
});

/** As what the caller gave to `init`. */
const given = () => ({ head: "import { givenModule } from './slim-module.js';", load: 'givenModule' });

/**
 * `import … from 'glue'` is wasm-bindgen's output. That output imports copies of our own modules, which are in its
 * `snippets/`; they are led back to the originals, or there would be two classes `ChatError`.
 *
 * @param {string} folder of that output
 * @returns {import('esbuild').Plugin}
 */
const glue = (folder) => ({
  name: 'glue',
  setup({ onResolve }) {
    onResolve({ filter: /^glue$/ }, () => ({ path: join(folder, 'rivulet.js') }));
    onResolve({ filter: /\/snippets\/rivulet-[0-9a-f]+\/src\/js\// }, ({ path }) => {
      const original = join(ROOT, path.replace(/^.*\/snippets\/rivulet-[0-9a-f]+\//, ''));
      return existsSync(original) ? { path: original } : { errors: [{ text: `${original} does not exist` }] };
    });
  },
});
