// Cloudflare's own tools: wrangler, the plugin of Vite, the pool of Vitest.

import { freePort } from '../harness.mjs';
import { GROUPS } from '../versions.mjs';

const env = { WRANGLER_SEND_METRICS: 'false' };

/** Runs a worker as its developer does. */
export async function wranglerDev(at, args = []) {
  const port = await freePort();
  const { url } = await at.serve('wrangler', ['dev', '--ip', '127.0.0.1', '--port', port, '--inspector-port', await freePort(), ...args], { port, env });
  return url;
}

const inVitest = (name, note = '') => ({
  name,
  title: `@cloudflare/${name} ${GROUPS[name][`@cloudflare/${name}`]}, Vitest ${GROUPS[name].vitest}`,
  group: name,
  fixture: 'long/fixtures/vitest-cloudflare',
  timeout: 90,
  async run(at) {
    const told = await at.run('vitest', ['run'], { env: { ...env, BASE: at.base, PLUGIN: `@cloudflare/${name}` } });
    const line = /^READ (.*)$/m.exec(told)?.[1];
    at.log(line);
    at.streamed(JSON.parse(line ?? 'null'));
    return note;
  },
});

export default [
  {
    name: 'wrangler',
    title: `wrangler ${GROUPS.cloudflare.wrangler}, dev and deploy --dry-run`,
    group: 'cloudflare',
    fixture: 'long/fixtures/wrangler',
    timeout: 90,
    async run(at) {
      const url = await wranglerDev(at);
      at.streamed(await at.read(`${url}/?base=${at.base}`));
      const told = await at.run('wrangler', ['deploy', '--dry-run', '--outdir', 'out'], { env });
      return /Total Upload: .*/.exec(told)?.[0];
    },
  },
  {
    name: 'vite-plugin-cloudflare',
    title: `@cloudflare/vite-plugin ${GROUPS.cloudflare['@cloudflare/vite-plugin']}, dev and build`,
    group: 'cloudflare',
    fixture: 'long/fixtures/wrangler',
    timeout: 120,
    async run(at) {
      for (const [title, build, command] of [['dev', [], []], ['build', ['build'], ['preview']]]) {
        if (build.length) await at.run('vite', build, { env });
        const port = await freePort();
        const { url } = await at.serve('vite', [...command, '--host', '127.0.0.1', '--port', port, '--strictPort'], { port, env });
        at.streamed(await at.read(`${url}/?base=${at.base}`), title);
      }
    },
  },
  inVitest('vitest-pool-workers', 'deprecated'),
  inVitest('vitest-plugin'),
];
