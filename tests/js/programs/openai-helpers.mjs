// What people write with the helpers of the npm package openai. client-helpers.test.mjs runs it as it is, and with
// rivulet/openai-client imported instead. Each function gives plain data: what it saw, in its order.

import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

export function connect(settings) {
  return new OpenAI({ maxRetries: 0, ...settings });
}

const ask = (content, more) => ({ model: 'llm', messages: [{ role: 'user', content }], ...more });

/** Without what differs between two answers of one service. */
const plain = (value) => JSON.parse(JSON.stringify(value ?? null, (key, member) => (['id', 'created', 'created_at', 'usage'].includes(key) ? typeof member : member)));

const CLASSES = [
  'OpenAIError', 'APIError', 'APIConnectionError', 'APIConnectionTimeoutError', 'APIUserAbortError', 'BadRequestError', 'AuthenticationError',
  'PermissionDeniedError', 'NotFoundError', 'ConflictError', 'UnprocessableEntityError', 'RateLimitError', 'InternalServerError',
];

/** The classes that an error is of. */
const classesOf = (error) => CLASSES.filter((name) => error instanceof OpenAI[name]);

async function failure(work) {
  try {
    return { told: plain(await work()) };
  } catch (error) {
    return { classes: classesOf(error), status: error.status, hasWords: error.message.length > 3 };
  }
}

const EVENTS = [
  'connect', 'chunk', 'content', 'content.delta', 'content.done', 'refusal.delta', 'refusal.done', 'logprobs.content.delta', 'logprobs.content.done',
  'tool_calls.function.arguments.delta', 'tool_calls.function.arguments.done', 'chatCompletion', 'message', 'functionToolCall',
  'functionToolCallResult', 'finalChatCompletion', 'finalMessage', 'finalContent', 'finalFunctionToolCall', 'finalFunctionToolCallResult',
  'totalUsage', 'error', 'abort', 'end', 'event',
];

/** Names of all events, one for each run of the same; and what came with those that come once or tell of a whole. */
function watch(stream, names = EVENTS) {
  const seen = { order: [], with: {} };
  for (const name of names) {
    stream.on(name, (...args) => {
      if (seen.order.at(-1) !== name) seen.order.push(name);
      if (['error', 'abort'].includes(name)) seen.with[name] = classesOf(args[0]);
      else if (name !== 'chunk' && name !== 'event') seen.with[name] = plain(args);
    });
  }
  return seen;
}

export async function streamEvents(client) {
  const stream = client.chat.completions.stream(ask('hello', { stream_options: { include_usage: true } }));
  const seen = watch(stream);
  const completion = await stream.finalChatCompletion();
  return {
    seen, completion: plain(completion), message: plain(await stream.finalMessage()), content: await stream.finalContent(),
    usage: await stream.totalUsage(), all: stream.allChatCompletions().length, messages: plain(stream.messages), ended: stream.ended,
    errored: stream.errored, aborted: stream.aborted, call: plain(await stream.finalFunctionToolCall()),
  };
}

export async function streamLoop(client) {
  let text = '';
  const finish = [];
  const stream = client.chat.completions.stream(ask('hello'));
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (chunk.choices[0]?.finish_reason) finish.push(chunk.choices[0].finish_reason);
  }
  return { text, finish, content: await stream.finalContent() };
}

export async function onceOffEmitted(client) {
  const seen = [];
  const stream = client.chat.completions.stream(ask('hello'));
  const never = () => seen.push('never');
  stream.on('content', never).off('content', never).once('content', () => seen.push('once'));
  const message = await stream.emitted('message');
  await stream.done();
  return { seen, message: plain(message) };
}

export async function eventsIterator(client) {
  const texts = [];
  const stream = client.chat.completions.stream(ask('hello'));
  for await (const [delta, snapshot] of stream.events('content')) texts.push([typeof delta, snapshot.length]);
  return { kinds: texts.every(([kind]) => kind === 'string'), last: texts.at(-1)[1] };
}

export async function streamCalls(client) {
  const stream = client.chat.completions.stream(ask('weather', { tools }));
  const seen = watch(stream);
  const completion = await stream.finalChatCompletion();
  return { seen, completion: plain(completion), call: plain(await stream.finalFunctionToolCall()) };
}

export async function streamTextAndCalls(client) {
  const stream = client.chat.completions.stream(ask('both', { tools }));
  const seen = watch(stream);
  return { message: plain(await stream.finalMessage()), seen };
}

export async function streamLogprobs(client) {
  const stream = client.chat.completions.stream(ask('tokens', { logprobs: true, top_logprobs: 1 }));
  const seen = watch(stream);
  return { choices: plain((await stream.finalChatCompletion()).choices), seen };
}

