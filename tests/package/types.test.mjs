import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { installed } from '../../scripts/lib/pack.mjs';
import { ROOT, nodeBin } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { packagesFolder } from '../js/packages.mjs';

/** By whether the types of other packages are checked, too: arktype's need those of Node. */
const FILES = { 'usage.ts': true, 'openai.ts': true, 'openai-client.ts': true, 'tools.ts': false };

/** @type {Awaited<ReturnType<typeof installed>>} */
let project;

before(async () => {
  project = await installed();
  for (const name of Object.keys(FILES)) await copyFile(new URL(`./consumer/${name}`, import.meta.url), join(project.folder, name));
  const link = (from, name) => symlink(join(from, 'node_modules', name), join(project.folder, 'node_modules', name), 'junction');
  await link(ROOT, 'openai');
  for (const name of ['arktype', 'valibot', 'zod', 'zod-3']) await link(await packagesFolder(), name);
});
after(() => project?.remove());

for (const moduleResolution of ['bundler', 'node16', 'nodenext']) {
  test(`tsc --strict accepts right uses and refuses wrong ones, moduleResolution ${moduleResolution}`, async () => {
    for (const checked of [true, false]) {
      const config = join(project.folder, `tsconfig.${moduleResolution}.json`);
      await writeFile(config, JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          skipLibCheck: !checked,
          exactOptionalPropertyTypes: true,
          target: 'es2022',
          lib: ['es2022', 'dom', 'dom.asynciterable', 'esnext.disposable'],
          module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
          moduleResolution,
          types: [],
        },
        files: Object.keys(FILES).filter((name) => FILES[name] === checked),
      }));
      await run(nodeBin('tsc'), ['--project', config], { cwd: project.folder, capture: true });
    }
  });
}
