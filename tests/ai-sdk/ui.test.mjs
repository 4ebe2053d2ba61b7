// Replies as `useChat` reads them, and its messages as providers read them: with the transports, readers and checks of the real packages.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { chatRoute, chatTransport, fromUIMessages, toUIMessageStream, toUIMessageStreamResponse } from '../../dist/ai-sdk.js';
import { runTools, tool } from '../../dist/tools.js';
import { AiPuffer, ChatError, OpenAiResponses } from '../../dist/index.js';
import { sdk, startStubs } from './helper.mjs';
import { begins, call, end, fails, frame, says, service, streams, text } from '../js/services.mjs';
import { startSite } from '../site/server.mjs';

const ask = (provider, more) => provider.createAsyncGenerator({ messages: 'Hi', ...more });
const user = (words, id = 'u1') => ({ id, role: 'user', parts: [{ type: 'text', text: words }] });
const post = (body, more) => new Request('https://app.example/api/chat', { method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body), ...more });

async function chunksOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Reads a body until it has said this. */
async function saying(reader, words) {
  for (let said = ''; !said.includes(words);) said += new TextDecoder().decode((await reader.read()).value);
}

/** A reply of several steps, as `runTools` of rivulet/tools makes it. */
function run(events, { messages = [], usage, finish = { reason: 'stop' } } = {}) {
  return {
    messages, usage, finish, message: messages.at(-1), conversation: undefined,
    return: async () => {},
    events: (async function* () {
      for (const event of events) {
        if (event instanceof Error) throw event;
        yield event;
      }
    })(),
  };
}

const called = (id, name, args) => [{ type: 'tool-call', id, index: 0, name, arguments: args, done: false }, { type: 'tool-call', id, index: 0, name, arguments: args, done: true }];

/** The message that a version of the SDK makes of a response, with its checks. */
async function messageOf(ai, response, given = [user('Hi')]) {
  const transport = new ai.DefaultChatTransport({ api: 'https://app.example/api/chat', fetch: async () => response });
  const stream = await transport.sendMessages({ chatId: 'c', messages: given, trigger: 'submit-message', abortSignal: undefined, messageId: undefined });
  let error;
  let message;
  const last = given.at(-1);
  for await (const part of ai.readUIMessageStream({ stream, ...(last.role === 'assistant' && { message: structuredClone(last) }), onError: (thrown) => { error = thrown; } })) message = part;
  return { message, error };
}

const plain = (parts) => parts.map(({ type, text: words, state, ...more }) => (words !== undefined ? `${type} ${words}` : state ? `${type} ${state} ${JSON.stringify(more.output ?? more.errorText)}` : type));

