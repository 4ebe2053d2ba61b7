// `thinkTags` and `stop`, where the service knows neither: what is handed out, and that nothing more is asked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Fallback, OpenAiResponses } from '../../dist/index.js';
import { within } from './helper.mjs';
import { frame, service, streams } from './services.mjs';

const SOON = 5_000;
const words = (delta) => frame({ type: 'response.output_text.delta', delta });

/** A service that says these pieces and then neither more nor goodbye. */
const endless = (...pieces) => service('A', streams(pieces.map(words), { open: true }), OpenAiResponses);

async function eventsOf(reply) {
  const told = [];
  for await (const event of reply.events) if (event.type !== 'conversation') told.push([event.type, event.text ?? event.reason]);
  return told;
}

test('the text ends before the stop word, and the rest is not asked for', async () => {
  for (const wrap of [({ provider }) => provider, ({ provider }) => new Fallback([provider])]) {
    const a = endless('One, tw', 'o, ST', 'OP, three', ' and four');
    const reply = wrap(a).createAsyncGenerator({ messages: 'Count', stop: ['nine', 'STOP'] });
    const events = await within(SOON, eventsOf(reply), 'the end');
    assert.equal(events.filter(([type]) => type === 'text').map(([, text]) => text).join(''), 'One, two, ');
    assert.deepEqual(events.at(-1), ['finish', 'stop']);
    await within(SOON, a.stopped, 'the request');
    assert.equal('stop' in a.calls[0].body, false);
  }
});

test('what only begins like a stop word is text', async () => {
  const a = service('A', streams([words('ST'), words('ART ST'), frame({ type: 'response.completed', response: { id: 'r', status: 'completed' } })]), OpenAiResponses);
  assert.equal(await a.provider.createAsync({ messages: 'Count', stop: 'STOP' }), 'START ST');
});

test('what stands in think tags is reasoning, wherever it is cut, and a stop word in it is none', async () => {
  const a = endless('<thi', 'nk>Hm, STOP', '.</think', '>Yes, ', 'STOP');
  const events = await within(SOON, eventsOf(a.provider.createAsyncGenerator({ messages: 'Well?', thinkTags: true, stop: 'STOP' })), 'the end');
  const joined = (type) => events.filter(([kind]) => kind === type).map(([, text]) => text).join('');
  assert.deepEqual([joined('reasoning'), joined('text')], ['Hm, STOP.', 'Yes, ']);
  await within(SOON, a.stopped, 'the request');
});
