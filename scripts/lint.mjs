// `npm run lint`: what is checked without running the package.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from './build.mjs';
import { options } from './lib/args.mjs';
import { checkAdvisories, checkCrates, missingCargoDeny } from './lib/cargo-deny.mjs';
import { pack } from './lib/pack.mjs';
import { FUZZ, ROOT, WASM_TARGET, nodeBin } from './lib/paths.mjs';
import { perform } from './lib/plan.mjs';
import { CARGO_COLOURS, Failure, main, run, step } from './lib/run.mjs';

const HELP = `Usage: npm run lint

Checks format (cargo fmt), Rust (clippy, native, ${WASM_TARGET} and fuzz targets), the crates it depends on (cargo deny:
licences, double versions, sources, and RustSec's advisories where their database can be reached), types (tsc) and the
packed package (publint, attw). Builds dist/ on the way. All checks run; the status is 1 if one of them complains.`;

const CLIPPY = ['clippy', '--all-targets'];
const DENY = ['--', '--deny', 'warnings'];

const cargo = (...args) => run('cargo', args, { env: CARGO_COLOURS, downloader: 'cargo' });

async function lint() {
  const complaints = [];
  const check = async (title, work) => {
    try {
      await step(title, work);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      console.error(`  ${error.message}`);
      complaints.push(title);
    }
  };

  const tools = missingCargoDeny();
  await build({ packages: 'all', after: [...tools, [{ title: 'cargo fmt, clippy, cargo deny, tsc, publint, attw', first: 120 }]] });
  await check('cargo fmt', () => cargo('fmt', '--all', '--check'));
  await check('clippy, native', () => cargo(...CLIPPY, '--workspace', '--all-features', ...DENY));
  await check(`clippy, ${WASM_TARGET}`, () => cargo(...CLIPPY, '--target', WASM_TARGET, ...DENY));
  // Nothing else compiles them.
  await check('clippy, fuzz targets', () => cargo(...CLIPPY, '--manifest-path', join(FUZZ, 'Cargo.toml'), '--no-default-features', ...DENY));
  await check('cargo deny', async () => {
    await perform(tools);
    await checkCrates();
  });
  await check('cargo deny, advisories', checkAdvisories);
  await check('tsc', () => run(nodeBin('tsc'), ['--project', join(ROOT, 'tests', 'package', 'tsconfig.json')]));

  const folder = await mkdtemp(join(tmpdir(), 'rivulet-lint-'));
  try {
    const { tarball } = await pack(folder);
    await check('publint', () => run(nodeBin('publint'), [tarball, '--strict']));
    await check('attw', () => run(nodeBin('attw'), [
      tarball,
      '--profile', 'esm-only',
      // No types belong to a binary and to the file for <script type="module">.
      '--exclude-entrypoints', './rivulet.wasm', './rivulet.min.js',
    ]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  if (complaints.length) throw new Failure(`lint: ${complaints.join(', ')}`);
  console.log('lint: nothing to complain about');
}

options(HELP);
await main(lint);