export async function readableStream(client) {
  const stream = client.chat.completions.stream(ask('hello'));
  const text = await new Response(stream.toReadableStream()).text();
  const lines = text.trim().split('\n').map((line) => JSON.parse(line));
  return { text: lines.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), first: plain(lines[0]) };
}

export async function readableStreamOfCreate(client) {
  const stream = await client.chat.completions.create(ask('hello', { stream: true }));
  const text = await new Response(stream.toReadableStream()).text();
  return text.trim().split('\n').map((line) => JSON.parse(line).choices[0]?.delta.content ?? '').join('');
}

export async function tee(client) {
  const stream = await client.chat.completions.create(ask('hello', { stream: true }));
  const read = async (half) => {
    let text = '';
    for await (const { choices } of half) text += choices[0]?.delta.content ?? '';
    return text;
  };
  const [left, right] = stream.tee();
  return { left: await read(left), right: await read(right), again: await failure(() => read(stream)) };
}

// --- parse -----------------------------------------------------------------------------------------------------------

const Event = z.object({ name: z.string(), people: z.array(z.string()), more: z.object({ n: z.number() }) });

export async function parseZod(client) {
  const completion = await client.chat.completions.parse(ask('event', { response_format: zodResponseFormat(Event, 'event') }));
  return plain(completion);
}

export async function parseSchema(client) {
  const format = { type: 'json_schema', json_schema: { name: 'event', strict: true, schema: z.toJSONSchema(Event) } };
  const { choices: [{ message }] } = await client.chat.completions.parse(ask('event', { response_format: format }));
  return plain(message);
}

export async function parseCalls(client) {
  const zod = zodFunction({ name: 'get_weather', parameters: z.object({ city: z.string() }) });
  const strict = { type: 'function', function: { ...tools[0].function, strict: true } };
  const both = [];
  for (const tool of [zod, strict]) {
    const { choices: [{ message }] } = await client.chat.completions.parse(ask('weather', { tools: [tool] }));
    both.push(plain(message));
  }
  return both;
}

export async function parseFailures(client) {
  const response_format = zodResponseFormat(Event, 'event');
  const of = (content, more) => failure(() => client.chat.completions.parse(ask(content, { response_format, ...more })));
  const names = async (content) => client.chat.completions.parse(ask(content, { response_format })).then(() => '', (error) => error.constructor.name);
  return [
    await of('cut'), await of('filtered'), await names('not json'), await names('wrong json'),
    await of('hello', { tools: [tools[0]] }), await names('cut'), await names('filtered'),
  ];
}

export async function streamParsed(client) {
  const stream = client.chat.completions.stream(ask('event', { response_format: zodResponseFormat(Event, 'event') }));
  const partial = [];
  stream.on('content.delta', ({ parsed, snapshot }) => partial.push([snapshot, plain(parsed)]));
  const seen = watch(stream);
  const message = await stream.finalMessage();
  return { partial, seen, message: plain(message) };
}

export async function streamCut(client) {
  const stream = client.chat.completions.stream(ask('cut', { response_format: zodResponseFormat(Event, 'event') }));
  const seen = watch(stream);
  const name = await stream.done().then(() => '', (error) => error.constructor.name);
  return { name, failed: await failure(() => stream.finalMessage()), order: seen.order.filter((each) => each !== 'chunk'), errored: stream.errored };
}

export async function streamParsedCalls(client) {
  const stream = client.chat.completions.stream(ask('weather', { tools: [zodFunction({ name: 'get_weather', parameters: z.object({ city: z.string() }) })] }));
  const seen = watch(stream);
  await stream.done();
  return seen;
}

// --- runTools --------------------------------------------------------------------------------------------------------

const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];

const runnable = (call, more) => [{
  type: 'function',
  function: { name: 'get_weather', description: 'The weather', parameters: tools[0].function.parameters, parse: JSON.parse, function: call, ...more },
}];

const sunny = async ({ city }) => ({ city, sky: `sunny in ${city}` });

async function runs(client, stream, params, options) {
  const runner = client.chat.completions.runTools(ask('weather', { stream, tools: runnable(sunny), ...params }), options);
  const seen = watch(runner);
  const failed = await failure(() => runner.done());
  return {
    seen, failed, messages: plain(runner.messages), all: runner.allChatCompletions().length,
    content: await failure(() => runner.finalContent()), result: await failure(() => runner.finalFunctionToolCallResult()),
  };
}

