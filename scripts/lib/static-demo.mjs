// The demo page as a folder of files, for hosts that serve files and nothing else: `npm run build -- --demo`.

import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

import { fileOf, HEADERS } from '../serve.mjs';
import { vendorModule } from './demo-library.mjs';
import { requireBuild } from './dev-build.mjs';
import { ROOT } from './paths.mjs';
import { Failure } from './run.mjs';

const WWW = join(ROOT, 'www');

/** By this line the page knows that there is no local site, no relay and no endpoint beside it, and we know our own folder again. */
export const MARK = '<meta name="rivulet-host" content="files">';

/** What a policy can say in a header alone; a browser complains where it stands in a page. */
const HEADER_ONLY = ['frame-ancestors', 'report-uri', 'report-to', 'sandbox'];

/** The header of that policy, as a page can say it itself. @param {string} policy */
export const policyOfPage = (policy) => policy.split('; ').filter((rule) => !HEADER_ONLY.includes(rule.split(' ')[0])).join('; ');

/**
 * Writes the page to a folder, and clears away what an earlier call wrote there.
 *
 * @param {string} folder
 * @returns {Promise<{ name: string, bytes: Uint8Array }[]>} what was written
 */
export async function writeDemo(folder) {
  requireBuild();
  const ours = await requireFree(folder);
  const files = await demoFiles();
  for (const name of ours) await rm(join(folder, name), { recursive: true });
  for (const { name, bytes } of files) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return files;
}

/** Refuses a folder that holds anything but what an earlier call wrote. @returns {Promise<string[]>} what that is */
export async function requireFree(folder) {
  const names = await readdir(folder).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw new Failure(`${folder}: ${error.code === 'ENOTDIR' ? 'this is a file; name a folder' : error.message}`);
  });
  if (names.length === 0) return [];
  const isOurs = (await readFile(join(folder, 'index.html'), 'utf8').catch(() => '')).includes(MARK);
  const own = new Set([...(await pageNames()), ...ADDED].map((name) => name.split('/')[0]));
  const foreign = isOurs ? names.filter((name) => !own.has(name)) : names;
  if (foreign.length === 0) return names;
  const some = foreign.length > 3 ? `${foreign.slice(0, 3).join(', ')}, …` : foreign.join(', ');
  throw new Failure(`${folder} holds other things than the demo (${some}), and nothing is written over them: name an empty or a new folder with --out`);
}

/** What is in the folder beside the files of `www/`: folders with modules, and files for hosts. */
const ADDED = ['rivulet', 'vendor', '_headers', '.nojekyll'];

/** @returns {Promise<{ name: string, bytes: Uint8Array }[]>} the page's own files first */
async function demoFiles() {
  const own = await pageNames();
  const { names: loaded } = await modulesOf(own.filter((name) => name.endsWith('.js')), readModule);
  const { atOnce } = await modulesOf(['main.js'], readModule);
  const modules = loaded.filter((name) => !own.includes(name)).sort();
  const text = (name, contents) => ({ name, bytes: Buffer.from(contents) });
  return [
    ...await Promise.all(own.map(async (name) => (name === 'index.html'
      ? text(name, staticPage(await readFile(join(WWW, name), 'utf8'), atOnce))
      : { name, bytes: await readFile(join(WWW, name)) }))),
    ...await Promise.all(modules.map(async (name) => text(name, withoutMap(await readModule(name))))),
    text('_headers', headersFile()),
    // GitHub Pages would otherwise send the files through Jekyll, which leaves some out by their names.
    text('.nojekyll', ''),
  ];
}

