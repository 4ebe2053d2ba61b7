// Types of every entry, in TypeScript from 5.4 on, for each way to resolve modules; and the right and wrong uses of tests/package/consumer.

import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '../../../scripts/lib/run.mjs';
import { packagesFolder } from '../../js/packages.mjs';
import { GROUPS } from '../versions.mjs';

const USES = new URL('../../package/consumer/', import.meta.url);

export default Object.keys(GROUPS.typescript).map((name) => ({
  name,
  title: `TypeScript ${name.split('-')[1]}`,
  group: 'typescript',
  fixture: 'quick/fixtures/types',
  async run(at) {
    const paths = Object.keys(at.manifest.exports).filter((path) => !/\.json$|\*/.test(path)).map((path) => `rivulet${path.slice(1)}`);
    const required = paths.filter((path) => 'require' in Object(at.manifest.exports[path.replace('rivulet', '.')]));
    for (const file of ['usage.ts', 'tools.ts']) await copyFile(new URL(file, USES), join(at.folder, file));
    const schemas = join(await packagesFolder(), 'node_modules');
    for (const library of ['arktype', 'valibot', 'zod', 'zod-3']) await symlink(join(schemas, library), join(at.folder, 'node_modules', library), 'junction');
    const told = await at.tell('node', ['check.mjs', join(at.packages, name), name.split('-')[1], paths.join(), required.join()]);
    for (const [way, errors] of Object.entries(told)) for (const error of errors) at.log(`${way}: ${error}`);
    const wrong = Object.entries(told).filter(([, errors]) => errors.length).map(([way, errors]) => `${way}: ${errors[0]}${errors.length > 1 ? ` and ${errors.length - 1} more` : ''}`);
    if (wrong.length) throw new Failure(wrong.join('; '));
    return `${paths.length} paths x ${Object.keys(told).join(', ')}`;
  },
}));
