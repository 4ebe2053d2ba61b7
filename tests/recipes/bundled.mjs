// A program as one script for a page, with the components of Vue and Svelte in it.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

import { build } from 'esbuild';

/**
 * @param {string} folder in which it lies, with `node_modules`
 * @param {string} source
 * @param {Record<string, string>} put what stands in the place of a text: of an address, or of an expression
 */
export async function bundled(folder, source, put) {
  const require = createRequire(join(folder, 'main.js'));
  const at = (text) => Object.entries(put).filter(([from]) => from.startsWith('https:')).reduce((text, [from, to]) => text.replaceAll(from, to), text);
  const components = {
    name: 'components',
    setup(build) {
      build.onLoad({ filter: /\.vue$/ }, async ({ path }) => {
        const { parse, compileScript } = require('@vue/compiler-sfc');
        const { descriptor, errors } = parse(await readFile(path, 'utf8'), { filename: basename(path) });
        if (errors.length) throw errors[0];
        return { contents: at(compileScript(descriptor, { id: 'recipe', inlineTemplate: true }).content), loader: 'js' };
      });
      build.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
        const { compile } = require('svelte/compiler');
        return { contents: at(compile(await readFile(path, 'utf8'), { filename: path }).js.code), loader: 'js' };
      });
      build.onLoad({ filter: /rivulet-recipes-[^/\\]*[/\\][^/\\]*\.jsx?$/ }, async ({ path }) => ({
        contents: at(await readFile(path, 'utf8')), loader: path.endsWith('x') ? 'jsx' : 'js',
      }));
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'jsx' },
    absWorkingDir: folder,
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    conditions: ['browser', 'svelte'],
    define: Object.fromEntries(Object.entries(put).filter(([from]) => !from.startsWith('https:'))),
    logLevel: 'error',
    plugins: [components],
  });
  return outputFiles[0].text;
}
