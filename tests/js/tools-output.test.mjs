// Answers as objects, and schemas of the libraries that people have: zod 3 and 4, zod/mini, valibot, arktype.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { runTools, tool } from '../../dist/tools.js';
import { chatError, until, within } from './helper.mjs';
import { load } from './packages.mjs';
import { begins, call, end, fails, says, service, streams } from './services.mjs';

const MESSAGES = 'Hi';
const CITY = { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'number' } }, required: ['city'] };

const inTurn = (...answers) => {
  let turn = 0;
  return (...args) => answers[Math.min(turn++, answers.length - 1)](...args);
};

const partials = async (reply) => {
  const all = [];
  for await (const partial of reply.partialObjects) all.push(partial);
  return all;
};

const run = (output, answer, more) => runTools(service('A', answer).provider, { messages: MESSAGES, output, ...more });

/** The schemas of each library: `ok(schema)` is given to us; `bare` is what has no JSON schema of its own. */
const libraries = {};
before(async () => {
  const [zod, mini, { z: zod3 }, valibot, toJson, { type }, { zodToJsonSchema }] = await Promise.all(
    ['zod', 'zod/mini', 'zod-3', 'valibot', '@valibot/to-json-schema', 'arktype', 'zod-to-json-schema'].map(load),
  );
  const ofMini = mini.object({ city: mini.string(), days: mini._default(mini.number(), 2) });
  const ofZod3 = zod3.object({ city: zod3.string(), days: zod3.number().default(2) });
  const ofValibot = valibot.object({ city: valibot.string(), days: valibot.optional(valibot.number(), 2) });
  Object.assign(libraries, {
    zod,
    type,
    schemas: {
      zod: zod.object({ city: zod.string(), days: zod.number().default(2) }),
      'zod/mini': { schema: ofMini, jsonSchema: mini.toJSONSchema(ofMini, { io: 'input' }) },
      'zod 3': { schema: ofZod3, jsonSchema: zodToJsonSchema(ofZod3) },
      valibot: { schema: ofValibot, jsonSchema: toJson.toJsonSchema(ofValibot, { typeMode: 'input' }) },
      'valibot, standard': toJson.toStandardJsonSchema(ofValibot),
      arktype: type({ city: 'string', days: 'number = 2' }),
    },
    bare: { "z.toJSONSchema(schema, { io: 'input' })": ofMini, "'zod-to-json-schema'": ofZod3, "'@valibot/to-json-schema'": ofValibot },
  });
});

test('the arguments of a tool are validated by each library, and run gets what it has made of them', async () => {
  for (const [name, parameters] of Object.entries(libraries.schemas)) {
    const got = [];
    const weather = tool({ name: 'weather', parameters, run: (args) => { got.push(args); } });
    const a = service('A', inTurn(
      streams([...call(0, 'a', 'weather', ['{"city":"Rom"}']), ...call(1, 'b', 'weather', ['{"city":1,"days":"x"}']), ...call(2, 'c', 'weather', ['']), ...end('tool_calls')]),
      says('Done.'),
    ));
    assert.equal(await runTools(a.provider, { messages: MESSAGES, tools: [weather] }).text(), 'Done.');
    assert.deepEqual(got.map((args) => ({ ...args })), [{ city: 'Rom', days: 2 }], name);
    const { parameters: sent } = a.calls[0].body.tools[0].function;
    const { default: _, ...days } = sent.properties.days;
    assert.deepEqual([sent.type, sent.properties.city, days, sent.required, sent.additionalProperties, sent.$schema], ['object', { type: 'string' }, { type: 'number' }, ['city'], false, undefined], name);
    const [, wrong, missing] = a.calls[1].body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
    assert.match(wrong, /^Error: the arguments do not fit the schema: .*city: .*; days: /, name);
    assert.match(missing, /^Error: the arguments do not fit the schema: .*city/, name);
  }
});

