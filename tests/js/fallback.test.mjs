// Several providers as one: which is asked when, what the caller sees of them, and that no request is left running.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiPuffer, ChatError, Fallback, OpenAiChat, OpenAiResponses } from '../../dist/index.js';
import { createHandler } from '../../dist/edge.js';
import { chatError, child, until, within } from './helper.mjs';
import { begins, call, end, fails, frame, mute, responds, says, service, streams, text, USAGE } from './services.mjs';

const SOON = 5_000;
const MESSAGES = 'Hi';

const of = (services, options) => new Fallback(services.map(({ provider }) => provider), options);
const states = ({ attempts }) => attempts.map(({ provider, state }) => `${provider} ${state}`);

test('the first that answers is all that is asked', async () => {
  const [a, b] = [service('A', says('Hel', 'lo')), service('B', says('no'))];
  const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES });
  assert.deepEqual([reply.provider, reply.attempts, a.calls.length], ['Fallback', [], 0], 'nothing is sent before the first read');
  assert.deepEqual(await until(reply), { pieces: ['Hel', 'lo'], error: undefined });
  assert.deepEqual([reply.provider, reply.finishReason, reply.usage.totalTokens], ['A', 'stop', 7]);
  assert.deepEqual([a.calls.length, b.calls.length], [1, 0]);
  const [{ startedAt, ms, error, ...attempt }] = reply.attempts;
  assert.deepEqual(attempt, { provider: 'A', state: 'answered' });
  assert.ok(startedAt <= Date.now() && ms >= 0 && error === undefined);
});

test('a long text, as an image is, reaches each provider', async () => {
  const [a, b] = [service('A', fails(429, 'rate_limit_exceeded')), service('B', says('Hi'))];
  const url = `data:image/png;base64,${'A'.repeat(100_000)}`;
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(70_000) }, { type: 'image_url', image_url: { url } }] }];
  assert.equal(await of([a, b]).createAsync({ messages, retries: 0 }), 'Hi');
  for (const { calls } of [a, b]) assert.deepEqual(calls[0].body.messages, messages);
});

test('the next is asked after every kind of failure', async () => {
  const wrongCall = { provider: new OpenAiChat({ name: 'A', models: ['other'] }) };
  const unreadable = { provider: new OpenAiChat({ baseUrl: 'nowhere' }) };
  const failures = {
    rate_limited: service('A', fails(429, 'rate_limit_exceeded')),
    auth: service('A', fails(401, 'invalid_api_key')),
    truncated: service('A', streams([frame({ choices: [] })])),
    network: service('A', () => { throw new TypeError('no route'); }),
    model_not_found: wrongCall,
    input: unreadable,
  };
  for (const [code, a] of Object.entries(failures)) {
    const b = service('B', says('yes'));
    const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES, model: 'given' });
    assert.equal(await reply.text(), 'yes', code);
    assert.equal(reply.attempts[0].error.code, code);
    assert.deepEqual(states(reply), [`${code === 'input' ? 'OpenAiChat' : 'A'} failed`, 'B answered']);
    assert.equal(reply.provider, 'B');
  }
});

test('an empty reply is a failure, and what it told of itself is not handed on', async () => {
  const [a, b] = [service('A', streams(end())), service('B', says('yes'))];
  const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES });
  const events = [];
  for await (const event of reply.events) events.push(event.type);
  assert.deepEqual(events, ['text', 'usage', 'finish']);
  assert.match(reply.attempts[0].error.message, /empty/);
});

test('thoughts and calls of tools are content, too: from there on nobody else is asked', async () => {
  const broken = { breaks: new TypeError('reset') };
  for (const parts of [[frame({ choices: [{ delta: { reasoning_content: 'Hm' } }] })], call(0, 'c', 'f', ['{}']), [text('Once')]]) {
    const [a, b] = [service('A', streams(parts, broken)), service('B', says('no'))];
    const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES });
    const { error } = await until(reply);
    assert.equal(error.code, 'network');
    assert.deepEqual([states(reply), b.calls.length, reply.attempts[0].error], [['A failed'], 0, error]);
  }
});

