// Debian's packages. A machine that has just started installs updates of its own for some minutes and holds apt's locks
// meanwhile: we wait.

import { setTimeout } from 'node:timers/promises';

import { noNetwork } from './network.mjs';
import { Failure, run } from './run.mjs';

/**
 * @param {string[]} names
 * @param {{ wait?: number, pause?: number }} [times] seconds to wait for a lock at most; milliseconds until asking again
 */
export async function aptInstall(names, { wait = 600, pause = 2000 } = {}) {
  const aptGet = (...args) => run('apt-get', ['--quiet', '-o', `DPkg::Lock::Timeout=${wait}`, ...args], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    allowFailure: true,
    onLine() {},
  });
  const update = await updateLists(aptGet, wait, pause);
  const install = await aptGet('install', '--yes', '--no-install-recommends', ...names);
  if (install.status === 0) return;
  // `update` is content without a network; `install` then knows no such package.
  throw new Failure(noNetwork('apt-get', update.output + install.output)
    ?? `apt-get could not install ${names.join(' and ')}: exit status ${install.status}`);
}

/** apt's own option concerns installing only; the lists have a lock that nobody can wait for but by asking again. */
async function updateLists(aptGet, wait, pause) {
  const end = performance.now() + wait * 1000;
  for (let told = false; ; told = true) {
    const update = await aptGet('update');
    const locked = update.status !== 0 && /Could not get lock/.test(update.output);
    if (!locked) return update;
    if (performance.now() > end) throw new Failure(`another program has held apt's lock for ${wait} s: see which, and run this again`);
    if (!told) console.log(`  another program holds apt's lock; waiting up to ${wait} s for it`);
    await setTimeout(pause);
  }
}
