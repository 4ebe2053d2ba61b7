// `npm run build`: Rust and JavaScript to `dist/`.

import { readFile } from 'node:fs/promises';

import { options } from './lib/args.mjs';
import { bundle } from './lib/bundle.mjs';
import { isMain, main, seconds, step } from './lib/run.mjs';
import { setUp } from './lib/setup.mjs';
import { printSizes } from './lib/sizes.mjs';
import { isProvider, partsOf, readModule } from './lib/wasm-names.mjs';
import { buildWasm, moduleWithNames } from './lib/wasm.mjs';

const HELP = `Usage: npm run build [-- --no-sizes]

Builds the package into dist/: the Rust core to wasm, wasm-bindgen, wasm-opt, esbuild. What is missing (npm packages,
Rust's wasm32 library) is installed first. Ends with a table of sizes and what each provider weighs
in the module, unless --no-sizes.`;

export async function build({ sizes = true } = {}) {
  const start = performance.now();
  await setUp();
  await buildWasm();
  await step('JavaScript', bundle);
  if (sizes) {
    await printSizes();
    await printProviders();
  }
  console.log(`Built dist/ in ${seconds(start)}`);
}

/** What each has in the module. Closures have no name here that says whose they are: `npm run size` knows them. */
async function printProviders() {
  const { functions } = readModule(await readFile(await moduleWithNames()));
  const own = Object.entries(partsOf(functions)).filter(([part]) => isProvider(part)).sort((a, b) => b[1] - a[1]);
  const words = own.map(([part, bytes]) => `${part.slice('src/providers/'.length)} ${bytes}`);
  console.log(`  providers, bytes of code: ${words.join(', ')}`);
}

if (isMain(import.meta)) {
  const { 'no-sizes': noSizes } = options(HELP, { 'no-sizes': { type: 'boolean', default: false } });
  await main(() => build({ sizes: !noSizes }));
}
