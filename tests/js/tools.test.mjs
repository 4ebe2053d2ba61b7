// The loop around tool calls: what is run, what the model and the caller are told of it, and that nothing goes on when nobody wants it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import * as rivulet from '../../dist/index.js';
import { ChatError, runTools, tool } from '../../dist/tools.js';
import { SERVICE_KEY, startServices } from '../clients/services.mjs';
import { chatError, until, within } from './helper.mjs';
import { begins, call, delta, end, fails, frame, mute, says, service, streams, text } from './services.mjs';

const SOON = 5_000;
const MESSAGES = [{ role: 'user', content: 'Hi' }];

/** One answer after the other, the last one again and again. */
const inTurn = (...answers) => {
  let turn = 0;
  return (...args) => answers[Math.min(turn++, answers.length - 1)](...args);
};

/** An answer that calls tools: `[id, name, arguments]` each. */
const calls = (list, finish = 'tool_calls') =>
  streams([...list.flatMap(([id, name, given], index) => call(index, id, name, [given])), ...end(finish)]);

/** A service that calls these tools and then says "Done." */
const calling = (...list) => service('A', inTurn(calls(list), says('Done.')));

/** The results as the model was told them, by the last request. */
const told = ({ calls: asked }) => asked.at(-1).body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);

const eventsOf = async (reply) => {
  const events = [];
  for await (const event of reply.events) events.push(event);
  return events;
};

const echo = tool({ name: 'echo', description: 'Says it again', parameters: { type: 'object', properties: { say: { type: 'string' } } }, run: ({ say }) => say });

test('it is a reply over all steps, and sends nothing before the first read', async () => {
  const a = service('A', inTurn(
    streams([text('Let me '), text('see. '), ...call(0, 'c1', 'echo', ['{"say":', '"one"}']), ...end('tool_calls')]),
    calls([['c2', 'echo', '{"say":"two"}']]),
    says('It ', 'is.'),
  ));
  const steps = [];
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [echo], onStep: (step) => steps.push(step) });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([a.calls.length, reply.provider, reply.usage, reply.finish, reply.messages, reply.steps, reply.toolCalls], [0, 'A', undefined, undefined, [], [], []]);
  const pieces = [];
  for await (const piece of reply) pieces.push(piece);
  assert.deepEqual(pieces, ['Let me ', 'see. ', 'It ', 'is.']);
  const called = (id, say) => ({ id, type: 'function', function: { name: 'echo', arguments: `{"say":"${say}"}` } });
  const added = [
    { role: 'assistant', content: 'Let me see. ', tool_calls: [called('c1', 'one')] },
    { role: 'tool', tool_call_id: 'c1', content: 'one' },
    { role: 'assistant', content: null, tool_calls: [called('c2', 'two')] },
    { role: 'tool', tool_call_id: 'c2', content: 'two' },
    { role: 'assistant', content: 'It is.' },
  ];
  assert.deepEqual(reply.messages, added);
  assert.deepEqual(reply.message, added.at(-1));
  assert.deepEqual(a.calls.map(({ body }) => body.messages), [MESSAGES, [...MESSAGES, ...added.slice(0, 2)], [...MESSAGES, ...added.slice(0, 4)]]);
  assert.deepEqual(a.calls[0].body.tools, [{ type: 'function', function: { name: 'echo', description: 'Says it again', parameters: echo.parameters } }]);
  const { inputTokens, outputTokens, totalTokens, promptTokens, completionTokens, raw } = reply.usage;
  assert.deepEqual([inputTokens, outputTokens, totalTokens, promptTokens, completionTokens, raw.total_tokens], [9, 12, 21, 9, 12, 7]);
  assert.deepEqual([reply.finish, reply.finishReason, reply.toolCalls], [{ reason: 'stop', raw: 'stop' }, 'stop', []]);
  assert.deepEqual(steps, reply.steps);
  assert.deepEqual(steps.map(({ step, toolCalls, results, finish, usage, provider }) => [step, toolCalls.length, results, finish.reason, usage.totalTokens, provider]), [
    [0, 1, [added[1]], 'tool_calls', 7, 'A'], [1, 1, [added[3]], 'tool_calls', 7, 'A'], [2, 0, [], 'stop', 7, 'A'],
  ]);
  await assert.rejects(reply.text(), TypeError, 'it can be read once');
});

test('while it is read, messages end with the answer so far', async () => {
  const a = service('A', inTurn(
    streams([text('Let me '), text('see. '), ...call(0, 'c1', 'echo', ['{"say":"one"}']), ...end('tool_calls')]),
    says('It ', 'is.'),
  ));
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [echo] });
  const seen = [];
  for await (const _ of reply) seen.push(reply.messages.map(({ role, content }) => `${role}: ${content}`));
  const first = ['assistant: Let me see. ', 'tool: one'];
  assert.deepEqual(seen, [['assistant: Let me '], [first[0]], [...first, 'assistant: It '], [...first, 'assistant: It is.']]);
});

test('text(), a response, a stream and events read it, too', async () => {
  const run = () => runTools(calling(['c', 'echo', '{"say":"x"}']).provider, { messages: 'Hi', tools: [echo] });
  assert.equal(await run().text(), 'Done.');
  assert.equal(await run().toResponse().text(), 'Done.');
  assert.equal(await new Response(run().toReadableStream()).text(), 'Done.');
  const events = await eventsOf(run());
  assert.deepEqual(events.map(({ type }) => type), ['tool-call', 'tool-call', 'tool-call', 'tool-result', 'text', 'usage', 'finish']);
  assert.deepEqual(events[3], { type: 'tool-result', id: 'c', name: 'echo', result: 'x' });
  assert.deepEqual([events[5].usage.totalTokens, events[6]], [14, { type: 'finish', reason: 'stop', raw: 'stop' }]);
});