/** The files of `www/`. */
async function pageNames() {
  const entries = await readdir(WWW, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  return files.map(({ parentPath, name }) => relative(WWW, join(parentPath, name)).replaceAll('\\', '/')).sort();
}

/** The text of a module by its path below the page, from where the demo's server has it. @param {string} path */
async function readModule(path) {
  const bytes = path.startsWith('vendor/') ? await vendorModule(path.slice('vendor/'.length)) : await readFile(/** @type {string} */ (fileOf(path)));
  if (!bytes) throw new Failure(`${path}: scripts/lib/demo-library.mjs knows no such module`);
  return Buffer.from(bytes).toString('utf8');
}

/**
 * The modules that some modules import, and those that these import, statically or by `import('…')`.
 *
 * @param {string[]} entries paths below the page
 * @param {(path: string) => Promise<string>} read
 * @returns {Promise<{ names: string[], atOnce: string[] }>} the paths of all of them; `atOnce`: of those that are loaded with the first entry, since
 *   they are imported statically
 */
export async function modulesOf(entries, read) {
  const { build } = await import('esbuild');
  const page = {
    name: 'page',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, importer }) => (/^\.{0,2}\//.test(path)
        ? { path: posix.join(posix.dirname(importer), path), namespace: 'page' }
        : { path, external: true }));
      onLoad({ filter: /.*/, namespace: 'page' }, async ({ path }) => ({ contents: await read(path), loader: 'js' }));
    },
  };
  const { metafile } = await build({
    stdin: { contents: entries.map((path) => `import './${path}';`).join('\n'), sourcefile: 'all.js' },
    plugins: [page], bundle: true, write: false, metafile: true, format: 'esm', target: 'esnext', logLevel: 'silent',
  }).catch((error) => {
    throw new Failure(`the page's modules cannot be followed: ${error.message}`);
  });
  const name = (input) => input.slice('page:'.length);
  const atOnce = new Set([`page:${entries[0]}`]);
  // A set goes on with what is added to it meanwhile.
  for (const input of atOnce) {
    for (const { path, kind } of metafile.inputs[input].imports) if (kind === 'import-statement') atOnce.add(path);
  }
  return { names: Object.keys(metafile.inputs).filter((input) => input.startsWith('page:')).map(name), atOnce: [...atOnce].map(name) };
}

/** Maps are not copied, and a browser's tools would ask for them. */
const withoutMap = (text) => text.replace(/^\/\/# sourceMappingURL=.*$/m, '').trimEnd().concat('\n');

/**
 * The page with its policy in itself, before anything that the policy is about, and with the modules that it begins with, so that a browser asks
 * for all of them at once, and not for each when the one before has come.
 *
 * @param {string} html @param {string[]} [modules]
 */
export function staticPage(html, modules = []) {
  const first = '<meta charset="utf-8">';
  if (!html.includes(first)) throw new Failure(`www/index.html has no ${first}, behind which the policy is written`);
  return html.replace(first, () => [
    first,
    `<meta http-equiv="Content-Security-Policy" content="${policyOfPage(HEADERS['Content-Security-Policy'])}">`,
    `<meta name="referrer" content="${HEADERS['Referrer-Policy']}">`,
    MARK,
    ...modules.map((module) => `<link rel="modulepreload" href="${module}">`),
  ].join('\n  '));
}

/** For Netlify and Cloudflare Pages, which send these headers with every file. */
export const headersFile = () => ['/*', ...Object.entries(HEADERS).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n');

/** A table of the folder's parts and their sizes. @param {string} shown the folder, as it was named */
export function sizesOf(shown, files) {
  const parts = new Map(files.map((file) => [partOf(file), files.filter((other) => partOf(other) === partOf(file))]));
  const row = (name, of) => {
    const sum = (size) => of.reduce((total, { bytes }) => total + size(bytes), 0);
    const figures = [of.length, sum(({ length }) => length), sum((bytes) => gzipSync(bytes, { level: 9 }).length)];
    return `  ${name.padEnd(28)}${figures.map((n) => String(n).padStart(11)).join('')}`;
  };
  return [
    `  ${`bytes of ${shown}`.padEnd(28)}${['files', 'raw', 'gzip'].map((word) => word.padStart(11)).join('')}`,
    ...[...parts].map(([name, of]) => row(name, of)),
    row('all', files),
  ].join('\n');
}

const partOf = ({ name }) => /^(rivulet|vendor)\//.exec(name)?.[0] ?? (ADDED.includes(name) ? '_headers, .nojekyll' : 'the page');

/** @param {string} shown the folder, as it was named */
export const howToHost = (shown) => `To look at it, serve the folder by any server of files, and open what that prints, for example:
  python3 -m http.server --bind 127.0.0.1 --directory ${shown} 8030
Opened as a file (file://) the page stays empty: browsers load modules from servers only.

To host it, put the folder's contents anywhere on a static host, at the top or in a folder of any name: all its addresses are relative.
  GitHub Pages               publish the folder as it is; .nojekyll is for it
  Netlify, Cloudflare Pages  publish the folder itself: they read _headers at the top of what they publish
  any other host             the page has its policy in itself; send the headers of _headers as well if the host lets you
A link may hold settings, such as ?provider=OpenAiChat&baseUrl=https://api.example/v1&model=NAME; there is no key among them.`;
