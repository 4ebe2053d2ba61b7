// The tools of an MCP server in `runTools`: the SDK's own client and server, joined in memory.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { mcpTools, runTools } from '../../dist/tools.js';
import { chatError, within } from './helper.mjs';
import { load } from './packages.mjs';
import { call, end, says, service, streams } from './services.mjs';

const PNG = 'iVBORw0KGgo=';
const PDF = Buffer.from('%PDF-1.7').toString('base64');

let sdk;
before(async () => {
  const [{ Client }, { McpServer }, { Server }, { InMemoryTransport }, types, zod] = await Promise.all([
    'client/index.js', 'server/mcp.js', 'server/index.js', 'inMemory.js', 'types.js',
  ].map((name) => load(`@modelcontextprotocol/sdk/${name}`)).concat(load('zod')));
  sdk = { Client, McpServer, Server, InMemoryTransport, types, zod };
});

async function connected(server) {
  const [near, far] = sdk.InMemoryTransport.createLinkedPair();
  const client = new sdk.Client({ name: 'test', version: '1.0.0' });
  await Promise.all([server.connect(far), client.connect(near)]);
  return client;
}

/** A server with these tools: `{ name: { config, run } }`. */
function serverOf(tools) {
  const server = new sdk.McpServer({ name: 'test', version: '1.0.0' });
  for (const [name, { run, ...config }] of Object.entries(tools)) server.registerTool(name, config, run);
  return connected(server);
}

/** Has the model call the tool, and gives its message, and what the service was asked. */
async function called(tools, name, given = '{}', more = {}) {
  let turn = 0;
  const a = service('A', (...args) => (turn++ === 0 ? streams([...call(0, 'c', name, [given]), ...end('tool_calls')]) : says('Done.'))(...args));
  const reply = runTools(a.provider, { messages: 'Hi', tools, ...more });
  await reply.text();
  return { message: reply.messages[1], sent: a.calls[0].body.tools, last: a.calls.at(-1).body.messages };
}

test('names, descriptions and schemas are told, and calls reach the server with their arguments', async () => {
  const { z } = sdk.zod;
  const client = await serverOf({
    add: { title: 'Sum', description: 'Adds', inputSchema: { a: z.number(), b: z.number().optional() }, run: ({ a, b = 1 }) => ({ content: [{ type: 'text', text: String(a + b) }] }) },
    'time.now': { title: 'The time', inputSchema: {}, run: () => ({ content: [{ type: 'text', text: 'noon' }] }) },
  });
  const tools = await mcpTools(client);
  assert.deepEqual(tools.map(({ name, description }) => [name, description]), [['add', 'Adds'], ['time_now', 'The time']]);
  const { message, sent } = await called(tools, 'add', '{"a":2,"b":3}');
  assert.deepEqual(message, { role: 'tool', tool_call_id: 'c', content: '5' });
  const { $schema, ...parameters } = sent[0].function.parameters;
  assert.deepEqual([$schema, parameters.type, parameters.required, parameters.properties.a], [undefined, 'object', ['a'], { type: 'number' }]);
  assert.deepEqual((await called(tools, 'time_now')).message.content, 'noon', 'by the name that services take');
  assert.deepEqual((await mcpTools(client, { prefix: 'x_' })).map(({ name }) => name), ['x_add', 'x_time_now']);
});

test('errors of the server are told as errors: thrown, marked, wrong arguments', async () => {
  const { z } = sdk.zod;
  const tools = await mcpTools(await serverOf({
    throws: { inputSchema: {}, run: () => { throw new Error('out of milk'); } },
    marks: { inputSchema: {}, run: () => ({ isError: true, content: [{ type: 'text', text: 'no such file' }] }) },
    draws: { inputSchema: {}, run: () => ({ isError: true, content: [{ type: 'text', text: 'see' }, { type: 'image', data: PNG, mimeType: 'image/png' }] }) },
    silent: { inputSchema: {}, run: () => ({ isError: true, content: [] }) },
    strict: { inputSchema: { a: z.number() }, run: () => ({ content: [] }) },
  }));
  for (const [name, content] of [
    ['throws', /^Error: out of milk$/], ['marks', /^Error: no such file$/], ['silent', /^Error: the tool failed, and does not say why$/], ['strict', /^Error: .*a/s],
  ]) {
    const { message } = await called(tools, name);
    assert.match(message.content, content);
    assert.equal(message.is_error, true);
  }
  const { message } = await called(tools, 'draws');
  assert.deepEqual([message.is_error, message.content.map(({ type, text }) => text ?? type)], [true, ['Error:', 'see', 'image']]);
});