test('places in the events go on from step to step', async () => {
  const thinks = (words) => delta({ reasoning_content: words });
  const a = service('A', inTurn(
    streams([thinks('Hm.'), text('Ä😀'), ...call(0, 'c1', 'echo', ['{}']), ...call(1, 'c2', 'echo', ['{}']), ...end('tool_calls')]),
    streams([thinks('So.'), delta({ annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A', start_index: 1, end_index: 2 } }] }),
      text('bc'), ...call(0, 'c3', 'echo', ['{}']), ...end('tool_calls')]),
    says('Done.'),
  ));
  const events = await eventsOf(runTools(a.provider, { messages: MESSAGES, tools: [echo] }));
  assert.deepEqual(events.filter(({ type }) => type === 'reasoning').map(({ part }) => part), [0, 1]);
  assert.deepEqual(events.filter(({ type, done }) => type === 'tool-call' && done).map(({ index, id }) => [index, id]), [[0, 'c1'], [1, 'c2'], [2, 'c3']]);
  const { start, end: until_ } = events.find(({ type }) => type === 'source' || type === 'citation');
  assert.deepEqual([start, until_], [3, 4], 'two letters came before');
});

test('calls of one step run at the same time, and their results keep the order of the calls', async () => {
  const running = [];
  let finish;
  const both = new Promise((resolve) => { finish = resolve; });
  const slow = tool({
    name: 'slow', parameters: { type: 'object' },
    async run({ nth }) {
      running.push(nth);
      if (running.length === 3) finish();
      await both;
      if (nth === 1) await new Promise((resolve) => setTimeout(resolve, 20));
      return { nth };
    },
  });
  const a = calling(['a', 'slow', '{"nth":1}'], ['b', 'slow', '{"nth":2}'], ['c', 'slow', '{"nth":3}']);
  const events = await within(SOON, eventsOf(runTools(a.provider, { messages: MESSAGES, tools: [slow] })), 'all three');
  assert.deepEqual(running, [1, 2, 3]);
  assert.deepEqual(events.filter(({ type }) => type === 'tool-result').map(({ id, result }) => [id, result.nth]), [['a', 1], ['b', 2], ['c', 3]]);
  assert.deepEqual(told(a), ['{"nth":1}', '{"nth":2}', '{"nth":3}']);
});

test('what is wrong in a call is told to the model as an error, and the run goes on', async () => {
  const tools = [
    echo,
    tool({ name: 'fails', run: () => { throw new RangeError('out of milk'); } }),
    tool({ name: 'rejects', run: async () => { throw 'plain words'; } }),
    tool({ name: 'nothing', run: () => { throw undefined; } }),
    tool({ name: 'big', run: () => ({ count: 10n }) }),
    tool({ name: 'circle', run: () => { const it = {}; it.it = it; return it; } }),
    tool({ name: 'response', run: () => new Response('lost') }),
    tool({ name: 'error', run: () => new Error('returned') }),
    tool({ name: 'function', run: () => () => 1 }),
    tool({ name: 'promises', run: () => ({ later: Promise.resolve(1) }) }),
  ];
  for (const [name, given, wanted] of [
    ['echo', '{"say":', /^Error: the arguments are no JSON: /],
    ['echo', '[1]', 'Error: the arguments must be a JSON object'],
    ['echo', 'null', 'Error: the arguments must be a JSON object'],
    ['nope', '{}', `Error: there is no tool 'nope'. The tools are: ${tools.map((each) => each.name).join(', ')}`],
    ['constructor', '{}', /^Error: there is no tool 'constructor'/],
    ['fails', '{}', 'Error: out of milk'],
    ['rejects', '', 'Error: plain words'],
    ['nothing', '{}', 'Error: undefined'],
    ['big', '{}', /^Error: .*BigInt/],
    ['circle', '{}', /^Error: .*circular/i],
    ['response', '{}', 'Error: the result of the tool is or has a Response, which JSON has no form for'],
    ['error', '{}', 'Error: returned'],
    ['function', '{}', 'Error: the result of the tool is or has a function, which JSON has no form for'],
    ['promises', '{}', 'Error: the result of the tool is or has a Promise, which JSON has no form for'],
  ]) {
    const a = calling(['c', name, given]);
    const reply = runTools(a.provider, { messages: MESSAGES, tools });
    const events = await eventsOf(reply);
    const [content] = told(a);
    if (wanted instanceof RegExp) assert.match(content, wanted);
    else assert.equal(content, wanted);
    assert.deepEqual(reply.messages[1], { role: 'tool', tool_call_id: 'c', content, is_error: true });
    assert.deepEqual(events.find(({ type }) => type === 'tool-result'), { type: 'tool-result', id: 'c', name, result: content, isError: true });
    assert.deepEqual(events.filter(({ type }) => type === 'warning'), [], 'the text says what the flag would');
    assert.equal(reply.message.content, 'Done.');
  }
});

test('results go to the model as text, as JSON, or as content parts', async () => {
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
  const time = new Date(0);
  for (const [result, content] of [
    ['text', 'text'],
    ['', ''],
    [undefined, 'null'],
    [null, 'null'],
    [0, '0'],
    [false, 'false'],
    [[], '[]'],
    [{ a: [1, undefined, { b: time }] }, `{"a":[1,null,{"b":"${time.toISOString()}"}]}`],
    [['a', 'b'], '["a","b"]'],
    [new Uint8Array([1, 2, 3]), '"AQID"'],
    [{ bytes: Buffer.from('abc') }, '{"bytes":"YWJj"}'],
    [new Map([['a', new Set([1])]]), '{"a":[1]}'],
    [[{ type: 'cat', text: 1 }], '[{"type":"cat","text":1}]'],
    [[{ type: 'file', name: 'a.txt' }], '[{"type":"file","name":"a.txt"}]'],
    [{ type: 'text' }, '{"type":"text"}'],
    [{ constructor: 1, ['__proto__']: 2, type: 'toString' }, '{"constructor":1,"__proto__":2,"type":"toString"}'],
    [[{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }], [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }]],
  ]) {
    const a = calling(['c', 'give', '{}']);
    const reply = runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'give', run: () => result })] });
    const events = await eventsOf(reply);
    assert.deepEqual(told(a), [content]);
    assert.equal(events.find(({ type }) => type === 'tool-result').result, result, 'the event has what the tool gave');
    assert.ok(!('is_error' in reply.messages[1]));
    assert.deepEqual(JSON.parse(JSON.stringify(reply.messages)), reply.messages, 'messages are plain JSON');
  }
  // A service of Chat Completions takes pictures behind the results.
  const a = calling(['c', 'draw', '{}']);
  const bytes = { type: 'image', data: new Uint8Array([0, 0, 0]), mimeType: 'image/png' };
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'draw', run: () => [{ type: 'text', text: 'Look:' }, picture, bytes] })] });
  await reply.text();
  assert.deepEqual(reply.messages[1].content, [{ type: 'text', text: 'Look:' }, picture, { ...bytes, data: 'AAAA' }]);
  assert.deepEqual(a.calls[1].body.messages.at(-1).content.slice(1), [picture, picture]);
});

