// What the package weighs: the smallest programs with it, and its files; raw, and as servers send it.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { DIST, ROOT } from './paths.mjs';

/**
 * The smallest program of each entry, as esbuild makes it for a page, and its bytes with gzip when somebody last looked. The tests refuse
 * 3 % more; whoever adds a feature that is worth more writes the new figure here.
 *
 * @type {Record<string, { program: string, recorded: number }>}
 */
export const PROGRAMS = {
  'rivulet/openai, OpenAiChat': { program: "import { OpenAiChat } from 'rivulet/openai'; console.log(OpenAiChat);", recorded: 122_800 },
  'rivulet/wordpress, AiEngine': { program: "import { AiEngine } from 'rivulet/wordpress'; console.log(AiEngine);", recorded: 101_600 },
  'rivulet/services, Anthropic': { program: "import { Anthropic } from 'rivulet/services'; console.log(Anthropic);", recorded: 127_200 },
  'rivulet/services, all': { program: "import * as rivulet from 'rivulet/services'; console.log({ ...rivulet });", recorded: 201_800 },
  'rivulet, all': { program: "import * as rivulet from 'rivulet'; console.log({ ...rivulet });", recorded: 226_900 },
  'rivulet/openai and rivulet/edge': {
    program: "import { OpenAiChat } from 'rivulet/openai'; import { createHandler } from 'rivulet/edge'; console.log(OpenAiChat, createHandler);",
    recorded: 158_500,
  },
  'rivulet/openai and rivulet/tools': {
    program: "import { OpenAiChat } from 'rivulet/openai'; import { runTools, tool } from 'rivulet/tools'; console.log(OpenAiChat, runTools, tool);",
    recorded: 133_800,
  },
  'rivulet/openai-client': { program: "import OpenAI from 'rivulet/openai-client'; console.log(OpenAI);", recorded: 162_000 },
  'rivulet/ai-sdk, languageModel': { program: "import { languageModel } from 'rivulet/ai-sdk'; console.log(languageModel);", recorded: 11_200 },
  'rivulet/ai-sdk, all': { program: "import * as rivulet from 'rivulet/ai-sdk'; console.log({ ...rivulet });", recorded: 16_200 },
  'rivulet, ChatError': { program: "import { ChatError } from 'rivulet'; console.log(ChatError);", recorded: 400 },
  'rivulet, SERVICES': { program: "import { SERVICES } from 'rivulet'; console.log(SERVICES);", recorded: 850 },
};

/**
 * @param {string} [folder] in which `rivulet` is installed; the repository itself by default
 * @returns {Promise<{ name: string, raw: number, gzip: number, brotli: number }[]>}
 */
export async function programs(folder = ROOT) {
  const { build } = await import('esbuild');
  return Promise.all(Object.entries(PROGRAMS).map(async ([name, { program }]) => {
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: folder }, bundle: true, minify: true, format: 'esm', platform: 'browser', write: false,
    });
    return { name, ...weigh(outputFiles[0].contents) };
  }));
}

/** Programs that weigh more than is recorded, and 3 %. @param {{ name: string, gzip: number }[]} measured */
export const grown = (measured) => measured.filter(({ name, gzip }) => gzip > PROGRAMS[name].recorded * 1.03);

/** @returns {Promise<{ name: string, raw: number, gzip: number, brotli: number }[]>} */
export async function measure(folder = DIST) {
  const names = (await readdir(folder, { recursive: true }))
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.(wasm|c?js)$/.test(name))
    .sort();
  return Promise.all(names.map(async (name) => ({ name, ...weigh(await readFile(join(folder, name))) })));
}

/** @param {Uint8Array} bytes */
export const weigh = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

/** @param {{ files?: boolean }} [wanted] `files`: also each file of dist/ */
export async function printSizes({ files = false } = {}) {
  const row = (name, ...numbers) => `  ${name.padEnd(36)}${numbers.map((n) => String(n).padStart(10)).join('')}`;
  if (files) {
    console.log(row('bytes of files', 'raw', 'gzip', 'brotli'));
    for (const { name, raw, gzip, brotli } of await measure()) console.log(row(name, raw, gzip, brotli));
  }
  console.log(`${row('bytes of the smallest programs', 'raw', 'gzip', 'brotli')}   gzip, than recorded in scripts/lib/sizes.mjs`);
  for (const { name, raw, gzip, brotli } of await programs()) {
    const growth = 100 * (gzip / PROGRAMS[name].recorded - 1);
    console.log(`${row(name, raw, gzip, brotli)}   ${Math.abs(growth).toFixed(2)} % ${growth < 0 ? 'less' : 'more'}`);
  }
}