test('when all failed the error has theirs, in order', async () => {
  const all = [service('A', fails(401, 'invalid_api_key')), service('B', streams(end())), service('C', fails(400, 'x'))];
  const fallback = of(all);
  const error = await chatError(fallback.createAsync({ messages: MESSAGES }), 'all_failed', /A: auth, B: service, C: \w+/);
  assert.deepEqual(error.errors.map(({ provider }) => provider), ['A', 'B', 'C']);
  assert.ok(error.errors.every((one) => one instanceof ChatError));
  assert.equal(error.retryable, true);
  const final = await chatError(of([all[0]]).createAsync({ messages: MESSAGES }), 'all_failed');
  assert.equal(final.retryable, false);
});

test('events are those of the one that answers', async () => {
  const script = () => streams([text('Wait.'), ...call(0, 'c', 'f', ['{"a"', ':1}']), ...end('tool_calls')]);
  const eventsOf = async (provider) => {
    const events = [];
    for await (const event of provider.createAsyncGenerator({ messages: MESSAGES }).events) events.push(event);
    return events;
  };
  assert.deepEqual(await eventsOf(of([service('A', fails(401, 'x')), service('B', script())])), await eventsOf(service('B', script()).provider));
});

test('an abort stops everything upstream and rejects with its reason', async () => {
  for (const parts of [[], ['Once']]) {
    const [a, b] = [service('A', parts.length > 0 ? begins(...parts) : mute()), service('B', says('no'))];
    const stop = new AbortController();
    const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES, signal: stop.signal });
    for (const part of parts) assert.equal((await reply.next()).value, part);
    const pending = reply.next();
    await a.asked;
    stop.abort('enough');
    await assert.rejects(pending, (reason) => reason === 'enough');
    await within(SOON, a.stopped, 'the request');
    assert.deepEqual([states(reply), b.calls.length], [['A stopped'], 0]);
    assert.equal((await reply.next()).done, true);
  }
});