test('a tool gets its arguments, the call, the messages up to it, and a signal', async () => {
  const got = [];
  const see = tool({ name: 'see', run: (args, context) => { got.push([args, context]); } });
  const a = calling(['c7', 'see', '{"a":{"b":1}}'], ['c8', 'see', ''], ['c9', 'see', ' \n']);
  const reply = runTools(a.provider, { messages: 'Hi', tools: [see] });
  await reply.text();
  assert.deepEqual(got.map(([args]) => args), [{ a: { b: 1 } }, {}, {}]);
  const [, { toolCallId, messages, signal }] = got[0];
  assert.deepEqual([toolCallId, messages.length, messages[0], messages[1].tool_calls.length], ['c7', 2, MESSAGES[0], 3]);
  assert.ok(signal instanceof AbortSignal && !signal.aborted, 'a run that ends by itself aborts nothing');
});

test('a call of a tool without run ends the run, and the other results stay', async () => {
  const ask = tool({ name: 'ask', description: 'Asks the user', parameters: { type: 'object' } });
  const plain = { type: 'function', function: { name: 'plain', parameters: { type: 'object' } } };
  const a = calling(['a', 'ask', '{"q":1}'], ['b', 'echo', '{"say":"x"}'], ['c', 'plain', '{}']);
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [ask, echo, plain] });
  const events = await eventsOf(reply);
  assert.deepEqual(reply.toolCalls, [{ id: 'a', name: 'ask', arguments: '{"q":1}' }, { id: 'c', name: 'plain', arguments: '{}' }]);
  assert.deepEqual([reply.finish.reason, a.calls.length, reply.steps.length], ['tool_calls', 1, 1]);
  assert.deepEqual(events.filter(({ type }) => type === 'tool-result').map(({ id }) => id), ['b']);
  assert.deepEqual(reply.messages.map(({ role, tool_call_id: id }) => id ?? role), ['assistant', 'b']);
  // The caller answers, and goes on.
  const answered = [...MESSAGES, ...reply.messages, ...reply.toolCalls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: `for ${id}` }))];
  const next = runTools(a.provider, { messages: answered, tools: [ask, echo, plain] });
  assert.equal(await next.text(), 'Done.');
  assert.deepEqual(a.calls[1].body.messages.slice(2).map(({ tool_call_id: id, content }) => [id, content]), [['b', 'x'], ['a', 'for a'], ['c', 'for c']]);
  assert.deepEqual(next.messages, [{ role: 'assistant', content: 'Done.' }]);
});

test('calls of tools that nobody runs here are the caller\'s: of the settings, custom ones, and those within others', async () => {
  const a = service('A', calls([['a', 'look', '{}']]));
  const ofSettings = a.provider.with({ tools: [{ type: 'function', function: { name: 'look' } }] });
  const reply = runTools(ofSettings, { messages: MESSAGES });
  await reply.text();
  assert.deepEqual([reply.toolCalls.map(({ name }) => name), a.calls.length, a.calls[0].body.tools.length], [['look'], 1, 1]);
  for (const given of [{ type: 'custom', custom: { name: 'look' } }, { type: 'namespace', name: 'n', tools: [{ type: 'function', name: 'look' }] }]) {
    const b = service('B', inTurn(calls([['a', 'look', '{}'], ['b', 'nope', '{}']]), says('Done.')));
    const run = runTools(b.provider.with({ baseUrl: 'https://other.example/v1' }), { messages: MESSAGES, tools: [echo, given] });
    await run.text();
    assert.deepEqual([run.toolCalls.map(({ name }) => name), run.messages.length], [['look'], 2]);
  }
});

test('maxSteps ends a run normally, with results for all calls', async () => {
  const a = service('A', calls([['c', 'echo', '{"say":"x"}']]));
  const steps = [];
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [echo], maxSteps: 3, onStep: ({ step }) => steps.push(step) });
  const events = await eventsOf(reply);
  assert.deepEqual([a.calls.length, reply.finish, reply.toolCalls, steps], [3, { reason: 'tool_calls', raw: 'tool_calls' }, [], [0, 1, 2]]);
  assert.equal(events.filter(({ type }) => type === 'finish').length, 1);
  assert.deepEqual(reply.messages.map(({ role }) => role), ['assistant', 'tool', 'assistant', 'tool', 'assistant', 'tool']);
  const usual = service('A', calls([['c', 'echo', '{"say":"x"}']]));
  await runTools(usual.provider, { messages: MESSAGES, tools: [echo] }).text();
  assert.equal(usual.calls.length, 20);
});

test('a step runs no more calls than maxCallsPerStep, and the model hears of the others', async () => {
  const ran = [];
  const count = tool({ name: 'count', run: ({ nth }) => ran.push(nth) });
  const many = (n) => Array.from({ length: n }, (_, nth) => [`c${nth}`, 'count', `{"nth":${nth}}`]);
  const a = calling(...many(4));
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [count], maxCallsPerStep: 2 });
  await reply.text();
  assert.deepEqual(ran, [0, 1]);
  assert.deepEqual(told(a).slice(2), Array(2).fill('Error: this call was not run, since a step has 2 calls at most: call again'));
  ran.length = 0;
  await runTools(calling(...many(70)).provider, { messages: MESSAGES, tools: [count] }).text();
  assert.equal(ran.length, 64);
});

test('an answer that was cut ends the run, and its calls are not run', async () => {
  let ran = 0;
  const count = tool({ name: 'count', run: () => ++ran });
  for (const finish of ['length', 'content_filter']) {
    const a = service('A', calls([['a', 'count', '{}'], ['b', 'count', '']], finish));
    const reply = runTools(a.provider, { messages: MESSAGES, tools: [count] });
    await reply.text();
    assert.deepEqual([ran, a.calls.length, reply.finish.reason, reply.toolCalls], [0, 1, finish, []]);
    assert.deepEqual(reply.messages.slice(1).map(({ content }) => content), Array(2).fill(`Error: this call was not run, since the answer was cut (${finish})`));
  }
});

