// Nuxt, and Nitro in both its versions, for Node and for the edge of three hosts. What is built for Cloudflare runs in wrangler's workerd;
// what is built for the others is only built here.

import { readdir } from 'node:fs/promises';

import { Failure } from '../../../scripts/lib/run.mjs';
import { freePort } from '../harness.mjs';
import { GROUPS } from '../versions.mjs';
import { wranglerDev } from './wrangler.mjs';

const env = { NUXT_TELEMETRY_DISABLED: '1', NITRO_TELEMETRY_DISABLED: '1' };

const version = { nuxt: GROUPS.nuxt.nuxt, nitropack: GROUPS.nitropack.nitropack, nitro: GROUPS.nitro.nitro };
const titles = { nuxt: 'Nuxt', nitropack: 'Nitro', nitro: 'Nitro' };
const commands = { nuxt: 'nuxt', nitropack: 'nitro', nitro: 'nitro' };

/** How what was built for a preset is run. */
const SERVES = {
  'node-server': async (at) => {
    const port = await freePort();
    return (await at.serve('node', ['.output/server/index.mjs'], { port, env: { PORT: port, HOST: '127.0.0.1' } })).url;
  },
  'cloudflare-module': (at) => wranglerDev(at),
};

const built = (kind, preset) => ({
  name: `${kind}-${preset}`,
  title: `${titles[kind]} ${version[kind]}, ${preset}`,
  group: kind,
  also: ['cloudflare'],
  fixture: `long/fixtures/${kind}`,
  timeout: 180,
  async run(at) {
    await at.run(commands[kind], ['build'], { env: { ...env, NITRO_PRESET: preset } });
    if (!SERVES[preset]) {
      if (!(await readdir(at.folder)).some((name) => ['.vercel', 'dist', '.netlify'].includes(name))) throw new Failure('nothing was built');
      return 'built';
    }
    const url = await SERVES[preset](at);
    at.streamed(await at.read(`${url}/reply?base=${at.base}`), 'route');
    if (kind === 'nuxt') at.streamed(await at.page(`${url}/?base=${at.base}`), 'page');
  },
});

export default [
  ...['nuxt', 'nitropack', 'nitro'].flatMap((kind) => Object.keys(SERVES).map((preset) => built(kind, preset))),
  built('nitropack', 'vercel-edge'),
  built('nitropack', 'netlify-edge'),
];
