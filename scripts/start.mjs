// `npm start`: builds, starts the local site and the demo page, and lets the presets speak in the terminal.

import { build } from './build.mjs';
import { options, refuse } from './lib/args.mjs';
import { requireBuild } from './lib/dev-build.mjs';
import { Failure, main } from './lib/run.mjs';
import { say } from './lib/say.mjs';

const DEFAULT_PORT = 8020;

const PROVIDERS = { 'ai-engine': 'AiEngine', 'ai-power': 'AiPower', 'ai-puffer': 'AiPuffer' };

const HELP = `Usage: npm start [-- OPTIONS]

Makes a dev build of the package (npm run build -- --help), starts the local site (a stand-in for WordPress sites with
chatbots) and the demo page on it, prints their address, and streams one reply of each preset into the terminal. Ctrl-C
ends it.

Needs rustup's Rust and Node 20.19 or later. On a fresh clone it installs what the build needs, and not what tests need:
three npm packages (118 MB), Rust's wasm32 library, and wasm-bindgen, compiled from source once per version; about a minute on
two cores. The first words say what is going to happen, in order, and how long each step took the last time.

Options:
  --port PORT        Where to listen, on 127.0.0.1 (default ${DEFAULT_PORT}, or any free port if that is taken)
  --message TEXT     What to ask (default: a greeting)
  --url URL          Ask this site instead of the local one
  --provider NAME    Which protocol it speaks: ${Object.keys(PROVIDERS).join(', ')} (default ai-engine)
  --bot ID           Which of its bots
  --page URL         Which of its pages holds the chat
  --model NAME       Which model, where the site lets the caller choose
  --no-serve         Stream and end, without the demo page; the status tells whether it worked
  --no-build         With dist/ as it is
  --help             This text`;

const given = options(HELP, {
  port: { type: 'string' },
  message: { type: 'string', default: 'Привет! Как дела? — and how are you? 👋' },
  url: { type: 'string' },
  provider: { type: 'string' },
  bot: { type: 'string' },
  page: { type: 'string' },
  model: { type: 'string' },
  'no-serve': { type: 'boolean', default: false },
  'no-build': { type: 'boolean', default: false },
});
check(given);
await main(start);

async function start() {
  // Before anything long: an interrupt must find us ready at any time.
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());

  if (given['no-build']) requireBuild();
  else await build({ dev: true, after: [[{ title: `The local site, ${given['no-serve'] ? '' : 'the demo page, '}and a reply of each preset` }]] });
  if (interrupted.signal.aborted) return;
  const site = await open();
  try {
    let worked = true;
    for (const [title, provider] of await speakers(site.url)) {
      if (interrupted.signal.aborted) return;
      worked = (await say(title, provider, given, interrupted.signal)) && worked;
    }
    if (interrupted.signal.aborted) return;
    if (given['no-serve']) {
      if (!worked) process.exitCode = 1;
      return;
    }
    const { SERVICE_KEY } = await import('../tests/clients/services.mjs');
    console.log(`\nDemo page:  ${site.url}/demo/\nLocal site: ${site.url}/\nEndpoint:   ${site.url}/edge/v1
Services:   ${site.url}/services/chat/v1 (baseUrl of OpenAiChat; stubs, with the apiKey ${SERVICE_KEY};
            OpenAiResponses: responses/v1, Anthropic: anthropic/v1, Gemini: gemini/v1beta, Ollama: ollama)\n\nCtrl-C ends them.`);
    if (!interrupted.signal.aborted) {
      await new Promise((done) => interrupted.signal.addEventListener('abort', done, { once: true }));
    }
  } finally {
    await site.close();
  }
}

async function open() {
  const { startLocalSite } = await import('./lib/local-site.mjs');
  const listen = (port) => startLocalSite({ port });
  if (given['no-serve'] && given.port === undefined) return listen(0);
  const port = Number(given.port ?? DEFAULT_PORT);
  try {
    return await listen(port);
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw new Failure(`port ${port}: ${error.message}`);
    if (given.port !== undefined) throw new Failure(`port ${port} is in use: choose another with --port`);
    console.log(`Port ${port} is in use; another one is taken.`);
    return listen(0);
  }
}

async function speakers(localUrl) {
  // The built package by its own name, as an application imports it.
  const rivulet = await import('rivulet');
  if (given.url === undefined) {
    return ['Chatgpt4Online', 'Chatgpt4o'].map((name) => [`${name}, on the local site`,
      rivulet[name].with({ url: localUrl })]);
  }
  const name = PROVIDERS[given.provider ?? 'ai-engine'];
  const { url, bot: botId, page } = given;
  return [[`${name}, on ${url}`, new rivulet[name]({ url, ...(botId && { botId }), ...(page && { page }) })]];
}

function check({ port, url, provider, bot, page }) {
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) <= 65535)) refuse(`--port: ${port} is no port`, HELP);
  const known = provider === undefined || Object.hasOwn(PROVIDERS, provider);
  if (!known) refuse(`--provider: no such name: ${provider}`, HELP);
  const lonely = Object.entries({ provider, bot, page }).find(([, value]) => value !== undefined);
  if (url === undefined && lonely) refuse(`--${lonely[0]} belongs to a --url`, HELP);
}