test('toolChoice may differ by step, and one that forces a call counts once', async () => {
  const forced = { type: 'function', function: { name: 'echo' } };
  for (const [toolChoice, wanted] of [
    [undefined, [undefined, undefined]],
    ['auto', ['auto', 'auto']],
    ['required', ['required', undefined]],
    [forced, [forced, undefined]],
    [(step) => (step === 0 ? 'required' : 'none'), ['required', 'none']],
    [() => undefined, [undefined, undefined]],
  ]) {
    const a = calling(['c', 'echo', '{"say":"x"}']);
    await runTools(a.provider, { messages: MESSAGES, tools: [echo], toolChoice }).text();
    assert.deepEqual(a.calls.map(({ body }) => body.tool_choice), wanted);
  }
  const a = calling(['c', 'echo', '{}']);
  await assert.rejects(runTools(a.provider, { messages: MESSAGES, tools: [echo], toolChoice: () => { throw new RangeError('mine'); } }).text(), RangeError);
});

test('a call that needs approval ends the run, and approvals of the next run decide', async () => {
  const ran = [];
  const pay = tool({ name: 'pay', needsApproval: ({ sum }) => sum > 10, run: ({ sum }) => { ran.push(sum); return 'paid'; } });
  const burn = tool({ name: 'burn', needsApproval: true, run: () => ran.push('burnt') });
  const list = [['a', 'pay', '{"sum":5}'], ['b', 'pay', '{"sum":50}'], ['c', 'burn', '{}'], ['d', 'burn', '{"x":']];
  const a = calling(...list);
  const first = runTools(a.provider, { messages: MESSAGES, tools: [pay, burn] });
  const events = await eventsOf(first);
  assert.deepEqual(ran, [5]);
  assert.deepEqual(events.filter(({ type }) => type === 'tool-approval'), [
    { type: 'tool-approval', id: 'b', name: 'pay', arguments: '{"sum":50}' }, { type: 'tool-approval', id: 'c', name: 'burn', arguments: '{}' },
  ]);
  assert.deepEqual([first.toolCalls.map(({ id }) => id), first.finish.reason, a.calls.length], [['b', 'c'], 'tool_calls', 1]);
  assert.deepEqual(first.messages.slice(1).map(({ tool_call_id: id }) => id), ['a', 'd'], 'arguments that are no JSON need no approval');
  const talk = [...MESSAGES, ...first.messages];

  const waiting = runTools(a.provider, { messages: talk, tools: [pay, burn], approvals: { b: true } });
  assert.deepEqual((await eventsOf(waiting)).map(({ type }) => type), ['tool-result', 'tool-approval', 'finish']);
  assert.deepEqual([ran, waiting.messages, a.calls.length], [[5, 50], [{ role: 'tool', tool_call_id: 'b', content: 'paid' }], 1]);
  assert.deepEqual(waiting.toolCalls.map(({ id }) => id), ['c']);

  for (const [answer, words] of [[false, 'Error: the user denied this call'], ['too dear', 'Error: the user denied this call: too dear']]) {
    const b = service('A', says('Fine.'));
    const last = runTools(b.provider, { messages: [...talk, ...waiting.messages], tools: [pay, burn], approvals: { c: answer } });
    assert.equal(await last.text(), 'Fine.');
    assert.deepEqual(last.messages[0], { role: 'tool', tool_call_id: 'c', content: words, is_error: true });
    assert.equal(told(b).length, 4);
  }
  assert.deepEqual(ran, [5, 50], 'nothing was burnt');
  const both = service('A', inTurn(calls([['b', 'pay', '{"sum":99}']]), says('No.')));
  const again = runTools(both.provider, { messages: talk, tools: [pay, burn], approvals: { b: true, c: false, d: true, zz: true } });
  const later = await eventsOf(again);
  assert.deepEqual(ran, [5, 50, 50], 'an approval is for the calls that wait, and not for a later call of that id');
  assert.deepEqual(later.filter(({ type }) => type === 'warning').map(({ message }) => message), [
    "approvals: no call 'd' at the end of messages waits for a result", "approvals: no call 'zz' at the end of messages waits for a result",
  ]);
});

test('calls at the end of messages are run before anything is sent, and those in the midst are told as not run', async () => {
  const asked = (id, say) => ({ role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name: 'echo', arguments: `{"say":"${say}"}` } }] });
  const a = service('A', says('Done.'));
  const messages = [...MESSAGES, asked('old', 'x'), { role: 'user', content: 'Never mind.' }, asked('new', 'y')];
  const reply = runTools(a.provider, { messages, tools: [echo] });
  const events = await eventsOf(reply);
  assert.deepEqual(reply.messages, [{ role: 'tool', tool_call_id: 'new', content: 'y' }, { role: 'assistant', content: 'Done.' }]);
  assert.deepEqual(a.calls[0].body.messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'user', 'assistant', 'tool']);
  assert.equal(told(a)[0], 'Error: this call was not run, since the conversation went on without it');
  assert.deepEqual(events[0], { type: 'warning', message: "the call 'old' of 'echo' in messages has no result: the model is told that it was not run" });
});

test('leaving a loop, return() and an abort stop the request and the tools at once, and the messages stay whole', async () => {
  for (const leave of ['loop', 'return', 'signal']) {
    // While text comes.
    const a = service('A', inTurn(calls([['c', 'echo', '{"say":"x"}']]), begins('Half ', 'a word')));
    const controller = new AbortController();
    const reply = runTools(a.provider, { messages: MESSAGES, tools: [echo], signal: controller.signal });
    const reason = new Error('mine');
    const read = (async () => {
      for await (const piece of reply) {
        if (piece !== 'a word') continue;
        if (leave === 'loop') break;
        if (leave === 'return') await reply.return();
        else controller.abort(reason);
      }
    })();
    if (leave === 'signal') assert.equal(await read.catch((error) => error), reason);
    else await read;
    await within(SOON, a.stopped, 'the request is stopped');
    assert.deepEqual(reply.messages.map(({ role, content }) => [role, content]), [['assistant', null], ['tool', 'x'], ['assistant', 'Half a word']]);
    assert.equal(reply.usage.totalTokens, 7);
    assert.equal(reply.finish, undefined);

    // While tools run, one of which is done.
    const stopped = [];
    let begun;
    const both = new Promise((resolve) => { begun = resolve; });
    const hangs = tool({
      name: 'hangs',
      run: (_, { signal }) => new Promise(() => {
        signal.addEventListener('abort', () => stopped.push(signal.reason));
        begun();
      }),
    });
    const b = service('B', calls([['a', 'hangs', '{}'], ['b', 'echo', '{"say":"y"}']]));
    const again = new AbortController();
    const second = runTools(b.provider, { messages: MESSAGES, tools: [hangs, echo], signal: again.signal });
    const pending = second.text();
    await within(SOON, both, 'the tool runs');
    await new Promise((resolve) => setImmediate(resolve));
    if (leave === 'signal') {
      again.abort(reason);
      assert.equal(await within(SOON, pending.catch((error) => error), 'the abort'), reason);
      assert.deepEqual(stopped, [reason]);
    } else {
      await second.return();
      assert.equal(await within(SOON, pending, 'the end'), '');
      assert.equal(stopped[0].name, 'AbortError');
    }
    assert.deepEqual(second.messages.slice(1), [
      { role: 'tool', tool_call_id: 'b', content: 'y' },
      { role: 'tool', tool_call_id: 'a', content: 'Error: this call was stopped before it had a result', is_error: true },
    ]);
    assert.equal(b.calls.length, 1);
    // What it leaves is taken by a service that is strict about results.
    const c = service('C', says('Fine.'));
    assert.equal(await runTools(c.provider, { messages: [...MESSAGES, ...second.messages, ...MESSAGES], tools: [hangs, echo] }).text(), 'Fine.');
  }
});

