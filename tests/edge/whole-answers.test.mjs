// Answers in one piece (`stream: false`) of WordPress sites, by the endpoint and by `Client`: text, finish reason, usage, and the
// status of what went wrong. The sites tell less than services do, and each in its own way.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { AiEngine, AiPower, AiPuffer, Client } from '../../dist/index.js';
import { startSite } from '../site/server.mjs';
import { KEY } from './helper.mjs';

const SITE_KEY = 'site-key-0123456789';

let site;
let providers;

before(async () => {
  site = await startSite({ delay: 0, apiKey: SITE_KEY });
  const at = { url: site.url, retries: 0 };
  providers = {
    engine: new AiEngine(at),
    responses: new AiEngine({ ...at, botId: 'chatbot-resp01' }),
    engineKey: new AiEngine({ ...at, apiKey: SITE_KEY }),
    power: new AiPower(at),
    powerJson: new AiPower({ ...at, page: '/chat-bot/' }),
    puffer: new AiPuffer({ ...at, botId: 5 }),
    pufferKey: new AiPuffer({ ...at, botId: 5, apiKey: SITE_KEY }),
    generate: new AiPuffer({ ...at, provider: 'openai', model: 'gpt-4.1-mini', apiKey: SITE_KEY }),
  };
});
after(() => site.close());
beforeEach(() => site.clear());

const NAMES = ['engine', 'responses', 'engineKey', 'power', 'powerJson', 'puffer', 'pufferKey', 'generate'];

/** The npm package `openai` before an endpoint. */
const clientOf = (handler) => (
  new OpenAI({ baseURL: 'https://edge.example/v1', apiKey: KEY, maxRetries: 0, fetch: (url, init) => handler(new Request(url, init)) }));

/** The two ways to ask: `openai` at the endpoint, and `Client`, both with `chat.completions.create`. */
const WAYS = {
  'the endpoint': () => clientOf(createHandler({ providers, authorize: [KEY] })),
  Client: () => new Client(providers),
};

const ask = (way, model, content) => (
  WAYS[way]().chat.completions.create({ model, messages: [{ role: 'user', content }], stream: false }));

/** Which tell how many tokens were used; the others say so by a field of their own, since clients need numbers. */
const TELLS_USAGE = ['engine', 'responses', 'pufferKey', 'generate'];

/** What each makes of a reply at the limit of tokens: `stop` stands for "not told" in OpenAI's API, which has no word for that. */
const AT_THE_LIMIT = {
  engine: 'stop', responses: 'stop', engineKey: 'stop', power: 'length', powerJson: 'stop', puffer: 'length', pufferKey: 'length', generate: 'length',
};

for (const way of Object.keys(WAYS)) {
  for (const name of NAMES) {
    test(`${way}, ${name}: the whole text as the model said it, its end and its usage`, async () => {
      const { object, model, choices: [choice, ...others], usage } = await ask(way, name, 'newlines');
      assert.deepEqual([object, model, others], ['chat.completion', name, []]);
      assert.deepEqual(choice, {
        index: 0,
        message: { role: 'assistant', content: 'first line\nsecond line\n\nthird paragraph', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      });
      assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
      if (TELLS_USAGE.includes(name)) assert.ok(usage.completion_tokens > 0 && !('x_usage_unknown' in usage), JSON.stringify(usage));
      else assert.deepEqual(usage, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, x_usage_unknown: true });
    });

    test(`${way}, ${name}: a reply at the limit of tokens is told where the site tells it`, async () => {
      const { choices: [{ message, finish_reason: finish }] } = await ask(way, name, 'FINLEN please');
      assert.match(message.content, /You said: "FINLEN please"\. .* are kept\.$/, 'without the words by which the plugin says it');
      assert.equal(finish, AT_THE_LIMIT[name]);
    });

    test(`${way}, ${name}: an empty reply is one`, async () => {
      const { choices: [{ message, finish_reason: finish }] } = await ask(way, name, 'empty reply');
      assert.deepEqual([message.content, finish], ['', 'stop']);
    });
  }
}