test('break, return, cancel and await using stop the request', async () => {
  const ways = {
    async break(reply) {
      for await (const piece of reply) if (piece) break;
    },
    async return(reply) {
      await reply.next();
      const pending = reply.next();
      await reply.return();
      assert.equal((await pending).done, true);
    },
    async cancel(reply) {
      const reader = reply.toResponse().body.getReader();
      await reader.read();
      await reader.cancel();
    },
    'await using': async (reply) => {
      await reply.next();
      await reply[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
    },
  };
  for (const [name, leave] of Object.entries(ways)) {
    const a = service('A', begins('Once'));
    await within(SOON, leave(of([a, service('B', says('no'))]).createAsyncGenerator({ messages: MESSAGES })), name);
    await within(SOON, a.stopped, name);
  }
});

test('a return while nobody has answered settles the pending read', async () => {
  const [a, b] = [service('A', mute()), service('B', mute())];
  const reply = of([a, b], { hedgeAfter: 1 }).createAsyncGenerator({ messages: MESSAGES });
  const pending = reply.next();
  await b.asked;
  await reply.return();
  assert.equal((await within(SOON, pending, 'the read')).done, true);
  await within(SOON, Promise.all([a.stopped, b.stopped]), 'both requests');
});

test('hedgeAfter: the second is asked while the first is silent, and the first text wins', async () => {
  for (const silent of [mute(), begins()]) {
    const [a, b, c] = [service('A', silent), service('B', says('quick')), service('C', says('no'))];
    const reply = of([a, b, c], { hedgeAfter: 20 }).createAsyncGenerator({ messages: MESSAGES });
    assert.equal(await reply.text(), 'quick');
    await within(SOON, a.stopped, 'the silent request');
    assert.deepEqual([states(reply), reply.provider, c.calls.length], [['A stopped', 'B answered'], 'B', 0]);
  }
});

test('hedgeAfter: the first may still win, and the second is stopped', async () => {
  let speak;
  const spoken = new Promise((resolve) => {
    speak = resolve;
  });
  const late = async (...given) => (await spoken, says('late')(...given));
  const [a, b] = [service('A', late), service('B', mute())];
  const reply = of([a, b], { hedgeAfter: 1 }).createAsyncGenerator({ messages: MESSAGES });
  const whole = reply.text();
  await b.asked;
  speak();
  assert.equal(await whole, 'late');
  await within(SOON, b.stopped, 'the second request');
  assert.deepEqual(states(reply), ['A answered', 'B stopped']);
});

test('of two that speak at the same moment one is heard', async () => {
  let speak;
  const spoken = new Promise((resolve) => {
    speak = resolve;
  });
  const waiting = (...words) => async (...given) => (await spoken, says(...words)(...given));
  const [a, b] = [service('A', waiting('a', 'a')), service('B', waiting('b', 'b'))];
  const reply = of([a, b], { hedgeAfter: 1 }).createAsyncGenerator({ messages: MESSAGES });
  const whole = reply.text();
  await b.asked;
  speak();
  assert.ok(['aa', 'bb'].includes(await whole));
  assert.deepEqual(states(reply).map((state) => state.slice(2)).sort(), ['answered', 'stopped']);
});

test('nothing comes after a return, whenever that was', async () => {
  for (let moment = 0; moment < 60; moment++) {
    const reply = of([service('A', says('a', 'b', 'c'))]).createAsyncGenerator({ messages: MESSAGES });
    await reply.next();
    const pending = reply.next();
    for (let i = 0; i < moment; i++) await null;
    await reply.return();
    await pending;
    assert.deepEqual(await reply.next(), { value: undefined, done: true }, `${moment} microtasks later`);
  }
});

test('a failure does not wait for hedgeAfter', async () => {
  const [a, b] = [service('A', fails(401, 'x')), service('B', says('yes'))];
  assert.equal(await within(SOON, of([a, b], { hedgeAfter: 3_600_000 }).createAsync({ messages: MESSAGES }), 'the reply'), 'yes');
});

test('a timeout holds for each attempt, timeout.total for all of them', async () => {
  for (const timeout of [20, { firstChunk: 20 }]) {
    const [a, b] = [service('A', mute()), service('B', says('yes'))];
    const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES, timeout });
    assert.equal(await reply.text(), 'yes');
    assert.equal(reply.attempts[0].error.code, 'timeout');
    await within(SOON, a.stopped, 'the request');
  }
  const [a, b] = [service('A', mute()), service('B', says('no'))];
  const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES, timeout: { total: 20 } });
  await chatError(reply.text(), 'timeout', /timeout\.total/);
  await within(SOON, a.stopped, 'the request');
  assert.deepEqual([states(reply), b.calls.length], [['A stopped'], 0]);
});

test('retriesEach is the retries of each provider', async () => {
  const again = (name) => service(name, fails(503, 'x', { 'retry-after': '0' }));
  for (const [retriesEach, times] of [[0, 1], [1, 2]]) {
    const [a, b] = [again('A'), again('B')];
    await chatError(of([a, b], { retriesEach }).createAsync({ messages: MESSAGES }), 'all_failed');
    assert.deepEqual([a.calls.length, b.calls.length], [times, times]);
  }
});

test('onAttempt hears of each beginning and end, and whatever it throws is ignored', async () => {
  const ways = [() => {}, () => { throw new Error('mine'); }, async () => { throw new Error('mine'); }];
  for (const way of ways) {
    const heard = [];
    const onAttempt = (attempt) => {
      heard.push(`${attempt.provider} ${attempt.state}`);
      return way();
    };
    await of([service('A', fails(401, 'x')), service('B', says('yes'))], { onAttempt }).createAsync({ messages: MESSAGES });
    assert.deepEqual(heard, ['A asked', 'A failed', 'B asked', 'B answered']);
  }
});

test('onAttempt may stop it all at any time', async () => {
  for (const at of ['A asked', 'A failed', 'B asked', 'C stopped']) {
    const stop = new AbortController();
    const onAttempt = ({ provider, state }) => `${provider} ${state}` === at && stop.abort('enough');
    const all = [service('A', fails(401, 'x')), service('B', async (...given) => (await c.asked, says('yes')(...given))), service('C', mute())];
    const c = all[2];
    const reply = of(all, { onAttempt, hedgeAfter: 5 }).createAsyncGenerator({ messages: MESSAGES, signal: stop.signal });
    assert.deepEqual(await within(SOON, until(reply), at), { pieces: [], error: 'enough' });
    assert.ok(!states(reply).some((state) => /asked|answered/.test(state)), `${at}: ${states(reply)}`);
  }
});