test('an abort before the first read, or before the head of a response, sends or leaves nothing', async () => {
  const a = service('A', mute());
  const reason = new Error('mine');
  await assert.rejects(runTools(a.provider, { messages: MESSAGES, signal: AbortSignal.abort(reason) }).text(), reason);
  assert.equal(a.calls.length, 0);
  const controller = new AbortController();
  const reply = runTools(a.provider, { messages: MESSAGES, signal: controller.signal });
  const pending = reply.text();
  await a.asked;
  controller.abort(reason);
  await assert.rejects(within(SOON, pending, 'the abort'), reason);
  await within(SOON, a.stopped, 'the request');
  assert.deepEqual(reply.messages, []);
});

test('an error of a service ends the run with what was complete, and the caller goes on from there', async () => {
  const a = service('A', inTurn(calls([['c', 'echo', '{"say":"x"}']]), streams([text('Ha')], { breaks: new Error('gone') }), says('Done.')));
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [echo] });
  const { pieces, error } = await until(reply);
  assert.deepEqual([pieces, error instanceof ChatError, error.code], [['Ha'], true, 'network']);
  assert.deepEqual(reply.messages.map(({ role }) => role), ['assistant', 'tool'], 'no half of an answer, so that the same can be asked again');
  assert.deepEqual([reply.steps.length, reply.message.content, reply.usage.totalTokens], [1, 'Ha', 7]);
  await reply[Symbol.asyncDispose]();
  assert.equal(reply.messages.length, 2);
  const again = runTools(a.provider, { messages: [...MESSAGES, ...reply.messages], tools: [echo] });
  assert.equal(await again.text(), 'Done.');
  const refused = runTools(service('A', fails(401, 'invalid_api_key')).provider, { messages: MESSAGES, tools: [echo] });
  await chatError(refused.text(), 'auth');
  assert.deepEqual(refused.messages, []);
});

test('timeout.total is for the whole run, its tools included', async () => {
  const signals = [];
  const hangs = tool({ name: 'hangs', run: (_, { signal }) => new Promise(() => signals.push(signal)) });
  for (const timeout of [60, { total: 60 }]) {
    const reply = runTools(calling(['c', 'hangs', '{}']).provider, { messages: MESSAGES, tools: [hangs], timeout });
    await chatError(within(SOON, reply.text(), 'the limit'), 'timeout', /total/);
    assert.ok(signals.pop().aborted);
    assert.equal(reply.messages.length, 2);
  }
  const reply = runTools(service('A', mute()).provider, { messages: MESSAGES, timeout: { connect: 30 } });
  await chatError(within(SOON, reply.text(), 'the limit'), 'timeout', /connect/);
});

test('no pause before a retry is begun that timeout.total has no room for', async () => {
  const reply = runTools(service('A', fails(503, 'x', { 'retry-after-ms': '5000' })).provider, { messages: MESSAGES, retries: 2, timeout: { total: 2_000 } });
  const { retryAfterMs } = await chatError(within(1_500, reply.text(), 'at once'), 'service');
  assert.equal(retryAfterMs, 5_000);
});

test('a tool that ends after the run has no effect on it', async () => {
  let finish;
  let begun;
  const running = new Promise((resolve) => { begun = resolve; });
  const late = tool({ name: 'late', run: () => new Promise((resolve) => { finish = resolve; begun(); }) });
  const reply = runTools(calling(['c', 'late', '{}'], ['d', 'echo', '{"say":"x"}']).provider, { messages: MESSAGES, tools: [late, echo] });
  const { events } = reply;
  const pending = eventsOf({ events });
  await running;
  await reply.return();
  assert.deepEqual((await pending).filter(({ type }) => type === 'tool-result'), []);
  const before = reply.messages;
  finish('late');
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual([await events.next(), reply.messages], [{ value: undefined, done: true }, before]);
});

test('a tool that takes long does not run into the limits of silence', async () => {
  const slow = tool({ name: 'slow', run: () => new Promise((resolve) => setTimeout(resolve, 120)) });
  const reply = runTools(calling(['c', 'slow', '{}']).provider, { messages: MESSAGES, tools: [slow], timeout: { idle: 40, firstChunk: 80 } });
  assert.equal(await reply.text(), 'Done.');
});

test('a tool may end the run itself', async () => {
  let reply;
  const stop = tool({ name: 'stop', run: (_, { signal }) => { reply.return(); return signal.aborted; } });
  const a = calling(['a', 'stop', '{}'], ['b', 'stop', '{}']);
  reply = runTools(a.provider, { messages: MESSAGES, tools: [stop] });
  assert.equal(await within(SOON, reply.text(), 'the end'), '');
  assert.deepEqual([a.calls.length, reply.messages.length], [1, 3]);
});