for (const major of [5, 6, 7]) {
  test(`ai ${major} reads text, reasoning, tools with results, files and sources of a reply`, async () => {
    const ai = await sdk(major);
    const events = [
      { type: 'reasoning', text: 'Hm.', part: 0 }, { type: 'text', text: 'Wait.' }, ...called('a', 'look', '{"at":1}'),
      { type: 'tool-result', id: 'a', name: 'look', result: { seen: true } },
      ...called('b', 'look', '{"at":2}'), { type: 'tool-result', id: 'b', name: 'look', result: 'no such thing', isError: true },
      { type: 'source', url: 'https://a.example/', title: 'A', source: {} }, { type: 'source', title: 'Paper', source: { filename: 'p.pdf' } },
      { type: 'image', url: 'data:image/png;base64,AAAA' }, { type: 'status', kind: 'k', text: 't' }, { type: 'text', text: 'Done.' }, { type: 'finish', reason: 'stop' },
    ];
    const response = toUIMessageStreamResponse(run(events, { usage: { totalTokens: 7 } }), {
      sendSources: true, onError: (error) => `failed: ${error}`, messageMetadata: ({ part, usage, finishReason }) => ({ [part.type]: [usage?.totalTokens, finishReason] }),
    });
    assert.deepEqual([response.status, response.headers.get('content-type'), response.headers.get('x-vercel-ai-ui-message-stream')], [200, 'text/event-stream', 'v1']);
    const { message, error } = await messageOf(ai, response);
    assert.equal(error, undefined);
    assert.deepEqual(plain(message.parts), [
      'step-start', 'reasoning Hm.', 'text Wait.', 'tool-look output-available {"seen":true}',
      'step-start', 'tool-look output-error "failed: no such thing"', 'step-start', 'source-url', 'source-document', 'file', 'text Done.',
    ]);
    assert.deepEqual(message.metadata, { start: [null, null], finish: [7, 'stop'] });
    // And back again: three answers, each with the results of its calls behind it.
    const back = fromUIMessages([user('Hi'), message], { onWarning: assert.fail });
    assert.deepEqual(back.map(({ role, content, reasoning_content: thought, tool_calls: calls }) => [role, content, thought, calls?.map(({ id, function: { name, arguments: args } }) => [id, name, args])]), [
      ['user', 'Hi', undefined, undefined],
      ['assistant', 'Wait.', 'Hm.', [['a', 'look', '{"at":1}']]], ['tool', '{"seen":true}', undefined, undefined],
      ['assistant', null, undefined, [['b', 'look', '{"at":2}']]], ['tool', 'failed: no such thing', undefined, undefined],
      ['assistant', 'Done.', undefined, undefined],
    ]);
    assert.deepEqual(back.at(-1).images, [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }]);
    const list = ai.convertToModelMessages([user('Hi'), message]);
    assert.equal((await list).length, 6, 'the SDK itself takes the message');
  });

  test(`ai ${major}: errors are hidden unless there is onError, and the text so far stays`, async () => {
    const ai = await sdk(major);
    const failing = () => service('A', streams([text('Hel')], { breaks: new TypeError('secret') })).provider;
    for (const [options, words] of [[{}, 'An error occurred.'], [{ onError: (error) => error.code }, 'network']]) {
      const { message, error } = await messageOf(ai, toUIMessageStreamResponse(ask(failing()), options));
      assert.deepEqual(plain(message.parts), ['step-start', 'text Hel']);
      assert.equal(error.message, words);
    }
    const { error } = await messageOf(ai, toUIMessageStreamResponse(ask(service('A', fails(401, 'invalid_api_key')).provider)));
    assert.equal(error.message, 'An error occurred.');
  });

  test(`ai ${major}: state of the reasoning goes through the page and back to the service`, async () => {
    const ai = await sdk(major);
    const { services, providers } = await startStubs();
    try {
      for (const name of ['anthropic', 'gemini', 'responses']) {
        const prompt = user(['Do as these lines say.', '%think Let me see.', '%call look {"at":1}', '%then', '%say Seen.', '(end)'].join('\n'));
        const tools = [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }];
        const route = chatRoute(providers[name], { call: { tools, reasoningEffort: 'high', ...(name === 'responses' && { extra: { store: false } }) }, onError: String });
        const first = await messageOf(ai, await route(post({ messages: [prompt] })), [prompt]);
        assert.equal(first.error, undefined);
        const part = first.message.parts.find(({ type }) => type === 'tool-look');
        Object.assign(part, { state: 'output-available', output: 'a cat' });
        const sent = JSON.parse(JSON.stringify([prompt, first.message]));
        const second = await messageOf(ai, await route(post({ messages: sent })), sent);
        assert.equal(second.error, undefined);
        assert.match(second.message.parts.at(-1).text, /^Seen\. result\[a cat\] state\[back\]$/, name);
        assert.equal(second.message.id, first.message.id);
        assert.equal(second.message.parts.filter(({ type }) => type === 'step-start').length, 2);
      }
    } finally {
      services.close();
    }
  });
}