test('a schema without JSON Schema is input, with the line to write; so is what is no schema', async () => {
  const tried = (parameters) => chatError((async () => tool({ name: 'x', parameters }))(), 'input');
  for (const [line, schema] of Object.entries(libraries.bare)) {
    const { message } = await tried(schema);
    assert.ok(message.includes('give { schema, jsonSchema } instead') && message.includes(line), message);
  }
  const { zod, type } = libraries;
  for (const [given, words] of [
    [{ a: zod.string() }, /z\.object/], [zod.object({ at: zod.date() }), /has no JSON schema: Date/], [zod.string(), /must describe an object/],
    [{ parse() {}, _def: {} }, /without Standard Schema/], [{ jsonSchema: {} }, /\{ schema, jsonSchema \}/], [42, /must be a JSON schema/], ['x', /must be a JSON schema/],
    [type('string[]'), /must describe an object/],
  ]) assert.match((await tried(given)).message, words);
  await chatError(runTools(service('A', says('x')).provider, { messages: MESSAGES, output: 42 }).object(), 'input', /output must be a JSON schema/);
});

test('validation that takes its time, transforms, and a validator that throws', async () => {
  const { zod } = libraries;
  const parameters = zod.object({ n: zod.string().transform(Number).refine(async (n) => n > 1, 'too small') });
  const thrown = { schema: { '~standard': { version: 1, vendor: 'mine', validate: () => { throw new Error('broken'); } } }, jsonSchema: { type: 'object' } };
  const got = [];
  const a = service('A', inTurn(
    streams([...call(0, 'a', 'f', ['{"n":"5"}']), ...call(1, 'b', 'f', ['{"n":"1"}']), ...call(2, 'c', 'g', ['{}']), ...end('tool_calls')]), says('Done.'),
  ));
  await runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'f', parameters, run: ({ n }) => { got.push(n); } }), tool({ name: 'g', parameters: thrown, run() {} })] }).text();
  assert.deepEqual(got, [5]);
  assert.deepEqual(a.calls[1].body.messages.slice(2).map(({ content }) => content), ['null', 'Error: the arguments do not fit the schema: n: too small', 'Error: broken']);
});

test('objects within schemas of libraries are closed, those that are open on purpose and those of an intersection stay', async () => {
  const { zod } = libraries;
  const inner = zod.object({ a: zod.string() });
  const parameters = zod.object({
    list: zod.array(inner), either: zod.union([inner, zod.string()]), any: zod.record(zod.string(), inner), loose: zod.looseObject({ b: zod.string() }),
  });
  const open = { type: 'object', properties: { a: {} } };
  const jsonSchema = libraries.zod.toJSONSchema(parameters, { io: 'input' });
  jsonSchema.properties.both = { allOf: [open, open] };
  const a = service('A', says('x'));
  await runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 'f', parameters: { schema: parameters, jsonSchema }, run() {} })] }).text();
  const { properties, additionalProperties } = a.calls[0].body.tools[0].function.parameters;
  assert.deepEqual([
    additionalProperties, properties.list.items.additionalProperties, properties.either.anyOf[0].additionalProperties, properties.any.additionalProperties.additionalProperties,
    properties.loose.additionalProperties, properties.both.allOf.map((each) => each.additionalProperties),
  ], [false, false, false, false, {}, [undefined, undefined]]);
});

test('output asks for JSON by the schema, and object() is the validated answer', async () => {
  const a = service('A', says('{"city":', '"Rom"}'));
  const { zod } = libraries;
  const reply = runTools(a.provider, { messages: MESSAGES, output: zod.object({ city: zod.string().toUpperCase(), days: zod.number().default(3) }) });
  assert.deepEqual(await reply.object(), { city: 'ROM', days: 3 });
  assert.equal(await reply.object(), await reply.object(), 'read once, and kept');
  const { type, json_schema: { name, schema } } = a.calls[0].body.response_format;
  assert.deepEqual([type, name, schema.type, schema.required, schema.additionalProperties], ['json_schema', 'output', 'object', ['city'], false]);
  assert.equal(a.calls[0].body.tools, undefined);
  // JSON Schema is sent as it is, and not validated.
  const b = service('B', says('{"degrees":"many"}'));
  assert.deepEqual(await runTools(b.provider, { messages: MESSAGES, output: CITY }).object(), { degrees: 'many' });
  assert.deepEqual(b.calls[0].body.response_format.json_schema.schema, CITY);
});

