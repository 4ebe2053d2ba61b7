// Messages that lead somewhere: each says what failed, where, and what to do about it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createRelay } from '../../dist/edge.js';
import { AiEngine, AiPower, AiPuffer, Ollama, OpenAiChat } from '../../dist/index.js';
import { startSite } from '../site/server.mjs';
import { freePort } from './free-port.mjs';
import { chatError } from './helper.mjs';

const ask = (provider) => provider.createAsync({ messages: 'Hi', retries: 0 });
const answers = (status, headers, body) => async () => new Response(body, { status, headers });

test('a service that cannot be reached: its address, and the code of the cause', async () => {
  const port = await freePort();
  await chatError(ask(new OpenAiChat({ baseUrl: `http://127.0.0.1:${port}/v1`, defaultModel: 'm' })), 'network', new RegExp(`no answer from http://127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`));
  await chatError(ask(new OpenAiChat({ baseUrl: 'http://no-such-host.invalid', defaultModel: 'm' })), 'network', /no answer from http:\/\/no-such-host\.invalid: fetch failed \((ENOTFOUND|EAI_AGAIN) no-such-host\.invalid\)/);
});

test('Ollama that does not run: how to start it', async () => {
  const port = await freePort();
  await chatError(ask(new Ollama({ baseUrl: `http://localhost:${port}`, defaultModel: 'm' })), 'network', /is it running\? `ollama serve`.*OLLAMA_ORIGINS/);
});

test('an address without a scheme: one message, whatever it looks like', async () => {
  for (const url of ['shop.example', 'localhost:8080', 'shop.example:443/blog', '//shop.example', '127.0.0.1:80']) {
    const service = new OpenAiChat({ baseUrl: url, defaultModel: 'm' });
    await chatError(ask(service), 'input', /^baseUrl: not a URL; it begins with https:\/\/ \(or http:\/\/\)$/);
    await chatError(ask(new AiEngine({ url })), 'input', /^url: not a URL; it begins with https:\/\/ \(or http:\/\/\)$/);
  }
});

test("Cloudflare's challenge is told as that, whatever the protocol and the body", async () => {
  const fetch = answers(403, { 'cf-mitigated': 'challenge', 'content-type': 'text/html' }, '<!DOCTYPE html><title>Just a moment...</title>');
  await chatError(ask(new OpenAiChat({ defaultModel: 'm', fetch })), 'blocked', /Cloudflare answered with a challenge/);
  await chatError(ask(new AiEngine({ url: 'https://shop.example', fetch })), 'blocked', /Cloudflare answered with a challenge/);
});

/** What a page gets of a redirect that it must not follow. */
const opaque = () => ({ status: 0, type: 'opaqueredirect', headers: new Headers(), body: null });

const PEERS = [[AiEngine, 'site', 'url', 'https://shop.example'], [OpenAiChat, 'service', 'baseUrl', 'https://llm.example/v1']];

for (const [Provider, name, setting, address] of PEERS) {
  const at = (fetch) => new Provider({ [setting]: address, defaultModel: 'm', fetch });
  const to = (locate) => async (url) => new Response(null, { status: 308, headers: { location: locate(url) } });

  test(`a ${name} that moved: its new address, and the setting ${setting}`, async () => {
    const error = await chatError(ask(at(to((url) => url.replace(address, 'https://www.new.example/x')))), 'service');
    assert.equal(error.message, `the ${name} redirects to https://www.new.example/x: nothing was sent there; give that address as ${setting}`);
    assert.equal(error.status, 308);
  });

  test(`a ${name} that redirects to a login: what a login wants, and ${setting}`, async () => {
    const login = 'https://login.example/start';
    const { message } = await chatError(ask(at(to(() => `${login}?back=1`))), 'service');
    const advice = `if it wants a login, give its headers, and if it has moved, its address as ${setting}`;
    assert.equal(message, `the ${name} redirects to ${login}: nothing was sent there; ${advice}`);
  });

  test(`a ${name} whose redirect a page cannot see: the setting ${setting}`, async () => {
    const { message } = await chatError(ask(at(async () => opaque())), 'service');
    assert.equal(message, `the ${name} redirects, and a page cannot see where to: give the address it redirects to as ${setting}`);
  });
}

test('a relay that does not list the site says so, and who reads it is not told of a key', async () => {
  const relay = createRelay({ allow: ['https://other.example'], allowedOrigins: ['https://app.example'] });
  const fetch = (url, init) => {
    const headers = new Headers(init.headers);
    headers.set('origin', 'https://app.example');
    return relay(new Request(url, { ...init, headers, duplex: 'half' }));
  };
  const more = { AiPuffer: { botId: 5 }, AiPower: { page: '/chat/' } };
  for (const Provider of [AiEngine, AiPower, AiPuffer]) {
    const provider = new Provider({ url: 'https://shop.example', proxy: 'https://edge.example/relay/', fetch, ...more[Provider.name] });
    const words = /^relay: this address is not one that is forwarded to: allow lists the sites, and pages their pages/;
    const { message } = await chatError(ask(provider), 'blocked', words);
    assert.doesNotMatch(message, /key/);
  }
});