test('a page that completes tools by itself is answered once for each result', async () => {
  const ai = await sdk(6);
  const answers = [streams([...call(0, 'c1', 'where', ['{}']), ...end('tool_calls')]), says('In Oslo.')];
  const { provider, calls } = service('A', (...given) => answers.shift()(...given));
  const messages = [user('Where?')];
  const transport = chatTransport(provider, { call: { tools: [{ type: 'function', function: { name: 'where' } }] } });
  for (let asked = 0; asked < 5; asked++) {
    const stream = await transport.sendMessages({ chatId: 'c', messages, trigger: 'submit-message' });
    const last = messages.at(-1);
    let message;
    for await (const given of ai.readUIMessageStream({ stream, ...(last.role === 'assistant' && { message: last }) })) message = given;
    if (last.role === 'assistant') messages.pop();
    messages.push(message);
    const open = message.parts.find(({ state }) => state === 'input-available');
    if (open) Object.assign(open, { state: 'output-available', output: 'Oslo' });
    if (!ai.lastAssistantMessageIsCompleteWithToolCalls({ messages })) break;
  }
  assert.equal(calls.length, 2);
  assert.equal(messages.length, 2);
});

test('arguments that are no JSON are an error of the input, and the message can be sent again', async () => {
  const ai = await sdk(7);
  const { provider } = service('A', streams([...call(0, 'c1', 'where', ['{"a":']), ...end('tool_calls')]));
  const { message, error } = await messageOf(ai, toUIMessageStreamResponse(ask(provider)));
  assert.equal(error, undefined);
  const [, part] = message.parts;
  assert.equal(part.state, 'output-error');
  const back = fromUIMessages([user('Hi'), message]);
  assert.equal(back[1].tool_calls[0].function.arguments, '{"a":');
  assert.equal(back[2].content, 'The arguments are not JSON.');
});

test('a question whether a tool may run goes to the page, and the answer comes back', async () => {
  for (const major of [6, 7]) {
    const ai = await sdk(major);
    const events = [...called('d', 'delete', '{"what":"all"}'), { type: 'tool-approval', id: 'd', name: 'delete', arguments: '{"what":"all"}' }, { type: 'finish', reason: 'tool_calls' }];
    const { message, error } = await messageOf(ai, toUIMessageStreamResponse(run(events)));
    assert.equal(error, undefined);
    const part = message.parts.at(-1);
    assert.equal(part.state, 'approval-requested');
    const answered = (approved, reason) => [user('Hi'), { ...message, parts: [{ type: 'step-start' }, { ...part, state: 'approval-responded', approval: { id: part.approval.id, approved, ...(reason && { reason }) } }] }];
    const seen = [];
    const route = chatRoute(({ messages, approvals }) => {
      seen.push([messages.map(({ role }) => role), approvals]);
      return run([{ type: 'tool-result', id: 'd', name: 'delete', result: 'gone' }, { type: 'text', text: 'Done.' }, { type: 'finish', reason: 'stop' }]);
    });
    for (const [approved, reason] of [[true], [false], [false, 'too much']]) {
      const given = answered(approved, reason);
      const next = await messageOf(ai, await route(post({ messages: given })), given);
      assert.equal(next.error, undefined);
      assert.deepEqual(plain(next.message.parts), ['step-start', 'tool-delete output-available "gone"', 'step-start', 'text Done.']);
    }
    const refused = answered(false, 'too much');
    const denied = await messageOf(ai, toUIMessageStreamResponse(run([{ type: 'tool-result', id: 'd', name: 'delete', result: 'denied', isError: true }, { type: 'text', text: 'Well.' }, { type: 'finish', reason: 'stop' }]), { originalMessages: refused }), refused);
    assert.equal(denied.error, undefined);
    assert.deepEqual(plain(denied.message.parts).filter((part) => part !== 'step-start'), ['tool-delete output-denied undefined', 'text Well.']);
    assert.deepEqual(fromUIMessages([user('Hi'), denied.message])[2], { role: 'tool', tool_call_id: 'd', content: 'too much' });
    assert.deepEqual(seen, [[['user', 'assistant'], { d: true }], [['user', 'assistant'], { d: false }], [['user', 'assistant'], { d: 'too much' }]]);
    // A provider alone runs no tools: it gets the refusal as the result, and a call that was allowed not at all.
    assert.deepEqual(fromUIMessages(answered(false, 'too much'))[2], { role: 'tool', tool_call_id: 'd', content: 'too much' });
    assert.equal(fromUIMessages(answered(true)).length, 1);
  }
});

