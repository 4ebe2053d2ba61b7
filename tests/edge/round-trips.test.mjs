// A round trip with tools by each client: the model calls, the client's functions answer, the model has the last word.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText as xsaiStreamText } from '@xsai/stream-text';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { OpenAiChat } from '../../dist/index.js';
import { KEY, MESSAGES } from './helper.mjs';
import { CALLED, calls, startUpstream, text, TOOLS } from './upstream.mjs';

let upstream;

before(async () => {
  upstream = await startUpstream();
});
after(() => upstream.close());
beforeEach(() => upstream.clear());

const reach = (url, init) => {
  const llm = new OpenAiChat({ baseUrl: upstream.url, apiKey: 'sk-of-the-service', models: ['gpt-4o'], retries: 0 });
  return createHandler({ providers: { llm }, authorize: [KEY] })(new Request(url, init));
};
const sdk = { baseURL: 'https://edge.example/v1', apiKey: KEY, fetch: reach };
const client = () => new OpenAI({ ...sdk, maxRetries: 0 });

const aiSdk = {
  'ai, openai-compatible': [() => createOpenAICompatible({ name: 'rivulet', ...sdk })('llm')],
  'ai, openai.chat': [() => createOpenAI(sdk).chat('llm')],
  'ai, openai (responses)': [() => createOpenAI(sdk)('llm'), { openai: { store: false } }],
};

const RESPONSE_TOOLS = [{ type: 'function', ...TOOLS[0].function, strict: false }];

/** A round trip of each client as its documentation has it: calls, results, the last text. `look` is what the tool does. */
const ROUND_TRIPS = {
  ...Object.fromEntries(Object.entries(aiSdk).flatMap(([name, [model, providerOptions]]) => {
    const given = (look) => ({
      model: model(), prompt: 'Weather?', stopWhen: stepCountIs(3), maxRetries: 0, providerOptions,
      tools: { get_weather: tool({ inputSchema: jsonSchema(TOOLS[0].function.parameters), execute: look }) },
    });
    return [
      [`${name}: generateText`, async (look) => (await generateText(given(look))).text],
      [`${name}: streamText`, (look) => streamText({ ...given(look), onError({ error }) { throw error; } }).text],
    ];
  })),
  ...Object.fromEntries([true, false].map((stream) => [`openai: runTools, ${stream ? 'streamed' : 'whole'}`, (look) => {
    const run = { ...TOOLS[0].function, parse: JSON.parse, function: look };
    return client().chat.completions.runTools({ model: 'llm', messages: MESSAGES, stream, tools: [{ type: 'function', function: run }] }).finalContent();
  }])),
  async 'openai: raw chunks, put together by hand'(look) {
    const messages = [...MESSAGES];
    for (;;) {
      const turn = { role: 'assistant', content: '', tool_calls: [] };
      for await (const { choices } of await client().chat.completions.create({ model: 'llm', messages, tools: TOOLS, stream: true })) {
        const { content, tool_calls: pieces = [] } = choices[0].delta;
        turn.content += content ?? '';
        for (const { index, ...piece } of pieces) {
          if (turn.tool_calls[index]) turn.tool_calls[index].function.arguments += piece.function.arguments;
          else turn.tool_calls[index] = piece;
        }
      }
      if (turn.tool_calls.length === 0) return turn.content;
      messages.push(turn);
      for (const { id, function: { arguments: given } } of turn.tool_calls) {
        messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(await look(JSON.parse(given))) });
      }
    }
  },
  async 'openai: responses, streamed'(look) {
    const input = [{ role: 'user', content: 'Weather?' }];
    for (;;) {
      const calls = [];
      let text = '';
      for await (const event of await client().responses.create({ model: 'llm', input, tools: RESPONSE_TOOLS, stream: true })) {
        if (event.type === 'response.output_text.delta') text += event.delta;
        if (event.type === 'response.output_item.done' && event.item.type === 'function_call') calls.push(event.item);
      }
      if (calls.length === 0) return text;
      input.push(...calls);
      for (const { call_id, arguments: given } of calls) {
        input.push({ type: 'function_call_output', call_id, output: JSON.stringify(await look(JSON.parse(given))) });
      }
    }
  },
  async xsai(look) {
    const { textStream } = xsaiStreamText({ ...sdk, baseURL: 'https://edge.example/v1/', model: 'llm', messages: MESSAGES, maxSteps: 3, tools: [{ ...TOOLS[0], execute: look }] });
    let text = '';
    for await (const piece of textStream) text += piece;
    return text;
  },
};

for (const [name, ask] of Object.entries(ROUND_TRIPS)) {
  test(`${name}: tools are called, and the model gets their results`, async () => {
    upstream.answers = [calls(), text(['Sunny ', 'in both.'])];
    const cities = [];
    assert.equal(await ask(async ({ city }) => (cities.push(city), { city, sky: 'sunny' })), 'Sunny in both.');
    assert.deepEqual(cities.sort(), ['Köln', 'Łódź']);
    assert.equal(upstream.asked.length, 2);
    assert.equal(upstream.asked[0].body.tools[0].function.name, 'get_weather');
    const { messages } = upstream.asked[1].body;
    assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'tool']);
    assert.deepEqual(messages[1].tool_calls.map(({ id, function: { name, arguments: given } }) => [id, name, given]), CALLED);
    assert.deepEqual(messages.slice(2).map(({ tool_call_id: id }) => id), ['call_a', 'call_b']);
    for (const [index, city] of [[2, 'Köln'], [3, 'Łódź']]) assert.ok(messages[index].content.includes(city), messages[index].content);
  });
}