test('lists and choices at the root are put into an object, and their references stay right', async () => {
  const { zod } = libraries;
  const list = service('A', says('{"elements":[{"a":1},{"a":2}]}'));
  assert.deepEqual(await runTools(list.provider, { messages: MESSAGES, output: zod.array(zod.object({ a: zod.number() })) }).object(), [{ a: 1 }, { a: 2 }]);
  const { schema } = list.calls[0].body.response_format.json_schema;
  assert.deepEqual([schema.type, schema.required, schema.additionalProperties, schema.properties.elements.type], ['object', ['elements'], false, 'array']);
  const choice = service('A', says('{"result":"no"}'));
  assert.equal(await runTools(choice.provider, { messages: MESSAGES, output: zod.enum(['yes', 'no']) }).object(), 'no');
  assert.deepEqual(choice.calls[0].body.response_format.json_schema.schema.properties.result.enum, ['yes', 'no']);
  const union = zod.discriminatedUnion('kind', [zod.object({ kind: zod.literal('a') }), zod.object({ kind: zod.literal('b') })]);
  assert.deepEqual(await run(union, says('{"result":{"kind":"b"}}')).object(), { kind: 'b' });
  // What a service gives that knows no schema.
  assert.deepEqual(await run(zod.array(zod.string()), says('["a"]')).object(), ['a']);
  assert.deepEqual(await run(union, says('{"kind":"a"}')).object(), { kind: 'a' });
  const tree = zod.object({ name: zod.string(), get children() { return zod.array(tree); } });
  const forest = service('A', says('{"elements":[{"name":"a","children":[{"name":"b","children":[]}]}]}'));
  assert.equal((await runTools(forest.provider, { messages: MESSAGES, output: zod.array(tree) }).object())[0].children[0].name, 'b');
  const root = service('A', says('{"result":[[]]}'));
  assert.deepEqual(await runTools(root.provider, { messages: MESSAGES, output: { anyOf: [{ type: 'array', items: { $ref: '#' } }, { $ref: '#/$defs/no' }], $defs: { no: { not: {} } } } }).object(), [[]]);
  const sent = root.calls[0].body.response_format.json_schema.schema;
  assert.deepEqual([sent.properties.result, sent.$defs], [{ anyOf: [{ type: 'array', items: { $ref: '#/properties/result' } }, { $ref: '#/$defs/no' }] }, { no: { not: {} } }]);
});

test('what is no JSON, or does not fit, is an error with the text in it', async () => {
  const { zod } = libraries;
  const city = zod.object({ city: zod.string() });
  for (const [text, words] of [
    ['Rome.', /no JSON/], ['', /no JSON/], ['{"city":', /no JSON/], ['{"city":1}', /does not fit the schema: city: /], ['[]', /does not fit/], ['null', /does not fit/], ['```json\n{"city":\n```', /no JSON/],
  ]) {
    const reply = run(city, says(...text));
    const error = await chatError(reply.object(), 'output', words);
    assert.deepEqual([error.text, error.provider, error.retryable], [text, 'A', false]);
    assert.equal(await reply.object().catch((again) => again), error);
    assert.equal((await chatError(partials(run(city, says(...text))), 'output', words)).text, text);
  }
  const cut = run(city, streams([...'{"city":"R'].map((letter) => `data: ${JSON.stringify({ choices: [{ delta: { content: letter } }] })}\n\n`).concat(end('length'))));
  assert.equal((await chatError(cut.object(), 'output', /it was cut: length/)).text, '{"city":"R');
  assert.deepEqual(cut.finish.reason, 'length');
});

test('an answer in a code fence is understood, with words around it', async () => {
  for (const text of ['```json\n{"city":"Rom"}\n```', '```\n{"city":"Rom"}\n```\n', 'Here you are:\n\n```json\n{"city":"Rom"}\n```\nAnything else?', ' \n{"city":"Rom"}\n', '\ufeff{"city":"Rom"}']) {
    const { zod } = libraries;
    assert.deepEqual(await run(zod.object({ city: zod.string() }), says(...text)).object(), { city: 'Rom' }, text);
    assert.deepEqual((await partials(run(CITY, says(...text)))).at(-1), { city: 'Rom' }, text);
  }
});

test('partialObjects grows letter by letter, and says only what differs', async () => {
  const reply = run(CITY, says(...'{"city": "Rö\\n\\ud83d\\ude00", "degrees": 12 , "dry": true}'));
  assert.deepEqual(await partials(reply), [
    {}, { city: '' }, { city: 'R' }, { city: 'Rö' }, { city: 'Rö\n' }, { city: 'Rö\n😀' }, { city: 'Rö\n😀', degrees: 12 }, { city: 'Rö\n😀', degrees: 12, dry: true },
  ]);
  assert.deepEqual(await reply.object(), { city: 'Rö\n😀', degrees: 12, dry: true });
  assert.deepEqual(await partials(run({ type: 'array' }, says(...'{"elements":["a","b"]}'))), [[], [''], ['a'], ['a', ''], ['a', 'b']]);
  assert.deepEqual(await partials(run({ enum: ['yes', 'no'] }, says(...'{"result":"no"}'))), ['', 'n', 'no']);
  assert.deepEqual(await partials(run({ type: 'integer' }, says('{"result":', '12', '}'))), [12]);
});