test('the text that a site gives in the end takes the place of its pieces, or stands beside them', async () => {
  const events = () => [{ type: 'text', text: 'Helo' }, { type: 'replace', text: 'Hello!' }, { type: 'finish', reason: 'stop' }];
  const beside = await chunksOf(toUIMessageStream(run(events())));
  assert.deepEqual(beside.find(({ type }) => type === 'data-replace'), { type: 'data-replace', data: { text: 'Hello!' } });
  const { message, error } = await messageOf(await sdk(7), toUIMessageStreamResponse(run(events()), { resetStep: true }));
  assert.equal(error, undefined);
  assert.deepEqual(plain(message.parts), ['step-start', 'text Hello!']);
  const longer = await chunksOf(toUIMessageStream(run([{ type: 'text', text: 'Hel' }, { type: 'replace', text: 'Hello' }, { type: 'finish', reason: 'stop' }])));
  assert.deepEqual(longer.filter(({ type }) => type === 'text-delta').map(({ delta: piece }) => piece), ['Hel', 'lo']);
});

test('what the page is not to have is not sent', async () => {
  const state = { provider_data: { provider: 'Anthropic', content: [{ own: { type: 'thinking', thinking: 'secret', signature: 's' } }] } };
  const events = () => [{ type: 'reasoning', text: 'secret', part: 0 }, { type: 'text', text: 'Hi' }, { type: 'source', url: 'https://secret.example/', source: {} }, { type: 'finish', reason: 'stop' }];
  const sent = JSON.stringify(await chunksOf(toUIMessageStream(run(events(), { messages: [{ role: 'assistant', content: 'Hi', ...state }] }), { sendReasoning: false })));
  assert.doesNotMatch(sent, /secret/);
  const all = JSON.stringify(await chunksOf(toUIMessageStream(run(events(), { messages: [{ role: 'assistant', content: 'Hi', ...state }] }), { sendSources: true })));
  assert.equal(all.split('secret').length, 4);
});

test('a message has the id of the one that goes on, else the given one, else none', async () => {
  const startOf = async (options) => (await chunksOf(toUIMessageStream(run([{ type: 'finish', reason: 'stop' }]), options)))[0];
  const messages = [user('Hi'), { id: 'a1', role: 'assistant', parts: [] }];
  assert.deepEqual(await startOf({ originalMessages: messages, messageId: 'new' }), { type: 'start', messageId: 'a1' });
  assert.deepEqual(await startOf({ originalMessages: messages.slice(0, 1), messageId: 'new' }), { type: 'start', messageId: 'new' });
  assert.deepEqual(await startOf({ originalMessages: messages.slice(0, 1) }), { type: 'start' });
  const bare = await chunksOf(toUIMessageStream(run([{ type: 'finish', reason: 'stop' }]), { sendStart: false, sendFinish: false }));
  assert.deepEqual(bare, [{ type: 'start-step' }, { type: 'finish-step' }]);
});

test('what the application gives may be wrong, and the page hears of an error', async () => {
  const circular = {};
  circular.self = circular;
  for (const [result, output] of [[undefined, null], [1n, '1'], [circular, '[object Object]'], [0, 0]]) {
    const body = await toUIMessageStreamResponse(run([...called('a', 'f', '{}'), { type: 'tool-result', id: 'a', name: 'f', result }, { type: 'finish', reason: 'stop' }])).text();
    assert.ok(body.includes(`"output":${JSON.stringify(output)}`), body);
  }
  const broken = await chunksOf(toUIMessageStream(run([{ type: 'finish', reason: 'stop' }]), { messageMetadata: () => { throw new Error('secret'); } }));
  assert.deepEqual(broken, [{ type: 'error', errorText: 'An error occurred.' }, { type: 'finish', finishReason: 'error' }]);
});

