// `node scripts/xtask.mjs <command> …`: xtask from the cache. `.cargo/config.toml` has it as the runner of wasm tests.

import { spawn } from 'node:child_process';

import { main } from './lib/run.mjs';
import { xtask } from './lib/xtask.mjs';

await main(async () => {
  const child = spawn(await xtask({ testRunner: process.argv[2] === 'test-runner' }), process.argv.slice(2), { stdio: 'inherit' });
  // An interrupt reaches the whole process group; we wait for the child to clean up.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.exitCode = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => done(code ?? 1));
  });
});
