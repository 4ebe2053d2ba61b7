// `npm run build`: Rust and JavaScript to `dist/`.

import { relative, resolve } from 'node:path';

import { options, refuse } from './lib/args.mjs';
import { bundle } from './lib/bundle.mjs';
import { DEMO } from './lib/paths.mjs';
import { announce, perform } from './lib/plan.mjs';
import { isMain, main, seconds } from './lib/run.mjs';
import { missing } from './lib/setup.mjs';
import { printSizes } from './lib/sizes.mjs';
import { howToHost, requireFree, sizesOf, writeDemo } from './lib/static-demo.mjs';
import { compileCore, writeModule } from './lib/wasm.mjs';

const HELP = `Usage: npm run build [-- OPTIONS]

Builds the package into dist/: the Rust core to wasm, snip, wasm-bindgen, wasm-opt, esbuild. What is missing (npm
packages, Rust's wasm32 library, wasm-bindgen from source) is installed first. The first words say what is going to
happen and how long it took the last time. Ends with a table of sizes. \`npm run size\` tells what weighs in the module.

Options:
  --dev       A dev build, in seconds: without link-time optimisation, snip, wasm-opt and minified JavaScript. Tests and
              the demo run on it; dist/DEV-BUILD.txt says what it is, and npm pack, npm publish and the benchmarks refuse it
  --no-sizes  Without the table
  --demo      Also writes the demo page as a folder of files, for any static host and under any path: the page, the modules
              that it loads, and its policy (in the page, and as _headers for Netlify and Cloudflare Pages). It needs no
              server of its own. Ends with its sizes, instead of the table, and with how to look at it and to host it
  --out DIR   Where --demo writes to (default demo/). What an earlier --demo wrote there is replaced; a folder with
              anything else in it is refused
  --help      This text`;

/**
 * @param {{ dev?: boolean, sizes?: boolean, packages?: import('./lib/setup.mjs').Packages, after?: Parameters<typeof announce>[0] }} [wanted]
 *   `after`: what the command does once there is a build; it is announced with the rest
 */
export async function build({ dev = false, sizes = false, packages = 'build', after = [] } = {}) {
  const plan = await buildPlan({ dev, packages });
  announce([...plan, ...after]);
  const start = performance.now();
  await perform(plan);
  if (sizes) await printSizes();
  console.log(`Built dist/ in ${seconds(start)}${dev ? ': a DEV BUILD, for tests and the demo, not to be published or measured' : ''}`);
}

/** @returns {Promise<import('./lib/plan.mjs').Plan>} */
async function buildPlan({ dev, packages }) {
  const [before, meanwhile] = await missing({ packages });
  return [
    before,
    [...meanwhile, compileCore(dev)],
    [writeModule(dev)],
    [{ title: dev ? 'JavaScript, dev build' : 'JavaScript', first: 1, work: () => bundle({ dev }) }],
  ];
}

/** Builds, and then writes the demo to a folder, which is looked at first: a build takes long. */
async function buildDemo({ dev, out }) {
  const folder = resolve(out);
  await requireFree(folder);
  await build({ dev, after: [[{ title: `The demo page as files, to ${out}` }]] });
  const files = await writeDemo(folder);
  console.log(`\n${sizesOf(out, files)}\n\n${howToHost(out)}`);
}

if (isMain(import.meta)) {
  const given = options(HELP, {
    dev: { type: 'boolean', default: false },
    'no-sizes': { type: 'boolean', default: false },
    demo: { type: 'boolean', default: false },
    out: { type: 'string' },
  });
  const { dev, demo, out = relative(process.cwd(), DEMO) } = given;
  if (given.out !== undefined && !demo) refuse('--out belongs to --demo', HELP);
  if (out === '') refuse('--out: name a folder', HELP);
  await main(() => (demo ? buildDemo({ dev, out }) : build({ dev, sizes: !dev && !given['no-sizes'] })));
}
