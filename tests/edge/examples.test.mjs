// The examples as they are printed: each runtime starts its file with the packed package and answers; wrangler takes the
// Worker.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import OpenAI from 'openai';

import { installed } from '../../scripts/lib/pack.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { runtimes } from '../../scripts/lib/runtimes.mjs';
import { freePort } from '../js/free-port.mjs';
import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';

const KEY = 'sk-of-the-examples';
const MESSAGES = [{ role: 'user', content: 'Привет! 👋' }];

let command;
let project;
let site;

before(async () => {
  [command, project, site] = await Promise.all([runtimes(), installed(), startSite({ delay: 20 })]);
  await cp(join(ROOT, 'examples'), join(project.folder, 'examples'), { recursive: true });
}, { timeout: 300_000 });
after(async () => {
  await site?.close();
  await project?.remove();
});

/** Starts an example and waits until it answers. */
async function start(program, args) {
  const port = await freePort();
  const env = { ...process.env, SITE: site.url, KEY, PORT: `${port}`, NO_COLOR: '1' };
  const child = spawn(program, args, { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  child.stdout.resume();
  const closed = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${errors}`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) break;
    // A port that is not there yet can only be asked again.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, errors: () => errors, stop: () => { child.kill('SIGKILL'); return closed; } };
}

for (const [name, how] of Object.entries({
  node: () => [process.execPath, ['examples/node.js']],
  deno: () => [command('deno'), ['run', '--allow-net', '--allow-env=SITE,KEY,PORT', 'examples/deno.js']],
  bun: () => [command('bun'), ['examples/bun.js']],
})) {
  test(`${name}: the example answers, streams, refuses a wrong key, and stops the site when the client leaves`, { timeout: 60_000 }, async () => {
    site.clear();
    const server = await start(...how());
    try {
      const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: KEY, maxRetries: 0 });
      let text = '';
      let chunks = 0;
      for await (const chunk of await client.chat.completions.create({ model: 'shop', messages: MESSAGES, stream: true })) {
        text += chunk.choices[0].delta.content ?? '';
        chunks++;
      }
      assert.equal(text, replyTo(MESSAGES, 0));
      assert.ok(chunks > 5);
      const wrong = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
      await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError);
      site.clear();
      const left = await client.chat.completions.create({ model: 'shop', messages: [{ role: 'user', content: 'slow' }], stream: true });
      for await (const chunk of left) if (chunk.choices[0].delta.content) break;
      assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
      assert.doesNotMatch(server.errors(), /uncaught|unhandled/i);
    } finally {
      await server.stop();
    }
  });
}

test('each is short enough to be read', async () => {
  for (const name of (await readdir(join(ROOT, 'examples'))).filter((name) => name.endsWith('.js'))) {
    const lines = (await readFile(join(ROOT, 'examples', name), 'utf8')).trimEnd().split('\n').length;
    assert.ok(lines < 20, `${name}: ${lines} lines`);
  }
});

test('wrangler deploy --dry-run takes the Worker, with its KV binding and its flag', { timeout: 120_000 }, async () => {
  const { output } = await run(command('wrangler'), ['deploy', '--dry-run', '--outdir', join(project.folder, 'out')], {
    cwd: join(project.folder, 'examples', 'worker'),
    env: { WRANGLER_SEND_METRICS: 'false', CI: 'true', NO_COLOR: '1' },
    capture: true,
  });
  assert.match(output, /env\.SESSIONS/);
  assert.match(output, /env\.SITE/);
  assert.match(output, /env\.OPENAI_MODELS/);
  assert.match(output, /--dry-run: exiting now/);
  assert.ok((await readdir(join(project.folder, 'out'))).some((name) => name.endsWith('.wasm')), 'the module is a file of its own');
});