test('wrong options and tools are input, and nothing is sent', async () => {
  const a = service('A', says('no'));
  for (const [options, words] of [
    [undefined, /give options/],
    [null, /give options/],
    [{}, /messages must be/],
    [{ messages: 42 }, /messages must be/],
    [{ messages: MESSAGES, tools: {} }, /tools must be an array/],
    [{ messages: MESSAGES, tools: [42] }, /tools\[0\]/],
    [{ messages: MESSAGES, tools: [echo, { ...echo }] }, /there are two tools 'echo'/],
    [{ messages: MESSAGES, tools: [{ name: 'x', run: 1 }] }, /run must be a function/],
    [{ messages: MESSAGES, tools: [{ name: 'x', execute() {} }] }, /did you mean 'run'/],
    [{ messages: MESSAGES, tools: [{ name: '', run() {} }] }, /name must be a text/],
    [{ messages: MESSAGES, maxSteps: 0 }, /maxSteps must be a whole number above 0/],
    [{ messages: MESSAGES, maxSteps: 1.5 }, /maxSteps must be/],
    [{ messages: MESSAGES, maxCallsPerStep: '3' }, /maxCallsPerStep must be/],
    [{ messages: MESSAGES, maxStep: 3 }, /did you mean 'maxSteps'/],
    [{ messages: MESSAGES, stopWhen: 3 }, /did you mean 'maxSteps'/],
    [{ messages: MESSAGES, onStepFinish() {} }, /did you mean 'onStep'/],
    [{ messages: MESSAGES, onStep: 1 }, /onStep must be a function/],
    [{ messages: MESSAGES, approvals: { a: 1 } }, /approvals must be/],
    [{ messages: MESSAGES, approvals: true }, /approvals must be/],
    [{ messages: MESSAGES, max_tokens: 3 }, /did you mean 'maxTokens'/],
    [{ messages: MESSAGES, signal: 1 }, /signal must be an AbortSignal/],
    [{ messages: MESSAGES, timeout: -1 }, /timeout must be/],
    [{ messages: MESSAGES, output: { type: 'object' }, responseFormat: { type: 'json_object' } }, /give one of them/],
  ]) {
    await chatError(runTools(a.provider, options).text(), 'input', words);
  }
  for (const [definition, words] of [
    [undefined, /give \{ name/], [{ run() {} }, /name must be a text/], [{ name: 'x', description: 1 }, /description must be/],
    [{ name: 'x', parameters: [] }, /parameters must be a JSON schema/], [{ name: 'x', needsApproval: 'yes' }, /needsApproval must be/],
    [{ name: 'x', strict: 1 }, /strict must be/], [{ name: 'x', parameters: { type: 'string' } }, /must describe an object/],
  ]) {
    await chatError((async () => tool(definition))(), 'input', words);
  }
  for (const provider of [undefined, {}, () => {}, 'openai', MESSAGES]) await chatError(runTools(provider, { messages: MESSAGES }).text(), 'input', /give a provider/);
  assert.equal(a.calls.length, 0);
});

test('WordPress sites refuse tools and schemas, in a Fallback and within another one, too', async () => {
  const { AiEngine, AiPower, AiPuffer, Chatgpt4Online, Client, Fallback } = rivulet;
  const url = 'https://shop.example';
  const a = service('A', says('no'));
  for (const provider of [
    new AiEngine({ url }), new AiPower({ url }), new AiPuffer({ url }), Chatgpt4Online, new Fallback([a.provider, new AiEngine({ url })]),
    new Fallback([new Fallback([new AiPower({ url })]), a.provider]), new Client(new AiPuffer({ url })),
  ]) {
    await chatError(runTools(provider, { messages: MESSAGES, tools: [echo] }).text(), 'input', /WordPress site, which takes neither tools nor a schema/);
    await chatError(runTools(provider, { messages: MESSAGES, output: { type: 'object' } }).object(), 'input', /WordPress site/);
  }
  assert.equal(a.calls.length, 0);
});

test('a Client is asked by its providers, with its settings', async () => {
  const a = calling(['c', 'echo', '{"say":"x"}']);
  const b = calling(['c', 'echo', '{"say":"y"}']);
  const { Client } = rivulet;
  assert.equal(await runTools(new Client(a.provider), { messages: MESSAGES, tools: [echo], model: 'gpt-9' }).text(), 'Done.');
  assert.deepEqual(a.calls.map(({ body }) => body.model), ['gpt-9', 'gpt-9']);
  const client = new Client({ a: a.provider, b: b.provider }).withOptions({ defaultHeaders: { 'x-mine': '1' } });
  const reply = runTools(client, { messages: MESSAGES, tools: [echo], model: 'b:gpt-8' });
  assert.equal(await reply.text(), 'Done.');
  assert.deepEqual(b.calls.map(({ body, headers }) => [body.model, headers.get('x-mine')]), [['gpt-8', '1'], ['gpt-8', '1']]);
  assert.deepEqual([told(b), reply.provider], [['y'], 'A']);
  await chatError(runTools(client, { messages: MESSAGES, model: 'c' }).text(), 'model_not_found');
});

test('a Fallback asks the provider again that answered the step before', async () => {
  const a = service('A', inTurn(fails(500, 'x'), says('wrong')));
  const b = service('B', inTurn(calls([['c', 'echo', '{"say":"x"}']]), fails(500, 'x')));
  const c = service('C', says('Done.'));
  const fallback = new rivulet.Fallback([a, b, c].map(({ provider }) => provider));
  const reply = runTools(fallback, { messages: MESSAGES, tools: [echo], retries: 0 });
  assert.equal(await reply.text(), 'wrong');
  assert.deepEqual([a, b, c].map((each) => each.calls.length), [2, 2, 0], 'B first in the second step, and then as given');
  assert.deepEqual(reply.steps.map(({ provider }) => provider), ['B', 'A']);
  assert.equal(a.calls[1].body.messages.length, 3);
});

test('the caller\'s arrays and objects stay as they are, and later changes of them have no effect', async () => {
  const a = calling(['c', 'echo', '{"say":"x"}']);
  const messages = [{ role: 'user', content: 'Hi' }];
  const reply = runTools(a.provider, Object.freeze({ messages: Object.freeze(messages.map(Object.freeze)), tools: Object.freeze([echo]) }));
  assert.equal(await reply.text(), 'Done.');
  reply.messages.push('x');
  reply.steps.length = 0;
  assert.deepEqual([reply.messages.length, reply.steps.length], [3, 2]);
  const changing = [{ role: 'user', content: 'Hi' }];
  const b = calling(['c', 'echo', '{"say":"x"}']);
  const later = runTools(b.provider, { messages: changing, tools: [echo] });
  changing[0].content = 'other';
  await later.text();
  assert.equal(b.calls[0].body.messages[0].content, 'Hi');
});

test('each request has the same warnings, and each is told once', async () => {
  const a = service('A', inTurn(calls([['c', 'echo', '{"say":"x"}']]), says('Done.')), rivulet.OpenAiChat);
  const reply = runTools(a.provider, { messages: MESSAGES, tools: [echo], shortcutId: 's' });
  const warnings = (await eventsOf(reply)).filter(({ type }) => type === 'warning');
  assert.equal(warnings.length, 1);
  assert.match(warnings[0].message, /shortcutId/);
});

test('retries are told, and options of a call reach each request', async () => {
  const retries = [];
  const a = service('A', inTurn(fails(503, 'x', { 'retry-after-ms': '1' }), calls([['c', 'echo', '{"say":"x"}']]), says('Done.')));
  const events = await eventsOf(runTools(a.provider, {
    messages: MESSAGES, tools: [echo], retries: 2, temperature: 0.5, onRetry: ({ attempt }) => retries.push(attempt), includeRaw: true, coalesce: true, extra: { user: 'me' },
  }));
  assert.deepEqual([retries, events.filter(({ type }) => type === 'retry').length], [[1], 1]);
  assert.ok(events.some(({ type }) => type === 'raw'));
  assert.deepEqual(a.calls.map(({ body }) => [body.temperature, body.user]), Array(3).fill([0.5, 'me']));
});

test('nothing is left to reject unhandled, and a listener that throws changes nothing', async () => {
  const heard = [];
  const onUnhandled = (error) => heard.push(error);
  process.on('unhandledRejection', onUnhandled);
  try {
    const late = tool({ name: 'late', run: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late')))) });
    const reply = runTools(calling(['a', 'late', '{}'], ['b', 'late', '{}']).provider, { messages: MESSAGES, tools: [late] });
    const first = reply.next();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await reply.return();
    await first;
    const told_ = runTools(calling(['c', 'echo', '{}']).provider, { messages: MESSAGES, tools: [echo], onStep: async () => { throw new Error('mine'); } });
    assert.equal(await told_.text(), 'Done.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  assert.deepEqual(heard, []);
});

/** Strict services of five protocols, which refuse what the real ones refuse: a history without results, without its signatures, in a wrong order. */
const strict = { services: undefined, providers: {} };
before(async () => {
  const services = (strict.services = await startServices({ strict: true }));
  for (const [name, path, defaultModel] of [
    ['OpenAiChat', '/chat/v1', 'gpt-5'], ['OpenAiResponses', '/responses/v1', 'gpt-5'], ['Anthropic', '/anthropic/v1', 'claude-sonnet-4-6'],
    ['Gemini', '/gemini/v1beta', 'gemini-3-pro'], ['Ollama', '/ollama', 'llama3.2'],
  ]) strict.providers[name] = new rivulet[name]({ baseUrl: `${services.url}${path}`, apiKey: SERVICE_KEY, defaultModel, retries: 0 });
});
after(() => {
  strict.services.close();
  assert.deepEqual(strict.services.failures, []);
});

const weather = tool({ name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }, run: ({ city }) => `12 degrees in ${city}` });

test('strict services of each protocol take every step, their reasoning comes back, and a history that was stopped is taken', async () => {
  for (const [name, provider] of Object.entries(strict.providers)) {
    const prompt = [
      '%think Hm.', '%say Wait.', '%call get_weather {"city":"Rom"}', '%call get_weather {"city":"Bern"}', '%call get_weather {"city":', '%then',
      '%think So.', '%call get_weather {"city":"Oslo"}', '%then', '%say It is.',
    ].filter((line) => !(line.endsWith(':') && ['Anthropic', 'Gemini', 'Ollama'].includes(name)))
      // That stub takes a text between the thought and the call for the end of the thought.
      .filter((line) => !(line.startsWith('%say Wait') && name === 'OpenAiResponses')).join('\n');
    const reply = runTools(provider, { messages: prompt, tools: [weather], reasoningEffort: 'high' });
    const events = await eventsOf(reply);
    const said = reply.message.content;
    for (const city of ['Rom', 'Bern', 'Oslo']) assert.ok(said.includes(`result[12 degrees in ${city}]`), `${name}: ${said}`);
    if (['OpenAiResponses', 'Anthropic', 'Gemini'].includes(name)) assert.match(said, /state\[back\]/, name);
    assert.deepEqual(events.filter(({ type }) => type === 'warning'), [], name);
    assert.deepEqual([reply.steps.length, reply.usage.outputTokens], [3, 51], name);
    assert.deepEqual(JSON.parse(JSON.stringify(reply.messages)), reply.messages, name);

    // Stopped while a tool runs.
    let begun;
    const running = new Promise((resolve) => { begun = resolve; });
    const hangs = { ...weather, run: () => new Promise(() => begun()) };
    const stopped = runTools(provider, { messages: prompt, tools: [hangs], reasoningEffort: 'high' });
    const pending = stopped.text();
    await within(SOON, running, name);
    await stopped.return();
    await pending;
    const next = runTools(provider, { messages: [{ role: 'user', content: prompt }, ...stopped.messages, { role: 'user', content: '%say Sure.' }], tools: [weather], reasoningEffort: 'high' });
    assert.match(await next.text(), /^Sure\./, name);
  }
});

/** The messages that a service gets of a history, and how often the tool ran. */
async function continued(assistant, ...rest) {
  let runs = 0;
  const a = service('A', says('Done.'));
  const t = tool({ name: 't', run: () => { runs++; return 'ran'; } });
  await runTools(a.provider, { messages: [...MESSAGES, assistant, ...rest], tools: [t] }).text();
  return { runs, results: a.calls[0].body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content) };
}

test('calls and results of a history are found in each form that the core reads, so that nothing runs twice', async () => {
  const calls = (...ids) => ({ role: 'assistant', content: null, tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 't', arguments: '{}' } })) });
  const old = { runs: 0, results: ['x'] };
  for (const [name, history] of Object.entries({
    'an id that is a number': [calls(1), { role: 'tool', tool_call_id: '1', content: 'x' }],
    'a result without an id': [calls('a'), { role: 'tool', content: 'x' }],
    'a result of the AI SDK': [calls('a'), { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'a', toolName: 't', output: { type: 'text', value: 'x' } }] }],
    'a result of Anthropic': [calls('a'), { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'x' }] }],
    'a flat call': [{ role: 'assistant', content: null, tool_calls: [{ id: 'a', name: 't', arguments: {} }] }, { role: 'tool', tool_call_id: 'a', content: 'x' }],
    'a function of old': [{ role: 'assistant', content: null, function_call: { name: 't', arguments: '{}' } }, { role: 'function', name: 't', content: 'x' }],
  })) assert.deepEqual(await continued(...history), old, name);
  const ran = { runs: 1, results: ['ran'] };
  assert.deepEqual(await continued({ ...calls('a'), role: 'ai' }), ran);
  assert.deepEqual(await continued({ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 't', input: {} }] }), ran);
  assert.deepEqual(await continued({ role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'a', toolName: 't', input: {} }] }), ran);
  // Results of one step in two messages of the user.
  const result = (id) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'x' }] });
  assert.deepEqual(await continued(calls('a', 'b'), result('a'), result('b')), { runs: 0, results: ['x', 'x'] });
});

