// Messages that lead somewhere: each says what failed, where, and what to do about it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { AiEngine, Ollama, OpenAiChat } from '../../dist/index.js';
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

for (const [Provider, name, setting, address] of [[AiEngine, 'site', 'url', 'https://shop.example'], [OpenAiChat, 'service', 'baseUrl', 'https://llm.example/v1']]) {
  const at = (fetch) => new Provider({ [setting]: address, defaultModel: 'm', fetch });
  const to = (location) => async (url) => new Response(null, { status: 308, headers: { location: location ?? url.replace(address, 'https://www.new.example/x') } });

  test(`a ${name} that moved: its new address, and the setting ${setting}`, async () => {
    const error = await chatError(ask(at(to())), 'service');
    assert.equal(error.message, `the ${name} redirects to https://www.new.example/x: nothing was sent there; give that address as ${setting}`);
    assert.equal(error.status, 308);
  });

  test(`a ${name} that redirects to a login: what a login wants, and ${setting}`, async () => {
    const login = 'https://login.example/start';
    const { message } = await chatError(ask(at(to(`${login}?back=1`))), 'service');
    assert.equal(message, `the ${name} redirects to ${login}: nothing was sent there; if it wants a login, give its headers, and if it has moved, its address as ${setting}`);
  });

  test(`a ${name} whose redirect a page cannot see: the setting ${setting}`, async () => {
    const { message } = await chatError(ask(at(async () => opaque())), 'service');
    assert.equal(message, `the ${name} redirects, and a page cannot see where to: give the address it redirects to as ${setting}`);
  });
}

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
