// Node, oldest to newest: every entry, imported and required, and both are one instance.

import { dirname } from 'node:path';

import { newestNode, NEWEST_NODE } from '../../../scripts/lib/runtimes.mjs';
import { startSite } from '../../site/server.mjs';
import { nodeBin } from '../harness.mjs';
import { NODES } from '../versions.mjs';

/** Paths of package.json that are modules, as they are imported. */
export const entriesOf = ({ name, exports }) => Object.keys(exports)
  .filter((path) => !/\.(json|wasm)$|\*|\.js$/.test(path))
  .map((path) => name + path.slice(1));

const node = (name, version, folder) => ({
  name,
  title: `Node ${version}: import, require, every entry`,
  fixture: 'quick/fixtures/node',
  async run(at) {
    const options = { node: await folder() };
    at.streamed(await at.tell('node', ['cli.mjs', at.base], options), 'import');
    at.streamed(await at.tell('node', ['cli.cjs', at.base], options), 'require');
    const site = await startSite({ delay: 5 });
    at.closers.push(() => site.close());
    const entries = entriesOf(at.manifest);
    const told = await at.tell('node', ['--unhandled-rejections=strict', 'entries.mjs', at.base, site.url, ...entries], options);
    const wrong = [];
    for (const [entry, { error, imported, required, two }] of Object.entries(told)) {
      if (error) {
        wrong.push(`${entry}: ${error}`);
        continue;
      }
      for (const [how, read] of Object.entries({ imported, required })) {
        // The site says something else, and `rivulet/node` reads nothing.
        if (read === null) continue;
        if (entry === 'rivulet/wordpress' && read.length > 5) continue;
        try {
          at.streamed(read, `${entry} ${how}`);
        } catch (failure) {
          wrong.push(failure.message);
        }
      }
      if (two.length) wrong.push(`${entry}: imported and required are two: ${two.slice(0, 3).join(', ')}`);
    }
    if (wrong.length) throw new Error(wrong.join('; '));
    return `${entries.length} entries`;
  },
});

export default [
  ...Object.entries(NODES).map(([major, version]) => node(`node-${major}`, version, () => nodeBin(Number(major)))),
  node('node-newest', NEWEST_NODE, async () => dirname(await newestNode())),
];