test('texts, pictures, audio, resources and links: nothing is lost', async () => {
  const structured = { city: 'Rom', degrees: 12 };
  const text = (words) => ({ type: 'text', text: words });
  const blob = (uri, mimeType, data) => ({ type: 'resource', resource: { uri, mimeType, blob: data } });
  const base64 = (words) => Buffer.from(words).toString('base64');
  const link = { type: 'resource_link', uri: 'file:///b', name: 'b' };
  const cases = [
    [[text('a')], 'a'],
    [[text('a'), text('b')], 'a\n\nb'],
    [[], ''],
    [[{ type: 'resource', resource: { uri: 'file:///a.txt', mimeType: 'text/plain', text: 'words' } }], 'file:///a.txt:\nwords'],
    [[blob('file:///a.json', 'application/json', base64('{"é":1}'))], 'file:///a.json:\n{"é":1}'],
    [[link], '{"name":"b","uri":"file:///b","type":"resource_link"}'],
    [[text('a'), { type: 'image', data: PNG, mimeType: 'image/png' }], [text('a'), { type: 'image', data: PNG, mimeType: 'image/png' }]],
    [[blob('file:///p.png', 'image/png', PNG)], [{ type: 'image', data: PNG, mimeType: 'image/png' }]],
    [[blob('file:///x/p.pdf?1', 'application/pdf', PDF)], [{ type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}`, filename: 'p.pdf' } }]],
    [[{ type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }], [{ type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }]],
    [[blob('file:///z', 'application/zip', 'UEs=')], '{"uri":"file:///z","mimeType":"application/zip","blob":"UEs="}'],
  ];
  let result;
  const tools = await mcpTools(await serverOf({ give: { inputSchema: {}, run: () => result } }));
  for (const [content, wanted] of cases) {
    result = { content };
    assert.deepEqual((await called(tools, 'give')).message.content, wanted);
  }
  for (const [content, wanted] of [
    [[text(JSON.stringify(structured))], JSON.stringify(structured)], [[text('warm')], `warm\n\n${JSON.stringify(structured)}`], [[], JSON.stringify(structured)],
  ]) {
    result = { content, structuredContent: structured };
    assert.deepEqual((await called(tools, 'give')).message.content, wanted);
  }
  // A service of Chat Completions gets the picture behind the results.
  result = { content: [{ type: 'image', data: PNG, mimeType: 'image/png' }] };
  const { last } = await called(tools, 'give');
  assert.deepEqual(last.at(-1).content[1], { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } });
});

test('all pages of the list are read, and tools whose names become the same stay apart', async () => {
  const { ListToolsRequestSchema, CallToolRequestSchema } = sdk.types;
  const names = ['a.b', 'a/b', 'a_b', 'x'.repeat(100), `${'x'.repeat(100)}y`];
  const server = new sdk.Server({ name: 'test', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const at = Number(params?.cursor ?? 0);
    return { tools: [{ name: names[at], inputSchema: { type: 'object' }, annotations: { destructiveHint: at === 1 } }], ...(at + 1 < names.length && { nextCursor: String(at + 1) }) };
  });
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({ content: [{ type: 'text', text: params.name }] }));
  const client = await connected(server);
  const tools = await mcpTools(client);
  assert.deepEqual(tools.map(({ name }) => name), ['a_b', 'a__b', 'a_b_2', 'x'.repeat(64), `${'x'.repeat(62)}_2`]);
  for (const [at, { name }] of tools.entries()) assert.equal((await called(tools, name)).message.content, names[at]);
  const guarded = await mcpTools(client, { needsApproval: ({ annotations }) => annotations.destructiveHint });
  assert.deepEqual(guarded.map(({ needsApproval }) => needsApproval), [false, true, false, false, false]);
});

test('an abort stops the call at the server, and a timeout is told to the model', async () => {
  let begun;
  const running = new Promise((resolve) => { begun = resolve; });
  let stopped;
  const cancelled = new Promise((resolve) => { stopped = resolve; });
  const client = await serverOf({ hangs: { inputSchema: {}, run: (_, { signal }) => new Promise(() => { signal.addEventListener('abort', stopped); begun(); }) } });
  const controller = new AbortController();
  const reason = new Error('mine');
  const pending = called(await mcpTools(client), 'hangs', '{}', { signal: controller.signal });
  await within(5_000, running, 'the call');
  controller.abort(reason);
  await assert.rejects(pending, reason);
  await within(5_000, cancelled, 'the server hears of it');
  const { message } = await called(await mcpTools(client, { timeout: 50 }), 'hangs');
  assert.match(message.content, /^Error: .*timed out/i);
});

test('what is no client, and wrong options, are input', async () => {
  for (const client of [undefined, {}, { tools: () => {} }]) await chatError(mcpTools(client), 'input', /Client of '@modelcontextprotocol\/sdk'/);
  const client = await serverOf({ a: { inputSchema: {}, run: () => ({ content: [] }) } });
  for (const [options, words] of [[{ timeOut: 1 }, /did you mean 'timeout'/], [{ timeout: 0 }, /above 0/], [{ prefix: 1 }, /prefix must be/], [{ needsApproval: 'x' }, /needsApproval must be/]]) {
    await chatError(mcpTools(client, options), 'input', words);
  }
});

test('content that the protocol has no form for is told as JSON, and the rest stays', async () => {
  const content = [null, { type: 'text', text: 5 }, { type: 'image', data: 5, mimeType: 'x' }, { type: 'text', text: 'seen' }];
  const client = { listTools: async () => ({ tools: [{ name: 'odd', inputSchema: { type: 'object' } }] }), callTool: async () => ({ content }) };
  const { message } = await called(await mcpTools(client), 'odd');
  assert.equal(message.content, ['null', '{"type":"text","text":5}', '{"type":"image","data":5,"mimeType":"x"}', 'seen'].join('\n\n'));
});

test('a list without an end, or with very many tools, is told, and a promise is no approval', async () => {
  const client = (listTools) => ({ listTools, callTool: async () => ({ content: [] }) });
  let page = 0;
  await chatError(mcpTools(client(async () => ({ tools: [{ name: `t${page}`, inputSchema: { type: 'object' } }], nextCursor: String(++page % 3) }))), 'too_large', /more than 100 pages/);
  const many = Array.from({ length: 200_000 }, (_, i) => ({ name: `t${i}`, inputSchema: { type: 'object' } }));
  assert.equal((await mcpTools(client(async () => ({ tools: many, nextCursor: null })))).length, 200_000);
  const one = client(async () => ({ tools: many.slice(0, 1) }));
  await chatError(mcpTools(one, { needsApproval: async () => true }), 'input', /promise/);
  assert.equal((await mcpTools(one, { needsApproval: () => 'yes' }))[0].needsApproval, true);
});
