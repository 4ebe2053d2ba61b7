// cargo-deny: which licences, sources, double versions and advisories the crates bring. Built from source once, into the cache.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CACHE, FUZZ, ROOT } from './paths.mjs';
import { Failure, run } from './run.mjs';

const VERSION = '0.20.2';
const FOLDER = join(CACHE, `cargo-deny-${VERSION}`);
const COMMAND = join(FOLDER, 'bin', process.platform === 'win32' ? 'cargo-deny.exe' : 'cargo-deny');
const MANIFESTS = [join(ROOT, 'Cargo.toml'), join(FUZZ, 'Cargo.toml')];

/** @returns {import('./plan.mjs').Plan} the step that builds it, if it is not there yet */
export function missingCargoDeny() {
  if (existsSync(COMMAND)) return [];
  const title = `cargo-deny ${VERSION}, built from source once`;
  // Without optimising: that is twice as fast to build, and the checks take a second either way.
  const work = () => run('cargo', ['install', '--quiet', '--debug', '--locked', '--root', FOLDER, `cargo-deny@${VERSION}`], {
    downloader: 'cargo',
  });
  return [[{ title, first: 240, work }]];
}

const deny = (manifest, checks, options) => run(
  COMMAND,
  ['--log-level', 'error', '--manifest-path', manifest, '--config', join(ROOT, '.cargo', 'deny.toml'), 'check', ...checks],
  options,
);

/** Licences, double versions and sources, which need nothing but the lock file. */
export async function checkCrates() {
  for (const manifest of MANIFESTS) await deny(manifest, ['licenses', 'bans', 'sources'], {});
}

/** The advisories of RustSec. Their database is a git repository; where that cannot be reached it is said, and is no complaint. */
export async function checkAdvisories() {
  for (const manifest of MANIFESTS) {
    const { status, output } = await deny(manifest, ['advisories'], { capture: true, allowFailure: true });
    if (status === 0) continue;
    if (/failed to fetch advisory database/.test(output)) {
      console.error('  NOT CHECKED: the database of RustSec cannot be reached from here');
      return;
    }
    console.error(output);
    throw new Failure('cargo deny: an advisory concerns a crate of this project');
  }
}