test('a history with very many open calls costs linear time', async () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
  const asked = { role: 'assistant', content: null, tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'echo', arguments: '{}' } })) };
  const results = ids.slice(50_000).map((id) => ({ role: 'tool', tool_call_id: id, content: 'x' }));
  const approvals = Object.fromEntries(ids.slice(0, 50_000).map((id) => [id, false]));
  const controller = new AbortController();
  const reply = runTools(service('A', mute()).provider, { messages: [...MESSAGES, asked, ...results], tools: [echo], approvals, signal: controller.signal, onWarning: null });
  const started = Date.now();
  const first = reply.events.next();
  await first;
  await reply.return();
  assert.equal(reply.messages.length, 50_000);
  assert.ok(Date.now() - started < 10_000, `${Date.now() - started} ms`);
});

test('whatever a tool throws is told, with the words that are in it', async () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };
  for (const [thrown, wanted] of [
    [revoked(), /^Error: /], [{ get message() { throw new Error('inner'); } }, /^Error: Object/], [{ code: 5, why: 'full' }, /^Error: \{"code":5,"why":"full"\}$/],
    [new AggregateError([new Error('one'), new Error('two')]), /^Error: one; two$/], [undefined, /^Error: undefined$/], [5n, /^Error: bigint$/],
  ]) {
    const a = calling(['c', 'bad', '{}']);
    assert.equal(await runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'bad', run: () => { throw thrown; } })] }).text(), 'Done.');
    assert.match(told(a)[0], wanted);
  }
});