test('each order', async () => {
  const all = ['A', 'B', 'C'].map((name) => service(name, says(name)));
  const firsts = async (order, count) => {
    const fallback = of(all, { order });
    const told = [];
    for (let i = 0; i < count; i++) told.push(await fallback.createAsync({ messages: MESSAGES }));
    return told.join('');
  };
  assert.equal(await firsts('given', 3), 'AAA');
  assert.equal(await firsts('rotate', 5), 'ABCAB');
  assert.deepEqual([...new Set(await firsts('shuffled', 200))].sort(), ['A', 'B', 'C']);
});

test('conversations are kept apart, and who answered last is asked first', async () => {
  const remembering = (name, answer) => service(name, answer, OpenAiResponses);
  const next = async (conversation, order, ...services) => {
    const reply = of(services, { order }).createAsyncGenerator({ messages: MESSAGES, conversation });
    const told = [];
    for await (const event of reply.events) if (event.type === 'conversation') told.push(event.conversation);
    assert.deepEqual(told, [reply.conversation]);
    return JSON.parse(JSON.stringify(reply.conversation));
  };
  const sent = ({ calls }) => calls.map(({ body }) => body.previous_response_id);

  const first = await next(undefined, 'given', remembering('A', fails(503, 'x')), remembering('B', responds('b1', 'yes')));
  const [a, b] = [remembering('A', responds('a1', 'yes')), remembering('B', fails(503, 'x'))];
  const second = await next(first, 'given', a, b);
  assert.deepEqual([sent(a), sent(b)], [[undefined], ['b1']]);
  for (const order of ['given', 'rotate', 'shuffled']) {
    const others = [remembering('B', responds('b2', 'no')), remembering('A', fails(503, 'x'))];
    await next(second, order, ...others);
    assert.deepEqual(others.map(sent), [['b1'], ['a1']], order);
  }
});

test('who answered is asked first also where the service keeps nothing', async () => {
  const [a, b] = [service('A', fails(503, 'x')), service('B', says('yes'))];
  const reply = of([a, b]).createAsyncGenerator({ messages: MESSAGES, conversation: { last: 'A', parts: { A: { id: 1 } } } });
  await reply.text();
  assert.deepEqual(JSON.parse(JSON.stringify(reply.conversation)), { last: 'B', parts: { A: { id: 1 } } });
  await of([a, b]).createAsync({ messages: MESSAGES, conversation: reply.conversation });
  assert.deepEqual([a.calls.length, b.calls.length], [1, 2]);
});

test('two of the same name have conversations of their own', async () => {
  const all = [service('A', fails(503, 'x'), OpenAiResponses), service('A', responds('second', 'yes'), OpenAiResponses)];
  const reply = of(all).createAsyncGenerator({ messages: MESSAGES });
  await reply.text();
  await of(all).createAsync({ messages: MESSAGES, conversation: reply.conversation });
  assert.deepEqual(all.map(({ calls }) => calls.map(({ body }) => body.previous_response_id)), [[undefined], [undefined, 'second']]);
});

test('it describes what all of them have', () => {
  const [a, b] = [
    new OpenAiChat({ models: ['x', 'y'], defaultModel: 'x', modelAliases: { small: 'y' } }),
    new AiPuffer({ url: 'https://shop.example', models: ['y', 'z'] }),
  ];
  const fallback = new Fallback([a, b]);
  const { name, url, working, needsAuth, models, defaultModel, modelAliases, supportsSystemMessage } = fallback;
  assert.deepEqual({ name, url, working, needsAuth, models, defaultModel, modelAliases, supportsSystemMessage }, {
    name: 'Fallback', url: '', working: true, needsAuth: true, models: ['x', 'y', 'z'], defaultModel: 'x', modelAliases: { small: 'y' },
    supportsSystemMessage: a.supportsSystemMessage && b.supportsSystemMessage,
  });
  assert.deepEqual([fallback.getModel(), fallback.getModel('small'), fallback.getModel('z')], ['x', 'y', 'z']);
  assert.throws(() => fallback.getModel('w'), { code: 'model_not_found' });
});

