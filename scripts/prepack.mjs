// npm runs this before `npm pack` and `npm publish`: they send what `dist/` holds.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { refuseDevBuild } from './lib/dev-build.mjs';
import { ROOT } from './lib/paths.mjs';
import { Failure, main } from './lib/run.mjs';

await main(async () => {
  refuseDevBuild();
  if (process.env.npm_command === 'publish') await refuseUnknownHome();
});

/** The project has no public address yet. npm links a package to what stands there, and its provenance must match. */
async function refuseUnknownHome() {
  const { homepage, bugs, repository } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const unknown = Object.entries({ homepage, 'bugs.url': bugs.url, 'repository.url': repository.url }).filter(([, url]) => url.includes('.example'));
  if (unknown.length > 0) {
    throw new Failure(`package.json: ${unknown.map(([name]) => name).join(', ')} must say where the project lives before it is published`);
  }
}
