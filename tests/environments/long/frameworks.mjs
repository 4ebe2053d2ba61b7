// SvelteKit, Astro, React Router and Angular.

import { existsSync } from 'node:fs';

import { freePort } from '../harness.mjs';
import { GROUPS } from '../versions.mjs';
import { wranglerDev } from './wrangler.mjs';

const env = { ASTRO_TELEMETRY_DISABLED: '1', NG_CLI_ANALYTICS: 'false', WRANGLER_SEND_METRICS: 'false' };

async function both(at, url) {
  at.streamed(await at.read(`${url}/reply?base=${at.base}`), 'route');
  at.streamed(await at.page(`${url}/?base=${at.base}`), 'page');
}

const onNode = async (at, command, args, more = {}) => {
  const port = await freePort();
  return (await at.serve(command, args, { port, env: { ...env, PORT: port, HOST: '127.0.0.1', ...more } })).url;
};

export default [
  {
    name: 'sveltekit',
    title: `SvelteKit ${GROUPS.sveltekit['@sveltejs/kit']}, adapter-node`,
    group: 'sveltekit',
    fixture: 'long/fixtures/sveltekit',
    timeout: 120,
    async run(at) {
      await at.run('vite', ['build']);
      await both(at, await onNode(at, 'node', ['build/index.js']));
    },
  },
  {
    name: 'sveltekit-cloudflare',
    title: `SvelteKit ${GROUPS['sveltekit-cloudflare']['@sveltejs/kit']}, adapter-cloudflare`,
    group: 'sveltekit-cloudflare',
    fixture: 'long/fixtures/sveltekit-cloudflare',
    timeout: 120,
    async run(at) {
      await at.run('vite', ['build'], { env });
      await both(at, await wranglerDev(at));
    },
  },
  {
    name: 'astro',
    title: `Astro ${GROUPS.astro.astro}, node`,
    group: 'astro',
    fixture: 'long/fixtures/astro',
    timeout: 120,
    async run(at) {
      await at.run('astro', ['build'], { env: { ...env, ADAPTER: '@astrojs/node' } });
      await both(at, await onNode(at, 'node', ['dist/server/entry.mjs']));
    },
  },
  {
    name: 'astro-cloudflare',
    title: `Astro ${GROUPS.astro.astro}, @astrojs/cloudflare ${GROUPS.astro['@astrojs/cloudflare']}`,
    group: 'astro',
    fixture: 'long/fixtures/astro',
    timeout: 120,
    async run(at) {
      await at.run('astro', ['build'], { env: { ...env, ADAPTER: '@astrojs/cloudflare' } });
      await both(at, await wranglerDev(at, existsSync(at.at('dist/server/wrangler.json')) ? ['--config', 'dist/server/wrangler.json'] : []));
    },
  },
  {
    name: 'react-router',
    title: `React Router ${GROUPS['react-router']['react-router']}, framework mode`,
    group: 'react-router',
    fixture: 'long/fixtures/react-router',
    timeout: 120,
    async run(at) {
      await at.run('react-router', ['build']);
      await both(at, await onNode(at, 'react-router-serve', ['build/server/index.js']));
    },
  },
  {
    name: 'angular',
    title: `Angular ${GROUPS.angular['@angular/core']}`,
    group: 'angular',
    fixture: 'long/fixtures/angular',
    timeout: 180,
    async run(at) {
      await at.run('ng', ['build'], { env });
      at.streamed(await at.page(`${await at.files(at.at('out', 'browser'))}/?base=${at.base}`));
    },
  },
];
