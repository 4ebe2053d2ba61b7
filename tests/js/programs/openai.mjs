// What people write for the npm package openai. client.test.mjs runs it as it is, and with rivulet's Client imported instead.

import OpenAI from 'openai';

export function connect(settings) {
  return new OpenAI({ maxRetries: 0, ...settings });
}

const ask = (content, more) => ({ model: 'llm', messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user', content }], ...more });

export async function stream(client) {
  const chunks = await client.chat.completions.create(ask('hello', { stream: true, stream_options: { include_usage: true } }));
  const told = { text: '', reasoning: '', roles: [], finish: [], objects: new Set(), usage: undefined };
  for await (const chunk of chunks) {
    told.objects.add(`${chunk.object} of ${chunk.model}, ${typeof chunk.id}, ${typeof chunk.created}`);
    told.usage = chunk.usage ?? told.usage;
    const [choice] = chunk.choices;
    if (!choice) continue;
    if (choice.delta.role) told.roles.push(choice.delta.role);
    if (choice.finish_reason) told.finish.push(choice.finish_reason);
    told.text += choice.delta.content ?? '';
    told.reasoning += choice.delta.reasoning_content ?? '';
  }
  return { ...told, objects: [...told.objects], aborted: chunks.controller.signal.aborted };
}

export async function whole(client) {
  const { id, created, ...completion } = await client.chat.completions.create(ask('hello', { temperature: 0, max_completion_tokens: 9, stop: ['\n'] }));
  return { id: typeof id, created: typeof created, ...completion };
}

const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];

async function answer(client, messages, message) {
  messages.push(message);
  for (const call of message.tool_calls) {
    messages.push({ role: 'tool', tool_call_id: call.id, content: `sunny in ${JSON.parse(call.function.arguments).city}` });
  }
  const { choices } = await client.chat.completions.create({ model: 'llm', messages, tools });
  return [choices[0].message.content, choices[0].finish_reason];
}

export async function callTools(client) {
  const { messages } = ask('weather');
  const { choices: [{ message, finish_reason: finish }] } = await client.chat.completions.create({ model: 'llm', messages, tools, tool_choice: 'auto' });
  return { message: structuredClone(message), finish, answer: await answer(client, messages, message) };
}

export async function callToolsInPieces(client) {
  const { messages } = ask('weather');
  const calls = [];
  for await (const chunk of await client.chat.completions.create({ model: 'llm', messages, tools, stream: true })) {
    for (const { index, ...piece } of chunk.choices[0]?.delta.tool_calls ?? []) {
      calls[index] ??= { id: piece.id, type: piece.type, function: { name: piece.function.name, arguments: '' } };
      calls[index].function.arguments += piece.function.arguments ?? '';
    }
  }
  return { calls: structuredClone(calls), answer: await answer(client, messages, { role: 'assistant', content: null, tool_calls: calls }) };
}

const endless = (client, options) => client.chat.completions.create(ask('endless', { stream: true }), options);

/** Reads the first text and does something to the stream; then how it ended. */
async function until(chunks, act) {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (text && act() === 'break') break;
  }
  return { text, aborted: chunks.controller.signal.aborted };
}

export async function abortBySignal(client) {
  const stop = new AbortController();
  return until(await endless(client, { signal: stop.signal }), () => stop.abort());
}

export async function abortByController(client) {
  const chunks = await endless(client);
  return until(chunks, () => chunks.controller.abort());
}

export async function leave(client) {
  return until(await endless(client), () => 'break');
}

export async function abortEarly(client) {
  return endless(client, { signal: AbortSignal.abort() }).then(() => 'no error', () => 'an error');
}

async function failure(promise) {
  try {
    return await promise;
  } catch (error) {
    const { status, code, message } = error;
    return { status, code, isOurs: error instanceof OpenAI.APIError, isError: error instanceof Error, hasWords: message.length > 5 };
  }
}

export async function fail(client) {
  const create = (body, more) => failure(client.chat.completions.create({ ...body, ...more }));
  return [
    await create(ask('limit')), await create(ask('limit', { stream: true })), await create(ask('hello', { model: 'other' })),
  ];
}

export async function failInTheMiddle(client) {
  const chunks = await client.chat.completions.create(ask('broken', { stream: true }));
  let text = '';
  const loop = async () => {
    for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
  };
  return [(await failure(loop())).isOurs, text];
}

export async function list(client) {
  const ids = [];
  for await (const model of client.models.list()) ids.push([model.id, model.object]);
  const { data } = await client.models.list();
  return { ids, same: data.every(({ id }, i) => id === ids[i][0]) };
}
