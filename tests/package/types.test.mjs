import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { installed } from '../../scripts/lib/pack.mjs';
import { nodeBin } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

/** @type {Awaited<ReturnType<typeof installed>>} */
let project;

before(async () => {
  project = await installed();
  await copyFile(new URL('./consumer/usage.ts', import.meta.url), join(project.folder, 'usage.ts'));
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
      files: ['usage.ts'],
    }));
    await run(nodeBin('tsc'), ['--project', config], { cwd: project.folder, capture: true });
  });
}