test('an object of a class that shows no members is told as an error, and one without members is as it is', async () => {
  const inner = service('B', says('inner'));
  class Plain {
    a = 1;
  }
  for (const [value, wanted] of [
    [inner.provider.createAsyncGenerator({ messages: 'Hi' }), /^Error: .*JSON has no form for/], [new (class { #a = 1; })(), /^Error: /], [{}, /^\{\}$/], [Object.create(null), /^\{\}$/], [new Plain(), /^\{"a":1\}$/],
  ]) {
    const a = calling(['c', 'give', '{}']);
    await runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'give', run: () => value })] }).text();
    assert.match(told(a)[0], wanted);
  }
});

test('records that look like content parts, and entries that an object cannot hold, stay whole', async () => {
  for (const value of [
    { type: 'image', image: 'cats/1.png', caption: 'A cat' }, [{ type: 'document', source: { id: 1 }, title: 'Bill' }], { type: 'image_url', image_url: { url: 'cat.png' } },
    { type: 'file', data: 'a.b', mimeType: 'text/x' },
  ]) {
    const a = calling(['c', 'give', '{}']);
    await runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'give', run: () => value })] }).text();
    assert.deepEqual(JSON.parse(told(a)[0]), value);
  }
  for (const [value, wanted] of [[new Map([[{ a: 1 }, 1], [{ b: 1 }, 2]]), [[{ a: 1 }, 1], [{ b: 1 }, 2]]], [new URLSearchParams('a=1&a=2'), [['a', '1'], ['a', '2']]], [new Map([['a', 1]]), { a: 1 }]]) {
    const a = calling(['c', 'give', '{}']);
    await runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'give', run: () => value })] }).text();
    assert.deepEqual(JSON.parse(told(a)[0]), wanted);
  }
});

test('a choice that forces a call counts once in the form of any service', async () => {
  for (const toolChoice of ['any', { function: { name: 'echo' } }, { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } }]) {
    const a = calling(['c', 'echo', '{"say":"x"}']);
    await runTools(a.provider, { messages: MESSAGES, tools: [echo], toolChoice }).text();
    assert.deepEqual(a.calls.map(({ body }) => body.tool_choice !== undefined), [true, false], JSON.stringify(toolChoice));
  }
});

test('what cannot be read, and what would be lost, is input', async () => {
  const { provider, calls: sent } = service('A', says('no'));
  class Weather {
    name = 'weather';
    run() {}
  }
  const within_ = { type: 'array' };
  within_.items = within_;
  for (const [options, words] of [
    [{ get messages() { throw new Error('mine'); } }, /cannot be read: mine/], [{ tools: [{ name: 'x', get run() { throw new Error('mine'); } }] }, /cannot be read: mine/],
    [{ tools: [new Weather()] }, /run stands in its class/], [{ approvals: new Map([['a', true]]) }, /approvals must be/], [{ approvals: ['a'] }, /approvals must be/], [{ output: within_ }, /cannot be read/],
  ]) await chatError(runTools(provider, Object.defineProperties({ messages: MESSAGES }, Object.getOwnPropertyDescriptors(options))).text(), 'input', words);
  assert.equal(runTools(undefined, { messages: MESSAGES }).provider, 'Client');
  assert.deepEqual(sent, []);
});

test('an approval counts for none of several calls with its id, and a refusal for all of them', async () => {
  const ran = [];
  const pay = tool({ name: 'pay', needsApproval: true, run: ({ sum }) => { ran.push(sum); } });
  const first = runTools(calling(['c', 'pay', '{"sum":5}'], ['c', 'pay', '{"sum":1000}']).provider, { messages: MESSAGES, tools: [pay] });
  await first.text();
  assert.equal(first.toolCalls.length, 2);
  for (const [answer, words] of [[true, /several calls have the id 'c'/], [false, /denied/]]) {
    const a = service('A', says('Done.'));
    await runTools(a.provider, { messages: [...MESSAGES, ...first.messages], tools: [pay], approvals: { c: answer } }).text();
    assert.deepEqual(told(a).map((content) => words.test(content)), [true, true]);
  }
  assert.deepEqual(ran, []);
});