/**
 * Status and code of each failure. The public routes with a key check no words and limits of the chat, so they have no row for them.
 * 503 of the endpoint: worth another try.
 */
const FAILURES = [
  ['ERR_429', NAMES, 429, 'rate_limited'],
  ['OVERLIMIT', ['engine', 'responses', 'engineKey', 'power', 'powerJson', 'puffer'], 429, 'rate_limited'],
  ['ForbiddenWord', ['engine', 'responses', 'engineKey', 'power', 'powerJson', 'puffer'], 400, 'refused'],
  ['ERR_401', ['engine', 'responses', 'engineKey', 'power', 'powerJson', 'puffer'], 502, 'service'],
  ['ERR_500', ['engine', 'responses', 'engineKey', 'power', 'powerJson', 'puffer'], 502, 'service'],
  ['ERR_500', ['pufferKey', 'generate'], 503, 'service'],
  ['ERR_HTML', ['engine', 'responses', 'engineKey', 'pufferKey', 'generate'], 503, 'service'],
  ['ERR_HTML', ['puffer'], 502, 'service'],
  ['ERR_CUT', NAMES, 502, 'truncated'],
];

/** OpenAI's words for codes of a `ChatError`, where it has one. */
const OPENAI = { rate_limited: 'rate_limit_exceeded', refused: 'invalid_prompt', service: 'server_error' };

for (const [words, names, status, code] of FAILURES) {
  for (const name of names) {
    test(`${name}, ${words}: ${status} ${code}, and by Client the same code`, async () => {
      const refused = (promise) => promise.then(() => assert.fail('answered'), (error) => error);
      const told = await refused(ask('the endpoint', name, words));
      assert.deepEqual([told.status, told.code], [status, OPENAI[code] ?? code], told.message);
      const own = await refused(ask('Client', name, words));
      assert.ok(own instanceof Client.APIError);
      assert.equal(own.code, code, own.message);
      // The endpoint's 502 and 503 say that somebody behind it failed; `Client` asks that one itself.
      if (status < 500) assert.equal(own.status, status);
    });
  }
}

test('a site that refuses for good, a bot that is not there, a key that is wrong: the status tells whose fault it is', async () => {
  const url = site.url;
  const cases = [
    [new AiPuffer({ url, botId: 999, apiKey: SITE_KEY }), 502, 'server_error'],
    [new AiPuffer({ url, botId: 5, apiKey: 'wrong-key-0123456789' }), 502, 'auth'],
    [new AiEngine({ url, apiKey: 'wrong-key-0123456789' }), 502, 'auth'],
    [new AiPuffer({ url, page: '/no-chat/' }), 502, 'nonce'],
    [new AiPower({ url, page: '/nowhere/' }), 502, 'server_error'],
  ];
  for (const [provider, status, code] of cases) {
    const handler = createHandler({ providers: { shop: provider.with({ retries: 0 }) }, authorize: [KEY] });
    const asked = clientOf(handler).chat.completions.create({ model: 'shop', messages: [{ role: 'user', content: 'Hi' }] });
    const error = await asked.then(() => assert.fail('answered'), (reason) => reason);
    assert.deepEqual([error.status, error.code], [status, code], error.message);
    assert.ok(!error.message.includes('wrong-key'), error.message);
  }
});

test('what the site sends beside the text is no part of it: actions, shortcuts, blocks and warnings', async () => {
  const { choices: [{ message }] } = await ask('the endpoint', 'engine', 'EXTRAS please');
  assert.match(message.content, /^Hello from the stub model\. You said: "EXTRAS please"\. .* are kept\.$/);
  const { data, response } = await ask('the endpoint', 'puffer', 'empty reply').withResponse();
  assert.equal(data.choices[0].message.content, '');
  assert.match(response.headers.get('x-rivulet-warnings'), /reply is empty/);
});