/** Asks on a site of its own, which ends with the test. */
async function onSite(options, check) {
  const site = await startSite({ delay: 0, ...options });
  return check(site).finally(() => site.close());
}

/** Each with what it needs, beside a nonce, to send a message without reading anything before. */
const SITES = { AiEngine: [AiEngine, { restRoot: '/wp-json/' }], AiPower: [AiPower, { postId: 5 }], AiPuffer: [AiPuffer, { botId: 5 }] };

for (const [name, [Provider, known]] of Object.entries(SITES)) {
  test(`${name}, a wrong folder: the address that was asked for, and the setting url`, () => onSite({ base: '/blog' }, async ({ origin }) => {
    const advice = "give the site's address with its folder as url";
    const nothingAt = (path) => new RegExp(`^nothing of WordPress is at ${origin}${path} \\(status 404\\): ${advice}$`);
    await chatError(ask(new Provider({ url: origin })), 'service', nothingAt('/'));
    await chatError(ask(new Provider({ url: `${origin}/blogg` })), 'service', nothingAt('/blogg/'));
    const place = name === 'AiEngine' ? '/wp-json/mwai-ui/v1/chats/submit' : '/wp-admin/admin-ajax.php';
    await chatError(ask(new Provider({ url: origin, nonce: '0123456789', ...known })), 'service', nothingAt(place));
  }));

  test(`${name}, a wrong page: its address, and the setting page`, () => onSite({}, async ({ url }) => {
    const words = new RegExp(`^there is no such page \\(status 404\\): read from ${url}/nowhere/ \\(see page\\)$`);
    await chatError(ask(new Provider({ url, page: '/nowhere/' })), 'service', words);
  }));
}

test('a page without the bot: whose chat it lacks, its address, and the setting page', async () => {
  await onSite({ homeChat: false }, async ({ url }) => {
    const holdsNone = (plugin, path, advice) => new RegExp(`the page holds no ${plugin} chat: read from ${url}${path} \\(${advice}\\)$`);
    const give = 'give the page with the chat as page';
    await chatError(ask(new AiPower({ url })), 'nonce', holdsNone('AI Power', '/', give));
    await chatError(ask(new AiPower({ url, page: '/no-chat/' })), 'nonce', holdsNone('AI Power', '/no-chat/', 'see page'));
    await chatError(ask(new AiPuffer({ url })), 'nonce', holdsNone('AI Puffer', '/', give));
    await chatError(ask(new AiPuffer({ url, page: '/no-chat/' })), 'nonce', holdsNone('AI Puffer', '/no-chat/', 'see page'));
  });
  // AI Engine needs its page only where the site has no `start_session`.
  await onSite({ engine: '2.0.9' }, async ({ url }) => {
    const words = /^No nonce found: the site has no start_session \(AI Engine is absent, or older than 2\.4\.4\), and its page holds no nonce/;
    await chatError(ask(new AiEngine({ url, page: '/no-chat/' })), 'nonce', words);
  });
});

const BARE = { engine: 'none', power: 'none', puffer: 'none' };

test('a plugin that is not there: that it is absent', () => onSite(BARE, async ({ url }) => {
  const apiKey = 'site-key-0123456789';
  await chatError(ask(new AiEngine({ url })), 'nonce', /AI Engine is absent/);
  await chatError(ask(new AiEngine({ url, apiKey })), 'service', /no public API of AI Engine here: the plugin is absent/);
  await chatError(ask(new AiPower({ url, nonce: '0123456789', postId: 5 })), 'service', /AI Power is absent/);
  await chatError(ask(new AiPuffer({ url, botId: 5, nonce: '0123456789' })), 'service', /AI Puffer is absent/);
  await chatError(ask(new AiPuffer({ url, botId: 5, apiKey })), 'service', /no AI Puffer here: the plugin is absent/);
}));

test('a relay that refuses is no wrong key', async () => {
  const fetch = answers(403, { 'content-type': 'application/json' }, '{"error":{"message":"relay: this address is not one that is forwarded to"}}');
  const error = await chatError(ask(new AiEngine({ url: 'https://shop.example', fetch })), 'blocked', /relay: this address/);
  assert.doesNotMatch(error.message, /key/);
});

test('an error that nobody catches is printed in lines that fit on a screen, with its class', async () => {
  const script = fileURLToPath(new URL('./children/uncaught.mjs', import.meta.url));
  const { stderr } = await promisify(execFile)(process.execPath, [script]).catch((failed) => failed);
  const longest = Math.max(...stderr.split('\n').map((line) => line.length));
  assert.ok(longest < 600, `a line of ${longest} characters`);
  assert.match(stderr, /ChatError: url: not a URL/);
  assert.match(stderr, /code: 'input'/);
});
