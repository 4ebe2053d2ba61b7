// `src/js/` and the glue to `dist/`: what the package ships.

import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MARK, MARK_TEXT } from './dev-build.mjs';
import { DIST, GLUE, ROOT, SOURCES } from './paths.mjs';

/** Public entry points, each `src/js/<name>.js` with a hand-written `<name>.d.ts`. */
const ENTRIES = ['index', 'edge', 'openai-client'];

/** Entry points that share no code with those: they go without the core. */
const SEPARATE_ENTRIES = ['node'];

/** Types that several of them share. */
const TYPES = ['openai-types'];

const BANNER = '/*! rivulet, MIT licensed */';
const DEV_BANNER = '/*! rivulet, MIT licensed; a dev build, not to be published */';

/** @param {{ dev?: boolean }} [options] */
export async function bundle({ dev = false } = {}) {
  const from = dev ? GLUE.dev : GLUE.release;
  const banner = dev ? DEV_BANNER : BANNER;
  // Imported here: set-up may have installed it a moment ago.
  const { build } = await import('esbuild');
  const fresh = `${DIST}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(join(fresh, 'wasm'), { recursive: true });
  try {
    await copyFile(join(from, 'rivulet_bg.wasm'), join(fresh, 'rivulet_bg.wasm'));
    await writeLoaders(from, join(fresh, 'wasm'), banner);
    if (dev) await writeFile(join(fresh, MARK), MARK_TEXT);
    for (const name of [...ENTRIES, ...SEPARATE_ENTRIES, ...TYPES]) await copyFile(join(SOURCES, `${name}.d.ts`), join(fresh, `${name}.d.ts`));

    const common = /** @type {const} */ ({
      absWorkingDir: ROOT,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      charset: 'utf8',
      legalComments: 'none',
      // A dev build is read, in stack traces and debuggers.
      minify: !dev,
      // Node prints the line in which an error was thrown: it must fit on a screen.
      lineLimit: 200,
      banner: { js: banner },
    });
    await build({
      ...common,
      entryPoints: ENTRIES.map((name) => join(SOURCES, `${name}.js`)),
      outdir: fresh,
      splitting: ENTRIES.length > 1,
      // One chunk: what all entries have in common, the glue and the providers.
      chunkNames: 'shared',
      external: ['#wasm'],
      plugins: [glue(from)],
    });
    await build({
      ...common,
      entryPoints: SEPARATE_ENTRIES.map((name) => join(SOURCES, `${name}.js`)),
      outdir: fresh,
      external: ['node:*'],
    });
    await build({
      ...common,
      entryPoints: [join(SOURCES, 'index.js')],
      outfile: join(fresh, 'rivulet.min.js'),
      alias: { '#wasm': join(fresh, 'wasm', 'inline.js') },
      plugins: [glue(from)],
    });
    await rm(DIST, { recursive: true, force: true });
    await rename(fresh, DIST);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

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

/** One file per way to have the module; `#wasm` in package.json chooses. Each exports a function: none runs early. */
async function writeLoaders(from, folder, banner) {
  const base64 = (await readFile(join(from, 'rivulet_bg.wasm'))).toString('base64');
  const loaders = {
    // Bytes inlined: no file to find, no MIME type, no permission, no fetch, and synchronous. Node 20 has no `fromBase64`, and
    // its `atob` takes 13 ms for this (`npm run bench -- --only cold`); its Buffer 0.2 ms.
    inline: `const base64='${base64}';
export default()=>Uint8Array.fromBase64?.(base64)??globalThis.Buffer?.from(base64,'base64')??Uint8Array.from(atob(base64),(c)=>c.charCodeAt(0));
`,
    // Workers refuse to compile bytes; an import of a .wasm file is a compiled module there.
    workerd: `import module from '../rivulet_bg.wasm';
export default()=>module;
`,
    // Next's edge runtime compiles, too, but hands over a module of another realm, which wasm-bindgen's check
    // \`instanceof WebAssembly.Module\` would take for bytes.
    'edge-light': `import module from '../rivulet_bg.wasm?module';
export default()=>{
  if(!(module instanceof WebAssembly.Module))Object.setPrototypeOf(module,WebAssembly.Module.prototype);
  return module;
};
`,
  };
  for (const [name, text] of Object.entries(loaders)) {
    await writeFile(join(folder, `${name}.js`), `${banner}\n${text}`);
  }
}