test('a long answer costs linear time, and its last object is whole', async () => {
  const { emitted, text } = await (async () => {
    const items = Array.from({ length: 20_000 }, (_, at) => ({ id: at, words: `number ${at}` }));
    const json = JSON.stringify({ elements: items });
    const pieces = json.match(/[^]{1,40}/g);
    const reply = run({ type: 'array' }, says(...pieces));
    let count = 0;
    let last;
    for await (const partial of reply.partialObjects) {
      count++;
      last = partial;
    }
    assert.deepEqual(last, items);
    return { emitted: count, text: json.length };
  })();
  assert.ok(text > 600_000 && emitted < 700, `${emitted} objects of ${text} letters`);
});

test('tools and output work together: the object is that of the last step', async () => {
  const echo = tool({ name: 'echo', run: () => 'x' });
  const a = () => service('A', inTurn(streams([`data: ${JSON.stringify({ choices: [{ delta: { content: 'Let me see.' } }] })}\n\n`, ...call(0, 'c', 'echo', ['{}']), ...end('tool_calls')]), says('{"ci', 'ty":"Rom"}')));
  const reply = runTools(a().provider, { messages: MESSAGES, tools: [echo], output: CITY });
  assert.deepEqual(await partials(reply), [{}, { city: 'Rom' }]);
  assert.equal(reply.messages.length, 3);
  const b = a();
  assert.deepEqual(await runTools(b.provider, { messages: MESSAGES, tools: [echo], output: CITY }).object(), { city: 'Rom' });
  assert.ok(b.calls.every(({ body }) => body.response_format && body.tools));
  const limited = runTools(a().provider, { messages: MESSAGES, tools: [echo], output: CITY, maxSteps: 1 });
  await chatError(limited.object(), 'output', /ended with calls of tools/);
});

test('object() beside another reading waits for its end, and fails as it does', async () => {
  const reply = run(CITY, says('{"city":', '"Rom"}'));
  const events = [];
  for await (const event of reply.events) {
    events.push(event.type);
    if (events.length === 1) events.push(reply.object());
  }
  assert.deepEqual(await within(5_000, events[1], 'the object'), { city: 'Rom' });
  assert.deepEqual(await reply.object(), { city: 'Rom' });

  const failing = run(CITY, fails(401, 'invalid_api_key'));
  const both = await Promise.allSettled([failing.text(), failing.object()]);
  assert.deepEqual(both.map(({ reason }) => reason?.code), ['auth', 'auth']);
  await chatError(failing.object(), 'auth');

  const left = run(CITY, begins('{"city":', '"R'));
  for await (const partial of left.partialObjects) if (partial.city === undefined) break;
  await chatError(within(5_000, left.object(), 'the end'), 'output', /left before its end/);

  const reason = new Error('mine');
  const controller = new AbortController();
  const aborted = run(CITY, begins('{"city":', '"R'), { signal: controller.signal });
  const pending = aborted.object();
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(within(5_000, pending, 'the abort'), reason);
});

test('without output, object() and partialObjects are input', async () => {
  const reply = run(undefined, says('{}'));
  await chatError(reply.object(), 'input', /need the option output/);
  await chatError(partials(reply), 'input', /need the option output/);
  assert.deepEqual(await until(reply), { pieces: ['{}'], error: undefined }, 'it can still be read');
  await chatError(service('A', says('x')).provider.createAsync({ messages: MESSAGES, output: CITY }), 'input', /runTools of rivulet\/tools/);
});

