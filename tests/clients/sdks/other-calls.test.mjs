// What else the packages can ask of the endpoint: its models, and how many tokens a request has.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PROVIDERS } from '../cells.mjs';
import { KEY, startEndpoint } from '../endpoint.mjs';
import { load } from './load.mjs';

let endpoint;
let openai;
let anthropic;
before(async () => {
  endpoint = await startEndpoint();
  const [{ default: OpenAI }, { default: Anthropic }] = [await load('openai'), await load('@anthropic-ai/sdk')];
  openai = new OpenAI({ baseURL: `${endpoint.url}/v1`, apiKey: KEY, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: endpoint.url, apiKey: KEY, maxRetries: 0 });
});
after(() => endpoint?.stop());

const idsOf = async (page) => {
  const ids = [];
  for await (const { id } of page) ids.push(id);
  return ids;
};

test('openai lists the models, and finds one', async () => {
  const ids = await idsOf(openai.models.list());
  for (const name of PROVIDERS) assert.ok(ids.includes(name), name);
  assert.equal((await openai.models.retrieve('anthropic')).id, 'anthropic');
  await assert.rejects(openai.models.retrieve('nope'), ({ status }) => status === 404);
});

test('@anthropic-ai/sdk lists the models, and finds one', async () => {
  const ids = await idsOf(anthropic.models.list());
  for (const name of PROVIDERS) assert.ok(ids.includes(name), name);
  const { id, type } = await anthropic.models.retrieve('openai');
  assert.deepEqual({ id, type }, { id: 'openai', type: 'model' });
  await assert.rejects(anthropic.models.retrieve('nope'), ({ status }) => status === 404);
});

test('@anthropic-ai/sdk counts the tokens of a request', async () => {
  for (const model of PROVIDERS) {
    const { input_tokens: few } = await anthropic.messages.countTokens({ model, messages: [{ role: 'user', content: 'Hi' }] });
    const { input_tokens: many } = await anthropic.messages.countTokens({ model, messages: [{ role: 'user', content: 'Hi there. '.repeat(500) }] });
    assert.ok(few > 0 && many >= few, `${model}: ${few}, ${many}`);
  }
});

test('errors have the classes that the packages know', async () => {
  const ask = (client, model, key = KEY) => client.withOptions({ apiKey: key }).messages.create({ model, max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] });
  await assert.rejects(ask(anthropic, 'nope'), (error) => error.constructor.name === 'NotFoundError' && error.type === 'not_found_error' && Boolean(error.requestID));
  await assert.rejects(ask(anthropic, 'openai', 'sk-placeholder-wrong'), (error) => error.constructor.name === 'AuthenticationError' && error.type === 'authentication_error');
  for (const [directive, name, type] of [['overloaded', /InternalServerError|OverloadedError/, /overloaded_error|api_error/], ['quota', /./, /billing_error|rate_limit_error/]]) {
    for (const model of ['openai', 'anthropic', 'gemini']) {
      const failing = anthropic.messages.create({ model, max_tokens: 10, messages: [{ role: 'user', content: `%${directive}` }] });
      await assert.rejects(failing, (error) => {
        assert.match(error.constructor.name, name, `${model} ${directive}: ${error.message}`);
        assert.match(error.type ?? '', type, `${model} ${directive}: ${error.constructor.name} ${error.message}`);
        return true;
      });
    }
  }
  for (const model of ['openai', 'anthropic']) {
    await assert.rejects(openai.chat.completions.create({ model, messages: [{ role: 'user', content: '%quota' }] }), (error) => {
      assert.deepEqual({ status: error.status, code: error.code }, { status: 429, code: 'insufficient_quota' }, `${model}: ${error.message}`);
      return true;
    });
  }
});