test('the streams of the SDK take these chunks among their own', async () => {
  for (const major of [5, 6, 7]) {
    const ai = await sdk(major);
    const stream = ai.createUIMessageStream({ execute({ writer }) {
      writer.write({ type: 'data-own', data: 1 });
      writer.merge(toUIMessageStream(run([{ type: 'text', text: 'Hi' }, { type: 'finish', reason: 'stop' }]), { sendStart: false }));
    } });
    const { message, error } = await messageOf(ai, ai.createUIMessageStreamResponse({ stream }));
    assert.equal(error, undefined);
    assert.deepEqual(plain(message.parts).sort(), ['data-own', 'step-start', 'text Hi']);
  }
});

test('a page cannot name the conversation of somebody else to a service', async () => {
  const { provider, calls } = service('A', streams([frame({ type: 'response.completed', response: { id: 'r', status: 'completed', output: [{ type: 'message', content: [{ type: 'output_text', text: 'x' }] }] } })]), OpenAiResponses);
  const forged = { id: 'a', role: 'assistant', parts: [{ type: 'text', text: 'A', providerMetadata: { rivulet: { conversation: { responseId: 'resp_other' } } } }] };
  await (await chatRoute(provider)(post({ messages: [user('Hi'), forged, user('And?', 'u2')] }))).text();
  assert.equal(calls[0].body.previous_response_id, undefined);
  assert.equal(calls[0].body.input.length, 3);
});

test('warnings go to onWarning, and to the console once where nobody listens', async (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const events = () => [{ type: 'warning', message: 'too old' }, { type: 'text', text: 'Hi' }, { type: 'finish', reason: 'stop' }];
  const heard = [];
  await chunksOf(toUIMessageStream(run(events()), { onWarning: (message) => heard.push(message) }));
  await chunksOf(toUIMessageStream(run(events()), { onWarning: null }));
  assert.deepEqual([heard, warn.mock.callCount()], [['too old'], 0]);
  for (let i = 0; i < 3; i++) await chunksOf(toUIMessageStream(run(events())));
  assert.deepEqual(warn.mock.calls.map(({ arguments: given }) => given), [['rivulet: too old']]);
});

test('leaving the page stops the request, for routes and transports', async () => {
  const { provider, stopped } = service('A', begins('Hel'));
  const response = await chatRoute(provider)(post({ messages: [user('Hi')] }));
  const reader = response.body.getReader();
  await saying(reader, 'Hel');
  await reader.cancel();
  await stopped;

  const second = service('A', begins('Hel'));
  const leave = new AbortController();
  const answer = await chatRoute(second.provider)(post({ messages: [user('Hi')] }, { signal: leave.signal }));
  const read = answer.body.getReader();
  await saying(read, 'Hel');
  leave.abort();
  await second.stopped;
  let rest = '';
  for (let part; !(part = await read.read()).done;) rest += new TextDecoder().decode(part.value);
  assert.match(rest, /"type":"abort"/);

  const third = service('A', begins('Hel'));
  const stop = new AbortController();
  const stream = await chatTransport(third.provider).sendMessages({ chatId: 'c', messages: [user('Hi')], abortSignal: stop.signal });
  await assert.rejects(async () => {
    for await (const { type } of stream) if (type === 'text-delta') stop.abort();
  }, { name: 'AbortError' });
  await third.stopped;
});