export const runTools = (client) => runs(client, false);
export const runToolsStreamed = (client) => runs(client, true);
export const runToolsInOrder = (client) => runs(client, false, { parallel_tool_calls: false });
export const runToolsOnce = (client) => runs(client, false, {}, { maxChatCompletions: 1 });
export const runOneTool = (client) => runs(client, false, { tool_choice: { type: 'function', function: { name: 'get_weather' } } });
export const runUnknownTool = (client) => runs(client, false, { tools: runnable(sunny, { name: 'other' }) });
export const runToolThatThrows = (client) => runs(client, false, { tools: runnable(() => { throw new TypeError('no sun'); }) });
export const runToolThatThrowsStreamed = (client) => runs(client, true, { tools: runnable(async () => { throw new TypeError('no sun'); }) });
export const runToolWithoutResult = (client) => runs(client, false, { tools: runnable(() => undefined) });
export const runToolWithArgumentsThatAreWrong = (client) => runs(client, false, { tools: runnable(sunny, { parse: () => { throw new Error('city is not a planet'); } }) });
export const runZodTool = (client) => runs(client, false, { tools: [zodFunction({ name: 'get_weather', parameters: z.object({ city: z.string() }), function: sunny })] });
export const runToolThatAborts = (client) => runs(client, false, { tools: runnable((given, runner) => { runner.abort(); return 'aborted'; }) });
export const runToolThatAbortsStreamed = (client) => runs(client, true, { tools: runnable((given, runner) => { runner.abort(); return 'aborted'; }) });

export async function runToolsWithHooks(client) {
  const finished = [];
  const told = await runs(client, false, {}, { afterCompletion: ({ choices }) => { finished.push(choices[0].finish_reason); } });
  return { finished, content: told.content };
}

export async function runToolsReadable(client) {
  const runner = client.chat.completions.runTools(ask('weather', { stream: true, tools: runnable(sunny) }));
  const text = await new Response(runner.toReadableStream()).text();
  return plain(text.trim().split('\n').map((line) => JSON.parse(line).object.slice(0, 28)).filter((object, i, all) => object !== all[i - 1]));
}

// --- ends that are early ----------------------------------------------------------------------------------------------

export async function streamAbort(client) {
  const stream = client.chat.completions.stream(ask('endless'));
  const seen = watch(stream);
  stream.on('content', () => stream.abort());
  return { failed: await failure(() => stream.done()), order: seen.order, aborted: stream.aborted, with: seen.with.abort };
}

export async function streamAbortBySignal(client) {
  const stop = new AbortController();
  const stream = client.chat.completions.stream(ask('endless'), { signal: stop.signal });
  stream.on('content', () => stop.abort(new Error('enough')));
  return { failed: await failure(() => stream.finalContent()), aborted: stream.aborted, errored: stream.errored };
}

export async function streamBreak(client) {
  const stream = client.chat.completions.stream(ask('endless'));
  let text = '';
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (text) break;
  }
  return { text, failed: await failure(() => stream.done()), aborted: stream.controller.signal.aborted };
}

export async function streamBroken(client) {
  const stream = client.chat.completions.stream(ask('broken'));
  const seen = watch(stream);
  let text = '';
  const failed = await failure(async () => { for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''; });
  return { text, isFailure: failed.classes?.includes('OpenAIError'), order: seen.order, errored: stream.errored };
}

export async function streamRefused(client) {
  const stream = client.chat.completions.stream(ask('limit'));
  const seen = watch(stream);
  return { failed: await failure(() => stream.finalChatCompletion()), order: seen.order, with: seen.with };
}

export async function manyAnswers(client) {
  return failure(() => client.chat.completions.stream(ask('hello', { n: 2 })).done());
}

// --- errors -----------------------------------------------------------------------------------------------------------

export async function errors(client) {
  const of = (content, more) => failure(() => client.chat.completions.create(ask(content, more)));
  return [await of('limit'), await of('limit', { stream: true }), await of('hello', { model: 'other' }), await of('hello', { messages: 'none' })];
}

export async function errorMembers(client) {
  try {
    return await client.chat.completions.create(ask('hello', { model: 'other' }));
  } catch (error) {
    const { status, type, param, error: body } = error;
    return { status, type, param: param ?? null, headers: [typeof error.headers, typeof error.requestID], code: body?.code, isError: error instanceof Error };
  }
}

export async function abortEarly(client) {
  const told = [];
  for (const reason of [undefined, 'a reason', new Error('enough')]) told.push(await failure(() => client.chat.completions.create(ask('hello'), { signal: AbortSignal.abort(reason) })));
  return told;
}