test('listModels is what those who answer have', async () => {
  const list = (...ids) => () => Response.json({ data: ids.map((id) => ({ id })) });
  assert.deepEqual(await of([service('A', list('x', 'y')), service('B', fails(500, 'x')), service('C', list('y', 'z'))]).listModels(), ['x', 'y', 'z']);
  await chatError(of([service('A', fails(401, 'x'))]).listModels(), 'auth');
});

test('wrong settings and options are told, and nothing is sent', async () => {
  const a = service('A', says('no'));
  for (const make of [
    () => new Fallback(), () => new Fallback([]), () => new Fallback([{}]), () => new Fallback([null]), () => of([a], { order: 'any' }),
    () => of([a], { order: 'toString' }), () => of([a], { hedgeAfter: 0 }), () => of([a], { hedgeAfter: 'soon' }), () => of([a], { onAttempt: 1 }),
  ]) assert.throws(make, { name: 'ChatError', code: 'input' });
  for (const options of [undefined, null, { messages: MESSAGES, timeout: -1 }, { messages: MESSAGES, timeout: { soon: 1 } },
    { messages: MESSAGES, signal: {} }, { messages: () => {} }]) {
    await chatError(of([a]).createAsync(options ?? null), 'input');
  }
  // What every provider refuses as input is the caller's fault.
  await chatError(of([a, service('B', says('no'))]).createAsync({}), 'input', /^messages is missing$/);
  assert.equal(a.calls.length, 0);
});

test('fallbacks of fallbacks', async () => {
  const inner = of([service('A', fails(401, 'x')), service('B', fails(401, 'x'))]);
  const reply = new Fallback([inner, of([service('C', says('yes'))])]).createAsyncGenerator({ messages: MESSAGES });
  assert.equal(await reply.text(), 'yes');
  assert.equal(reply.provider, 'C');
  assert.deepEqual(reply.attempts[0].error.errors.map(({ code }) => code), ['auth', 'auth']);
});

test('it stands behind an endpoint as any provider', async () => {
  const empty = service('A', streams(end()));
  const heard = [];
  const llm = of([empty, service('B', says('Hel', 'lo'))], { onAttempt: ({ provider, state }) => heard.push(`${provider} ${state}`) });
  const calling = of([empty, service('B', streams([...call(0, 'c', 'f', ['{}']), ...end('tool_calls')]))]);
  const dead = of([service('A', fails(401, 'x'))]);
  const events = [];
  const handler = createHandler({ providers: { llm, calling, dead }, authorize: 'public', onEvent: (event) => events.push(event) });
  const ask = (body) => handler(new Request('https://edge.example/v1/chat/completions', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ messages: [{ role: 'user', content: MESSAGES }], ...body }),
  }));
  const whole = await (await ask({ model: 'llm' })).json();
  assert.deepEqual([whole.choices[0].message.content, whole.usage, heard.at(-1)], ['Hello', USAGE, 'B answered']);
  const streamed = await (await ask({ model: 'llm:gpt-9', stream: true })).text();
  const chunks = streamed.trim().split('\n\n').slice(0, -1).map((line) => JSON.parse(line.slice(6)));
  assert.equal(chunks.map(({ choices }) => choices[0].delta.content ?? '').join(''), 'Hello');
  assert.equal(chunks.filter(({ choices }) => choices[0].finish_reason).length, 1, 'nothing of the empty reply');
  assert.equal(empty.calls.at(-1).body.model, 'gpt-9');
  assert.deepEqual(events.at(-1).usage.totalTokens, 7);
  assert.equal((await (await ask({ model: 'calling' })).json()).choices[0].message.tool_calls[0].function.name, 'f');
  const failed = await ask({ model: 'dead' });
  assert.deepEqual([failed.status, (await failed.json()).error.code], [502, 'all_failed']);
});

test('a thousand of every ending leave nothing in memory, and the process ends', async () => {
  const { bytesEach, left } = await child('fallbacks.mjs', { flags: ['--expose-gc'], timeout: 60_000 });
  assert.deepEqual(left, []);
  assert.ok(bytesEach < 200, `${bytesEach} bytes each`);
});
