// `npm run build`: Rust and JavaScript to `dist/`.

import { options } from './lib/args.mjs';
import { bundle } from './lib/bundle.mjs';
import { isMain, main, seconds, step } from './lib/run.mjs';
import { setUp } from './lib/setup.mjs';
import { printSizes } from './lib/sizes.mjs';
import { buildWasm } from './lib/wasm.mjs';

const HELP = `Usage: npm run build [-- --no-sizes]

Builds the package into dist/: the Rust core to wasm, wasm-bindgen, wasm-opt, esbuild. What is missing (npm packages,
Rust's wasm32 library) is installed first. Ends with a table of sizes, unless --no-sizes.`;

export async function build({ sizes = true } = {}) {
  const start = performance.now();
  await setUp();
  await buildWasm();
  await step('JavaScript', bundle);
  if (sizes) await printSizes();
  console.log(`Built dist/ in ${seconds(start)}`);
}

if (isMain(import.meta)) {
  const { 'no-sizes': noSizes } = options(HELP, { 'no-sizes': { type: 'boolean', default: false } });
  await main(() => build({ sizes: !noSizes }));
}
