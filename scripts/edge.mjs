// `npm run edge`: the example Worker on real workerd, against the local site, with lines to try it by.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from './build.mjs';
import { options, refuse } from './lib/args.mjs';
import { requireBuild } from './lib/dev-build.mjs';
import { DIST, ROOT } from './lib/paths.mjs';
import { Failure, main } from './lib/run.mjs';
import { bundleWorker, startKv, startWorkerd } from './lib/workerd.mjs';

const DEFAULT_PORT = 8787;

const HELP = `Usage: npm run edge [-- OPTIONS]

Makes a dev build of the package and starts examples/worker on workerd, the runtime of Cloudflare Workers: the
local site as the model "shop" behind OpenAI's API, and the relay for pages. Prints a curl line and five lines of Python
that work as printed. Ctrl-C ends it.

Options:
  --port PORT   Where to listen, on 127.0.0.1 (default ${DEFAULT_PORT})
  --key KEY     What clients have to send (default sk-local)
  --url URL     A site with AI Engine instead of the local one
  --pages LIST  Origins of pages that may use the relay, parted by blanks
  --no-build    With dist/ as it is
  --help        This text`;

const given = options(HELP, {
  port: { type: 'string', default: String(DEFAULT_PORT) },
  key: { type: 'string', default: 'sk-local' },
  url: { type: 'string' },
  pages: { type: 'string', default: '' },
  'no-build': { type: 'boolean', default: false },
});
if (!(/^\d+$/.test(given.port) && Number(given.port) <= 65535)) refuse(`--port: ${given.port} is no port`, HELP);
if (!/^[\w.-]+$/.test(given.key)) refuse('--key: letters, digits, - and _ only', HELP);
await main(start);

async function start() {
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  if (given['no-build']) requireBuild();
  else await build({ dev: true, packages: 'all', after: [[{ title: 'The local site, and the example Worker on workerd' }]] });
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-edge-'));
  const opened = [() => rm(folder, { recursive: true, force: true })];
  try {
    const { startSite } = await import('../tests/site/server.mjs');
    const site = given.url === undefined ? await startSite({ port: 0 }) : { url: given.url, close() {} };
    opened.push(() => site.close());
    const kv = await startKv();
    opened.push(() => kv.close());
    // The example has a package.json of its own, in which this package is not installed.
    const own = { rivulet: join(DIST, 'workerd', 'index.js'), 'rivulet/edge': join(DIST, 'workerd', 'edge.js') };
    const bundle = await bundleWorker(join(ROOT, 'examples', 'worker', 'src', 'index.js'), folder, ROOT, own);
    const worker = await startWorkerd(bundle, {
      port: Number(given.port),
      env: { SITE: site.url, KEY: given.key, PAGES: given.pages },
      kv: { SESSIONS: kv.address },
    }).catch((error) => {
      throw new Failure(/in use/i.test(error.message) ? `port ${given.port} is in use: choose another with --port` : error.message);
    });
    opened.push(() => worker.stop());
    console.log(lines(worker.url, site.url));
    await interrupted;
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

function lines(url, site) {
  const body = JSON.stringify({ model: 'shop', stream: true, messages: [{ role: 'user', content: 'Hello! How are you?' }] });
  return `
The endpoint: ${url}/v1      (site: ${site})
The relay:    ${given.pages.trim() ? `${url}/relay/      (for pages of ${given.pages.trim()})` : 'serves no page yet: name their origins with --pages'}

curl -N ${url}/v1/chat/completions -H 'authorization: Bearer ${given.key}' -H 'content-type: application/json' -d '${body}'

from openai import OpenAI
client = OpenAI(base_url="${url}/v1", api_key="${given.key}")
messages = [{"role": "user", "content": "Hello! How are you?"}]
for chunk in client.chat.completions.create(model="shop", messages=messages, stream=True):
    print(chunk.choices[0].delta.content or "", end="", flush=True)

Ctrl-C ends it.`;
}
