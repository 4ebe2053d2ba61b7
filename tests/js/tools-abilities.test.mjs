// The abilities of a WordPress site as tools. The site is `abilities-site.mjs`, which does what WordPress's code says: no WordPress runs here.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { abilityTools, runTools } from '../../dist/tools.js';
import { startAbilities } from './abilities-site.mjs';
import { chatError, within } from './helper.mjs';
import { call, end, says, service, streams } from './services.mjs';

const LOGIN = { username: 'user', applicationPassword: 'abcd efgh' };

async function onSite(options, work) {
  const site = await startAbilities(options);
  try {
    return await work(site);
  } finally {
    site.close();
  }
}

/** What the model is told of a call of this tool. */
async function called(tools, name, given = '{}') {
  let turn = 0;
  const a = service('A', (...args) => (turn++ === 0 ? streams([...call(0, 'c', name, [given]), ...end('tool_calls')]) : says('Done.'))(...args));
  const reply = runTools(a.provider, { messages: 'Hi', tools });
  await reply.text();
  return reply.messages[1].content;
}

test('abilities become tools, and each is run by the method that WordPress wants', () => onSite({}, async ({ siteUrl, asked }) => {
  const tools = await abilityTools({ siteUrl, ...LOGIN });
  assert.deepEqual(tools.map(({ name }) => name).slice(0, 4), ['core__get-site-info', 'my-plugin__find-posts', 'my-plugin__create-draft', 'my-plugin__delete-post']);
  const byName = Object.fromEntries(tools.map((tool) => [tool.name, tool]));
  assert.deepEqual([byName['core__get-site-info'].description, byName['my-plugin__create-draft'].description], ['Get Site Information', 'Makes a draft\n\nAsk for the title first.']);
  assert.deepEqual(byName['core__get-site-info'].parameters, { type: 'object', properties: {} });
  assert.deepEqual(byName['my-plugin__find-posts'].parameters, {
    type: 'object',
    properties: { words: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } }, at: { type: 'object', properties: { year: { type: 'integer' } } } },
    required: ['words'],
    additionalProperties: false,
  });
  for (const [name, given, method, url, body, result] of [
    ['core__get-site-info', '{}', 'GET', '/core/get-site-info/run', undefined, '{"name":"Shop","tags":[]}'],
    ['my-plugin__find-posts', '{"words":"a b&c","tags":["x","y"],"at":{"year":2026}}', 'GET', undefined, undefined, '{"found":{"words":"a b&c","tags":{"0":"x","1":"y"},"at":{"year":"2026"}}}'],
    ['my-plugin__create-draft', '{"title":"é"}', 'POST', '/my-plugin/create-draft/run', { input: { title: 'é' } }, '{"id":7,"input":{"title":"é"}}'],
    ['my-plugin__delete-post', '{"id":3}', 'DELETE', '/my-plugin/delete-post/run?input%5Bid%5D=3', undefined, '{"deleted":{"id":"3"}}'],
    ['my-plugin__delete-post', '{}', 'DELETE', '/my-plugin/delete-post/run?input=', undefined, '{"deleted":""}'],
    ['my-plugin__empty-bin', '{}', 'POST', '/my-plugin/empty-bin/run', {}, 'null'],
    ['my-plugin__shout', '{"input":"hey"}', 'GET', '/my-plugin/shout/run?input=hey', undefined, 'hey!'],
    ['my-plugin__with-default', '{}', 'POST', '/my-plugin/with-default/run', {}, '{"a":5}'],
    ['my-plugin__with-default', '{"a":6}', 'POST', '/my-plugin/with-default/run', { input: { a: 6 } }, '{"a":6}'],
  ]) {
    assert.equal(await called(tools, name, given), result, name);
    const last = asked.at(-1);
    assert.deepEqual([last.method, last.body, last.headers.authorization], [method, body, 'Basic dXNlcjphYmNkIGVmZ2g='], name);
    if (url) assert.equal(last.url, `/blog/wp-json/wp-abilities/v1/abilities${url}`);
  }
}));

test('what the site refuses is told to the model, with its code', () => onSite({}, async ({ siteUrl }) => {
  const tools = await abilityTools({ siteUrl, ...LOGIN });
  assert.match(await called(tools, 'my-plugin__forbidden'), /^Error: .*Sorry, you are not allowed to execute this ability\. \(rest_ability_cannot_execute\)$/);
  assert.match(await called(tools, 'my-plugin__shout', '{}'), /^Error: .*ability_invalid_input/);
}));

for (const plain of ['guess', 'page']) {
  test(`a site with plain permalinks is found where /wp-json/ is answered with a ${plain}`, () => onSite({ plain }, async ({ siteUrl, asked }) => {
    const tools = await abilityTools({ siteUrl, ...LOGIN });
    assert.equal(await called(tools, 'my-plugin__find-posts', '{"words":"a"}'), '{"found":{"words":"a"}}');
    assert.deepEqual(asked.map(({ url }) => new URL(url, siteUrl).searchParams.has('rest_route')), [false, true, true]);
  }));
}

