import { copyFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { installed } from '../../scripts/lib/pack.mjs';
import { ROOT, nodeBin } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { packagesFolder } from '../js/packages.mjs';

const FILES = ['usage.ts', 'openai.ts', 'openai-client.ts', 'tools.ts'];

/** @type {Awaited<ReturnType<typeof installed>>} */
let project;

before(async () => {
  project = await installed();
  for (const name of FILES) await copyFile(new URL(`./consumer/${name}`, import.meta.url), join(project.folder, name));
  const link = (from, name) => symlink(join(from, 'node_modules', name), join(project.folder, 'node_modules', name), 'junction');
  await link(ROOT, 'openai');
  // What arktype needs lies beside it where it is.
  for (const name of ['arktype', 'valibot', 'zod', 'zod-3']) await link(await packagesFolder(), name);
});
after(() => project?.remove());

for (const moduleResolution of ['bundler', 'node16', 'nodenext']) {
  test(`tsc --strict accepts right uses and refuses wrong ones, moduleResolution ${moduleResolution}`, async () => {
    const config = join(project.folder, `tsconfig.${moduleResolution}.json`);
    await writeFile(config, JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        target: 'es2022',
        lib: ['es2022', 'dom', 'dom.asynciterable', 'esnext.disposable'],
        module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
        moduleResolution,
        types: [],
      },
      files: FILES,
    }));
    await run(nodeBin('tsc'), ['--project', config], { cwd: project.folder, capture: true });
  });
}