test('a reply that was made without the signal ends when the page leaves, too', async () => {
  const { provider, stopped } = service('A', begins('Hel'));
  const leave = new AbortController();
  const answer = await chatRoute(({ messages }) => provider.createAsyncGenerator({ messages }))(post({ messages: [user('Hi')] }, { signal: leave.signal }));
  const reader = answer.body.getReader();
  await saying(reader, 'Hel');
  leave.abort();
  await stopped;
});

test('a reply that fails when it is stopped harms nobody', async () => {
  const stubborn = { ...run([{ type: 'text', text: 'Hi' }, { type: 'finish', reason: 'stop' }]), return: async () => { throw new Error('no'); } };
  const leave = new AbortController();
  const response = await chatRoute(() => stubborn)(post({ messages: [user('Hi')] }, { signal: leave.signal }));
  const reader = response.body.getReader();
  await saying(reader, 'Hi');
  leave.abort();
  await reader.cancel();
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('what a function of the application throws is not told to the page', async () => {
  const route = chatRoute(() => {
    throw new ChatError('input', 'the secret is missing');
  });
  await assert.rejects(route(post({ messages: [user('Hi')] })), { code: 'input' });
});

test('a route says what is wrong with a request', async () => {
  const { provider, calls } = service('A', says('Hi'));
  const route = chatRoute(provider, { maxBodyBytes: 1_000, maxMessages: 3, headers: { 'x-own': 'y' }, onWarning: null });
  const wrong = [
    [new Request('https://app.example/'), 405, /POST/],
    [post('{'), 400, /not JSON/], [post('[]'), 400, /object/], [post({}), 400, /messages must be a list/], [post({ messages: [] }), 400, /messages/],
    [post({ messages: [{ role: 'robot', parts: [] }] }), 400, /messages\[0\]\.role/], [post({ messages: [{ role: 'system', parts: [] }] }), 400, /role/],
    [post({ messages: [{ role: 'user', content: 'Hi' }] }), 400, /messages\[0\]\.parts/], [post({ messages: [{ role: 'user', parts: [null] }] }), 400, /parts\[0\]/],
    [post({ messages: [{ role: 'user', parts: [{ type: 'text', text: 7 }] }] }), 400, /parts\[0\]\.text/], [post({ messages: [{ role: 'user', parts: [{ type: 'file' }] }] }), 400, /url/],
    [post({ messages: [{ role: 'assistant', parts: [{ type: 'tool-x', state: 'output-available' }] }] }), 400, /toolCallId/],
    [post({ messages: Array(4).fill(user('Hi')) }), 400, /more than 3/], [post({ messages: [user('x'.repeat(2_000))] }), 413, /1000 bytes/],
  ];
  for (const [request, status, words] of wrong) {
    const response = await route(request);
    assert.equal(response.status, status, String(words));
    assert.equal(response.headers.get('x-own'), 'y');
    assert.match(await response.text(), words);
  }
  assert.equal(calls.length, 0);
  const hidden = await chatRoute(() => new Response('no', { status: 401 }))(post({ messages: [user('Hi')] }));
  assert.equal(hidden.status, 401);
  assert.throws(() => chatRoute({}), ChatError);
  assert.throws(() => chatRoute(provider, { sytem: 'x' }), /did you mean 'system'/);
});

test('what a page sends chooses neither key, model nor options, and a function may look at it', async () => {
  const { provider, calls } = service('A', says('Hi'));
  const body = { id: 'chat', messages: [user('Hi')], trigger: 'submit-message', model: 'dear', apiKey: 'x', temperature: 2, extra: { a: 1 } };
  await (await chatRoute(provider, { system: 'Be brief.', call: { temperature: 0.5 } })(post(body))).text();
  assert.deepEqual([calls[0].body.model, calls[0].body.temperature, calls[0].body.a], ['A-1', 0.5, undefined]);
  assert.deepEqual(calls[0].body.messages, [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }]);
  let seen;
  await (await chatRoute((chat) => (seen = chat, provider))(post(body))).text();
  assert.deepEqual([seen.id, seen.trigger, seen.body], ['chat', 'submit-message', { model: 'dear', apiKey: 'x', temperature: 2, extra: { a: 1 } }]);
  assert.ok(seen.signal instanceof AbortSignal && seen.request instanceof Request);
});

test('parts of every kind: those for the page are left out, and unknown ones with a warning', () => {
  const warnings = [];
  const list = fromUIMessages([
    { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'See ' }, { type: 'file', mediaType: 'application/pdf', url: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' }, { type: 'data-x', data: 1 }] },
    { role: 'assistant', parts: [
      { type: 'step-start' }, { type: 'reasoning', text: 'One.' }, { type: 'reasoning', text: 'Two.' }, { type: 'source-url', url: 'https://a' }, { type: 'source-document' }, { type: 'data-y' },
      { type: 'hologram' }, { type: 'text', text: 'A' }, { type: 'text', text: 'B' },
      { type: 'tool-x', toolCallId: '1', state: 'input-available', input: {} }, { type: 'tool-x', toolCallId: '2', state: 'input-streaming' }, { type: 'tool-x', toolCallId: '3', state: 'output-available', providerExecuted: true, output: 1 },
      { type: 'dynamic-tool', toolName: 'y', toolCallId: '4', state: 'output-denied', input: { a: 1 }, approval: { reason: 'no' } },
      { type: 'steering-message', id: 's', parts: [{ type: 'text', text: 'Faster!' }] }, { type: 'text', text: 'C' },
    ] },
    { role: 'user', parts: [{ type: 'hologram' }] },
    { role: 'assistant', parts: [{ type: 'step-start' }] },
  ], { onWarning: (message) => warnings.push(message) });
  assert.deepEqual(list, [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'See ' }, { type: 'file', data: 'data:application/pdf;base64,AAAA', mediaType: 'application/pdf', filename: 'a.pdf' }] },
    { role: 'assistant', content: 'AB', reasoning_content: 'One.\n\nTwo.', tool_calls: [{ id: '4', type: 'function', function: { name: 'y', arguments: '{"a":1}' } }] },
    { role: 'tool', tool_call_id: '4', content: 'no' },
    { role: 'user', content: 'Faster!' },
    { role: 'assistant', content: 'C' },
  ]);
  assert.equal(warnings.length, 3);
  for (const wrong of ['x', [{ role: 'user', content: 'Hi' }], [{ role: 'robot', parts: [] }]]) assert.throws(() => fromUIMessages(wrong), { code: 'input' });
});