test('a site with plain permalinks is found, and all pages of the list are read', () => onSite({ plain: 'absent', extra: 150 }, async ({ siteUrl, asked }) => {
  const tools = await abilityTools({ siteUrl, ...LOGIN });
  assert.equal(tools.length, 158);
  assert.equal(await called(tools, 'more__no-149'), '149');
  assert.equal(await called(tools, 'my-plugin__find-posts', '{"words":"a"}'), '{"found":{"words":"a"}}');
  assert.deepEqual(asked.map(({ url }) => new URL(url, siteUrl).searchParams.get('page')).slice(0, 3), ['1', '1', '2']);
  const some = await abilityTools({ siteUrl, ...LOGIN, restRoot: '/?rest_route=/', category: 'core', prefix: 'shop-' });
  assert.deepEqual(some.map(({ name }) => name), ['shop-core__get-site-info']);
}));

test('logins: a header, a function for each request, and more headers', () => onSite({ login: 'Bearer 2' }, async ({ siteUrl, asked }) => {
  let turn = 0;
  const tools = await abilityTools({ siteUrl, authorization: async () => `Bearer ${turn++ === 0 ? 2 : 'old'}`, headers: { 'X-WP-Nonce': 'n' } });
  assert.equal(asked[0].headers['x-wp-nonce'], 'n');
  assert.match(await called(tools, 'core__get-site-info'), /^Error: .*rest_forbidden/);
  await chatError(abilityTools({ siteUrl, authorization: 'Bearer 1' }), 'auth', /rest_forbidden/);
  const seen = [];
  await abilityTools({ siteUrl, authorization: 'Bearer 2', fetch: (url, init) => { seen.push(url); return fetch(url, init); } });
  assert.equal(seen.length, 1);
}));

test('a site without abilities, one that redirects, and what is no site', async () => {
  await onSite({ without: true }, async ({ siteUrl }) => chatError(abilityTools({ siteUrl, ...LOGIN }), 'service', /has no abilities \(WordPress has them since 6\.9\)/));
  const answer = (status, body, headers) => async () => new Response(body, { status, headers });
  const siteUrl = 'https://shop.example';
  for (const [fetch, code, words] of [
    [answer(301, null, { location: 'https://www.shop.example/' }), 'service', /redirects to https:\/\/www\.shop\.example/],
    [answer(404, '<h1>no</h1>'), 'service', /has no abilities/],
    [answer(200, '<h1>hi</h1>'), 'protocol', /no JSON/],
    [answer(200, '{"a":1}'), 'protocol', /no list/],
    [answer(503, 'busy'), 'service', /HTTP 503/],
    [async () => { throw new TypeError('fetch failed'); }, 'network', /cannot be reached/],
  ]) await chatError(abilityTools({ siteUrl, fetch }), code, words);
  const never = (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await chatError(within(5_000, abilityTools({ siteUrl, fetch: never, timeout: 30 }), 'the limit'), 'timeout', /30 ms/);
  const reason = new Error('mine');
  await assert.rejects(abilityTools({ siteUrl, fetch: never, signal: AbortSignal.timeout(20) }), { name: 'TimeoutError' });
  await assert.rejects(abilityTools({ siteUrl, fetch: never, signal: AbortSignal.abort(reason) }), reason);
});

test('wrong options are input, and which abilities wait for approval is the caller\'s choice', () => onSite({}, async ({ siteUrl }) => {
  for (const [options, words] of [
    [undefined, /siteUrl/], [{ siteUrl: 'shop' }, /siteUrl/], [{ siteUrl: 'ftp://a' }, /siteUrl/], [{ siteUrl, username: 'a' }, /belong together/],
    [{ siteUrl, ...LOGIN, authorization: 'x' }, /give authorization, or/], [{ siteUrl, url: 'x' }, /has no option 'url'/], [{ siteUrl, fetch: 1 }, /fetch must be/], [{ siteUrl, headers: [] }, /headers must be/],
  ]) await chatError(abilityTools(options), 'input', words);
  const tools = await abilityTools({ siteUrl, ...LOGIN, needsApproval: ({ annotations }) => annotations.readonly !== true });
  assert.deepEqual(tools.filter(({ needsApproval }) => needsApproval).map(({ name }) => name.split('__')[1]), ['create-draft', 'delete-post', 'empty-bin', 'with-default', 'forbidden']);
}));

test('a login that never comes is stopped, one that fails says so, and a list without an end is told', async () => {
  const siteUrl = 'https://shop.example';
  const reason = new Error('mine');
  const controller = new AbortController();
  const pending = abilityTools({ siteUrl, authorization: () => new Promise(() => {}), signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(within(5_000, pending, 'the abort'), reason);
  await chatError(within(5_000, abilityTools({ siteUrl, authorization: () => new Promise(() => {}), timeout: 20 }), 'the limit'), 'timeout', /20 ms/);
  await assert.rejects(abilityTools({ siteUrl, authorization: async () => { throw reason; } }), reason);
  const fetch = async () => new Response('[{"name":"a/b"}]', { headers: { 'x-wp-totalpages': '1000' } });
  await chatError(abilityTools({ siteUrl, fetch }), 'too_large', /more than 100 pages/);
});
