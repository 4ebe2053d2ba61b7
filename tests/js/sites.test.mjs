// Sites as live ones are: behind page caches, with plain permalinks in a folder, with logins, with images. The local site does what
// the recordings of tests/wire/live show.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiEngine, AiPower, AiPuffer } from '../../dist/index.js';
import { startSite } from '../site/server.mjs';
import { chatError } from './helper.mjs';

const HI = 'Hi there';
const IMAGE = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Runs `check` with a site of its own. */
async function withSite(options, check) {
  const site = await startSite({ delay: 0, ...options });
  return check(site).finally(() => site.close());
}

/** What was asked, in short: kinds and statuses. */
const asked = (site) => Array.from(site.requests, ({ kind, status }) => `${kind} ${status}`);

const session = () => new Map();
const at = (Provider, site, more) => new Provider({ url: site.url, session: session(), ...more });

test('behind a page cache every plugin answers, as its own page does or better', async () => {
  const old = { engine: '2.0.9' };
  for (const pageCache of ['query', 'all']) {
    await withSite({ pageCache, ...old }, async (site) => {
      const puffer = at(AiPuffer, site, { page: '/chat-puffer/' });
      assert.match(await puffer.createAsync({ messages: HI }), /Hi there/);
      assert.deepEqual(asked(site), ['page 200', 'store 403', 'nonce 200', 'store 200', 'chat 200']);
      site.clear();
      const power = at(AiPower, site, { page: '/chat-power/' });
      assert.match(await power.createAsync({ messages: HI }), /Hi there/);
      const first = ['page 200', 'chat 403', 'page 200'];
      const more = pageCache === 'query' ? ['chat 200'] : ['chat 403', 'page 200', 'page 404', 'chat 200'];
      assert.deepEqual(asked(site), [...first, ...more]);
      site.clear();
      const engine = at(AiEngine, site, { page: '/chat/' });
      if (pageCache === 'query') {
        assert.match(await engine.createAsync({ messages: HI }), /Hi there/);
        assert.deepEqual(asked(site), ['page 200', 'other 403', 'page 200', 'chat 200'], 'WordPress refuses before the plugin');
      } else {
        await chatError(engine.createAsync({ messages: HI }), 'nonce', /refused the nonce/);
        assert.deepEqual(asked(site), ['page 200', 'other 403', 'page 200', 'other 403'], 'no other page holds one');
      }
    });
  }
});

test('a nonce of the settings meets plain permalinks in a folder', () => withSite({ base: '/blog', permalinks: 'plain' }, async (site) => {
  const engine = at(AiEngine, site, { nonce: site.nonce.current('engine') });
  assert.match(await engine.createAsync({ messages: HI }), /Hi there/);
  assert.deepEqual(asked(site), ['page 200', 'page 200', 'chat 200']);
  site.clear();
  await engine.createAsync({ messages: HI });
  assert.deepEqual(asked(site), ['chat 200'], 'the root is remembered');
}));

test('an outage of the provider is an error that may heal, in a stream and without', async () => {
  for (const engine of ['3.6.2', '2.5.3']) {
    await withSite({ engine }, async (site) => {
      const provider = at(AiEngine, site, { retries: 0 });
      const streamed = await chatError(provider.createAsyncGenerator({ messages: 'ERR_HTML' }).text(), 'service', /provider behind the site failed/);
      const whole = await chatError(provider.createAsync({ messages: 'ERR_HTML' }), 'service', /No content received/);
      assert.ok(streamed.retryable && whole.retryable);
    });
  }
});

test('a login without a page gets its nonce from WordPress', () => withSite({}, async (site) => {
  const cookies = { wordpress_logged_in_868d: 'ada' };
  const engine = at(AiEngine, site, { cookies });
  assert.match(await engine.createAsync({ messages: HI }), /Hi there/);
  assert.deepEqual(site.requests.map(({ method, path }) => `${method} ${path}`), ['GET /wp-admin/admin-ajax.php', 'POST /wp-json/mwai-ui/v1/chats/submit']);
}));

test('images reach each plugin', () => withSite({ apiKey: 'site-key-0123' }, async (site) => {
  const messages = [{ role: 'user', content: [{ type: 'text', text: HI }, { type: 'image_url', image_url: { url: IMAGE } }] }];
  for (const Provider of [AiEngine, AiPower, AiPuffer]) {
    const provider = at(Provider, site, Provider === AiPuffer ? { botId: 5 } : Provider === AiPower ? { page: '/chat-power/' } : {});
    const reply = provider.createAsyncGenerator({ messages });
    const events = [];
    for await (const event of reply.events) events.push(event);
    assert.deepEqual(events.filter(({ type }) => type === 'warning'), [], Provider.name);
    assert.match(events.filter(({ type }) => type === 'text').map(({ text }) => text).join(''), /Hi there/);
  }
  const [submitted] = site.requests.of('chat');
  assert.ok(site.files.has(JSON.parse(submitted.body).newFileId));
  const key = at(AiEngine, site, { apiKey: 'site-key-0123' });
  site.clear();
  assert.match(await key.createAsync({ messages }), /Hi there/);
  assert.ok(site.files.has(JSON.parse(site.requests.of('chat')[0].body).fileId));
}));

test('a shortcut is followed', () => withSite({}, async (site) => {
  const engine = at(AiEngine, site);
  const reply = engine.createAsyncGenerator({ messages: 'EXTRAS please' });
  let shortcutId;
  for await (const event of reply.events) if (event.type === 'action' && event.kind === 'shortcut') ({ shortcutId } = event.action.data);
  assert.match(await engine.createAsync({ messages: [], shortcutId }), /tell me more about it/);
}));

test('a page that is not there is named', () => withSite({ base: '/blog' }, async (site) => {
  await chatError(at(AiPower, site, { page: '/chat-power/' }).createAsync({ messages: HI }), 'service', new RegExp(`read from ${site.origin}/chat-power/ \\(see page\\)`));
}));