test('object() goes on where partialObjects was left, and an abort ends its waiting for another reader', async () => {
  const left = run(CITY, says('{"city":"Ro', 'm"', '}'));
  const { value } = await left.partialObjects.next();
  assert.deepEqual([value, await within(5_000, left.object(), 'object()')], [{ city: 'Ro' }, { city: 'Rom' }]);
  const both = run(CITY, says('{"city":"Ro', 'm"', '}'));
  const all = both.partialObjects;
  await all.next();
  assert.deepEqual(await Promise.all([both.object(), all.next()]), [{ city: 'Rom' }, { value: { city: 'Rom' }, done: false }]);
  const controller = new AbortController();
  const reason = new Error('mine');
  const waits = run(CITY, begins('{"city":'), { signal: controller.signal });
  await waits.next();
  waits[Symbol.asyncIterator]();
  const pending = waits.object();
  controller.abort(reason);
  await assert.rejects(within(5_000, pending, 'the abort'), reason);

  // The time for the whole run ends the waiting, too, and the reader still gets the error.
  const late = run(CITY, begins('{"city":', '"Rom'), { timeout: 100 });
  late[Symbol.asyncIterator]();
  assert.equal((await late.next()).value, '{"city":');
  await chatError(within(5_000, late.object(), 'the limit'), 'timeout', /timeout\.total/);
  await chatError(late.next(), 'timeout', /timeout\.total/);
});

test('an abort ends a validation that takes forever', async () => {
  const schema = { '~standard': { version: 1, vendor: 'mine', validate: () => new Promise(() => {}), jsonSchema: { input: () => ({ type: 'object' }) } } };
  const controller = new AbortController();
  const reason = new Error('mine');
  const reply = run(schema, says('{}'), { signal: controller.signal });
  const pending = reply.object();
  while (reply.finish === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(reason);
  await assert.rejects(within(5_000, pending, 'the abort'), reason);
});

test('JSON is found behind and before words, and in fences of any form', async () => {
  for (const answer of [
    'Here it is: {"city":"Rom"}', '{"city":"Rom"} I hope it helps.', '```{"city":"Rom"}```', '```json\n{"city":"Rom"}```', '~~~json\n{"city":"Rom"}\n~~~', '[Answer]\n```json\n{"city":"Rom"}\n```',
  ]) assert.deepEqual(await run(CITY, says(answer)).object(), { city: 'Rom' }, answer);
  await chatError(run(CITY, says('I cannot say {that}.')).object(), 'output', /no JSON/);
  const long = 'a'.repeat(300_000);
  const started = Date.now();
  await chatError(run(CITY, says(`${long}}${long}`)).object(), 'output', /no JSON/);
  assert.ok(Date.now() - started < 5_000);
});

test('a choice with a member that the wrapping has, too, is taken as it is', async () => {
  const { zod: z } = libraries;
  const choice = z.union([z.object({ result: z.string() }), z.object({ error: z.string() })]);
  assert.deepEqual(await run(choice, says('{"result":"x"}')).object(), { result: 'x' });
  assert.deepEqual(await run(choice, says('{"result":{"result":"x"}}')).object(), { result: 'x' });
});

test('of very many things that are wrong the model is told the first', async () => {
  const { zod: z } = libraries;
  const list = tool({ name: 'list', parameters: z.object({ of: z.array(z.number()) }), run: () => 1 });
  const given = JSON.stringify({ of: Array(1_000).fill('x') });
  const reply = runTools(service('A', inTurn(streams([...call(0, 'a', 'list', [given]), ...end('tool_calls')]), says('Done.'))).provider, { messages: MESSAGES, tools: [list] });
  await reply.text();
  assert.match(reply.messages[1].content, /of\.19: [^;]*; and 980 more$/);
});

test('a schema of a library that refers to itself as an object is input', async () => {
  const { zod: z } = libraries;
  const jsonSchema = { type: 'object' };
  jsonSchema.properties = { inner: jsonSchema };
  await chatError(run({ schema: z.object({}), jsonSchema }, says('{}')).object(), 'input', /cannot be read/);
});

test('the parameters of a tool have an object at their root, also where the schema has a name or is a choice', async () => {
  const { zod: z } = libraries;
  const sent = (parameters) => {
    const a = service('A', says('Done.'));
    return runTools(a.provider, { messages: MESSAGES, tools: [tool({ name: 't', parameters })], onWarning: null }).text().then(() => a.calls[0].body.tools[0].function.parameters);
  };
  const named = await sent(z.object({ a: z.string() }).meta({ id: 'Named' }));
  assert.deepEqual([named.type, Object.keys(named.properties), named.$ref], ['object', ['a'], undefined]);
  const choice = await sent(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]));
  assert.deepEqual([choice.type, choice.anyOf.length], ['object', 2]);
  assert.deepEqual(await sent({}), {});
});