export function ownErrors() {
  const headers = new Headers({ 'x-request-id': 'req-1' });
  const error = new OpenAI.APIError(429, { message: 'slow down', type: 'tokens', param: null, code: 'rate' }, undefined, headers);
  class Mine extends OpenAI.APIError {}
  return {
    ...Object.fromEntries(['status', 'type', 'param', 'requestID', 'message'].map((name) => [name, error[name]])),
    own: classesOf(new OpenAI.RateLimitError(429, {}, 'x', headers)), isMine: new OpenAI.RateLimitError(429, {}, 'x', headers) instanceof Mine,
    mine: new Mine(500, {}, 'x', headers) instanceof Mine, timeout: classesOf(new OpenAI.APIConnectionTimeoutError()),
    abort: classesOf(new OpenAI.APIUserAbortError()), connection: classesOf(new OpenAI.APIConnectionError({ message: 'x' })), names: CLASSES.map((name) => OpenAI[name].name),
  };
}

// --- the promise of a request -----------------------------------------------------------------------------------------

export async function responses(client) {
  const asked = client.chat.completions.create(ask('hello'));
  const { data, response, request_id: id } = await asked.withResponse();
  const raw = await client.chat.completions.create(ask('hello')).asResponse();
  const stream = await client.chat.completions.create(ask('hello', { stream: true })).asResponse();
  return {
    data: plain(data), same: (await asked).id === data.id, status: response.status, id: typeof id, own: typeof data._request_id,
    isHidden: !JSON.stringify(data).includes('_request_id'), raw: plain(await raw.json()), type: stream.headers.get('content-type').split(';')[0],
    ends: (await stream.text()).endsWith('data: [DONE]\n\n'),
  };
}

export async function models(client) {
  const { id, object } = await client.models.retrieve('llm');
  return { id, object, missing: await failure(() => client.models.retrieve('none')) };
}

export async function withOptions(client) {
  const other = client.withOptions({ timeout: 60_000, maxRetries: 1 });
  const { choices } = await other.chat.completions.create(ask('hello'));
  return { isClient: other instanceof OpenAI, isOther: other !== client, text: choices[0].message.content, baseURL: typeof client.baseURL };
}

// --- Responses --------------------------------------------------------------------------------------------------------

export async function respond(client) {
  const response = await client.responses.create({ model: 'llm', instructions: 'Be brief.', input: 'hello' });
  return { text: response.output_text, response: plain(response) };
}

export async function respondWithCalls(client) {
  const tool = { type: 'function', name: 'get_weather', parameters: tools[0].function.parameters, strict: true };
  const first = await client.responses.create({ model: 'llm', input: 'weather', tools: [tool] });
  const input = [{ role: 'user', content: 'weather' }, ...first.output];
  for (const { type, call_id, arguments: json } of first.output) {
    if (type === 'function_call') input.push({ type: 'function_call_output', call_id, output: `sunny in ${JSON.parse(json).city}` });
  }
  const second = await client.responses.create({ model: 'llm', input, tools: [tool] });
  const parsed = await client.responses.parse({ model: 'llm', input: 'weather', tools: [tool] });
  return { first: plain(first.output), text: second.output_text, parsed: plain(parsed.output) };
}

export async function respondInEvents(client) {
  const types = [];
  let text = '';
  for await (const event of await client.responses.create({ model: 'llm', input: 'hello', stream: true })) {
    if (types.at(-1) !== event.type) types.push(event.type);
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  return { types, text };
}

const RESPONSE_EVENTS = [
  'connect', 'response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added', 'response.output_text.delta', 'response.output_text.done',
  'response.content_part.done', 'response.output_item.done', 'response.function_call_arguments.delta', 'response.function_call_arguments.done',
  'response.completed', 'error', 'abort', 'end',
];

export async function respondByStream(client) {
  const told = [];
  for (const input of ['hello', 'weather']) {
    const stream = client.responses.stream({ model: 'llm', input, tools: [{ type: 'function', name: 'get_weather', parameters: {}, strict: true }] });
    const seen = watch(stream, RESPONSE_EVENTS);
    told.push({ response: plain(await stream.finalResponse()), seen });
  }
  return told;
}

export async function respondParsed(client) {
  const text = { format: zodTextFormat(Event, 'event') };
  const response = await client.responses.parse({ model: 'llm', input: 'event', text });
  const stream = client.responses.stream({ model: 'llm', input: 'event', text });
  const cut = await client.responses.parse({ model: 'llm', input: 'cut', text });
  return { cut: [cut.status, cut.output_parsed, plain(cut.output)], parsed: plain(response.output_parsed), output: plain(response.output), streamed: plain((await stream.finalResponse()).output_parsed) };
}

export async function respondAborted(client) {
  const stream = client.responses.stream({ model: 'llm', input: 'endless' });
  stream.on('response.output_text.delta', () => stream.abort());
  return { failed: await failure(() => stream.finalResponse()), aborted: stream.aborted };
}

export async function respondFailed(client) {
  return [await failure(() => client.responses.create({ model: 'llm', input: 'limit' })), await failure(() => client.responses.stream({ model: 'llm', input: 'limit' }).finalResponse())];
}