let site;
before(async () => { site = await startSite({ delay: 0 }); });
after(() => site?.close());

test('a WordPress site goes on by its conversation, without a server', async () => {
  const ai = await sdk(7);
  const transport = chatTransport(new AiPuffer({ url: site.url, page: '/chat-puffer/' }));
  const messages = [];
  for (const words of ['first', 'second']) {
    messages.push(user(words, words));
    let message;
    for await (const given of ai.readUIMessageStream({ stream: await transport.sendMessages({ chatId: 'c', messages }) })) message = given;
    assert.match(message.parts.at(-1).text, /^Hello from the stub model/);
    messages.push(message);
  }
  const ids = messages.filter(({ role }) => role === 'assistant').map(({ parts }) => parts.at(-1).providerMetadata.rivulet.conversation);
  assert.deepEqual(Object.values(ids[0])[0], Object.values(ids[1])[0]);
  assert.equal(await transport.reconnectToStream({ chatId: 'c' }), null);
});

test('errors of a transport are those of the provider', async () => {
  const transport = chatTransport(service('A', fails(401, 'invalid_api_key')).provider);
  const stream = await transport.sendMessages({ chatId: 'c', messages: [user('Hi')] });
  await assert.rejects(chunksOf(stream), { name: 'ChatError', code: 'auth' });
  await assert.rejects(transport.sendMessages({ chatId: 'c', messages: [user('Hi')], abortSignal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('only a reply is a reply', () => {
  assert.throws(() => toUIMessageStreamResponse('Hi'), { code: 'input' });
  assert.throws(() => toUIMessageStream(ask(service('A', says('Hi')).provider), { sendSource: true }), /did you mean 'sendSources'/);
});

test('what a hostile page sends is refused as its fault, or costs linear time', async () => {
  const { provider, calls } = service('A', says('Hi'));
  const route = chatRoute(provider, { onWarning: null, maxBodyBytes: 100_000_000 });
  const tool_ = { type: 'tool-x', toolCallId: 'c', state: 'output-error', input: {} };
  for (const part of [
    { ...tool_, errorText: { a: 1 } }, { ...tool_, state: 'output-denied', approval: { approved: false, reason: 5 } }, { ...tool_, toolName: 5 }, { type: 'steering-message', parts: [null] }, { type: 'steering-message', parts: 'abc' },
  ]) assert.equal((await route(post({ messages: [user('x'), { id: 'a', role: 'assistant', parts: [part] }, user('y')] }))).status, 400, JSON.stringify(part));
  assert.equal((await route(post({ messages: [{ id: 'a', role: 'user', parts: [{ type: 'data-x', data: 1 }] }] }))).status, 400);
  const deep = `{"messages":[{"id":"a","role":"assistant","parts":[{"type":"tool-x","toolCallId":"c","state":"output-available","output":1,"input":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}]}`;
  assert.equal((await route(post(deep))).status, 400);
  assert.equal(calls.length, 0);

  const MANY = 150_000;
  const state = { providerMetadata: { rivulet: { conversation: 1 } } };
  for (const make of [() => ({ type: 'text', text: 'x', ...state }), (_, i) => ({ type: 'tool-x', toolCallId: `c${i}`, state: 'output-available', input: {}, output: 1 })]) {
    const started = Date.now();
    const answer = await route(post({ messages: [user('x'), { id: 'a', role: 'assistant', parts: Array.from({ length: MANY }, make) }, user('y')] }));
    assert.match(await answer.text(), /"Hi"/);
    assert.ok(Date.now() - started < 15_000, `${Date.now() - started} ms`);
  }
  const x = tool({ name: 'x', needsApproval: true, run: () => 1 });
  const running = chatRoute(({ messages, approvals }) => runTools(provider, { messages, tools: [x], approvals, onWarning: null }), { maxBodyBytes: 100_000_000 });
  const approved = (_, i) => ({ type: 'tool-x', toolCallId: `c${i}`, state: 'approval-responded', input: {}, approval: { id: 'q', approved: true } });
  const took = [];
  for (const length of [10_000, 80_000]) {
    const started = Date.now();
    assert.match(await (await running(post({ messages: [user('x'), { id: 'a', role: 'assistant', parts: Array.from({ length }, approved) }] }))).text(), /"Hi"/);
    took.push(Date.now() - started);
  }
  assert.ok(took[1] < 25 * took[0], `${took} ms`);
});

test('a listener that throws changes nothing, and what the page gives is not given twice', async () => {
  const boom = () => { throw new Error('mine'); };
  const warned = await chatRoute(service('A', says('Hi')).provider, { onWarning: boom })(post({ messages: [{ id: 'a', role: 'user', parts: [{ type: 'odd' }, { type: 'text', text: 'x' }] }] }));
  assert.match(await warned.text(), /"Hi"/);
  const failed = await chatRoute(service('A', fails(400, 'x')).provider, { onError: boom })(post({ messages: [user('Hi')] }));
  assert.match(await failed.text(), /An error occurred\.[^]*\[DONE\]/);
  for (const name of ['messages', 'signal', 'conversation']) {
    assert.throws(() => chatRoute(service('A', says('Hi')).provider, { call: { [name]: {} } }), { code: 'input', message: new RegExp(name) });
    assert.throws(() => chatTransport(service('A', says('Hi')).provider, { call: { [name]: {} } }), { code: 'input' });
  }
});
