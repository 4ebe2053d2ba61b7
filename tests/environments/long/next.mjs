// Next: the client, routes of Node and of the edge, a server action, a server component; and on Cloudflare by OpenNext.

import { rm, writeFile } from 'node:fs/promises';

import { Failure } from '../../../scripts/lib/run.mjs';
import { freePort } from '../harness.mjs';
import { TEXT } from '../stub.mjs';
import { GROUPS } from '../versions.mjs';

const env = { NEXT_TELEMETRY_DISABLED: '1' };
const { next, '@opennextjs/cloudflare': openNext } = GROUPS.next;

async function pages(at, url, edge, headers = {}) {
  const query = `?base=${at.base}`;
  at.streamed(await at.page(`${url}/${query}`), 'client component');
  at.streamed(await at.read(`${url}/node${query}`, { headers }), 'route');
  if (edge) at.streamed(await at.read(`${url}/edge${query}`), 'edge route');
  at.streamed(await at.page(`${url}/action${query}`, { extraHTTPHeaders: headers }), 'server action');
  const html = await (await fetch(`${url}/server${query}`)).text();
  if (!html.includes(TEXT)) throw new Failure('server component: the text is not in the page');
}

const ofNext = (name, bundler) => ({
  name,
  title: `Next ${next}, ${bundler}: client, node, edge, server action, server component`,
  group: 'next',
  fixture: 'long/fixtures/next',
  timeout: 240,
  async run(at) {
    await at.run('next', ['build', `--${bundler}`], { env });
    const port = await freePort();
    const { url } = await at.serve('next', ['start', '--hostname', '127.0.0.1', '--port', port], { port, env });
    await pages(at, url, true);
  },
});

export default [
  ofNext('next', 'turbopack'),
  ofNext('next-webpack', 'webpack'),
  {
    name: 'opennext',
    title: `OpenNext ${openNext} on Cloudflare: client, route, server action, server component`,
    group: 'next',
    fixture: 'long/fixtures/next',
    timeout: 300,
    async run(at) {
      // It has no routes of Next's edge runtime.
      await rm(at.at('app', 'edge'), { recursive: true });
      await writeFile(at.at('package.json'), JSON.stringify({ name: 'app', private: true, scripts: { build: 'next build' } }));
      const given = { ...env, OPENNEXT: '1', WRANGLER_SEND_METRICS: 'false' };
      await at.run('opennextjs-cloudflare', ['build'], { env: given });
      const port = await freePort();
      const { url } = await at.serve('wrangler', ['dev', '--ip', '127.0.0.1', '--port', port], { port, env: given });
      // OpenNext takes the header away that keeps `wrangler dev` from compressing the text and holding it back; in production nothing does.
      await pages(at, url, false, { 'Accept-Encoding': 'identity' });
    },
  },
];
