// What the AI SDK is asked for, and what has to come of it. Each feature gets the SDK (`ai`), its version (`major`), that of the interface
// (`version`), the providers in front of the stub services, and the local site; a word that it returns stands in the table in the place of "ok".

import assert from 'node:assert/strict';

import { embeddingModel, languageModel, modelProvider } from '../../dist/ai-sdk.js';
import { AiEngine, AiPuffer, Anthropic, Fallback, Gemini, OpenAiChat, OpenAiResponses } from '../../dist/index.js';
import * as samples from '../clients/samples.mjs';
import { COUNTS, blobWord } from '../clients/script.mjs';
import { begins, call, delta, end, fails, frame, says, service, streams, text } from '../js/services.mjs';

const SCHEMA = { type: 'object', properties: { city: { type: 'string' }, degrees: { type: 'number' } }, required: ['city', 'degrees'], additionalProperties: false };
const PLACE = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const prompt = (...lines) => ['Do as these lines say.', ...lines, '(end)'].join('\n');
const steps = ({ ai }, count = 5) => (ai.isStepCount ?? ai.stepCountIs)(count);
const PICTURE = samples.PICTURE.toString('base64');
const PICTURE_WORD = blobWord('picture', { type: 'image/png', bytes: samples.PICTURE });

/** A tool that says how warm it is, and the cities for which it ran. */
function weather({ ai }, more = {}) {
  const ran = [];
  const execute = async ({ city }) => {
    ran.push(city);
    return `12 degrees in ${city}`;
  };
  return { ran, tools: { get_weather: ai.tool({ description: 'The weather.', inputSchema: ai.jsonSchema(PLACE), execute, ...more }) } };
}

/** The last request of the services that has `words`. */
const asked = ({ services }, words) => services.asked.filter(({ body }) => JSON.stringify(body ?? null).includes(words));

/** All parts of a stream, which must not fail. */
async function partsOf(result) {
  const parts = [];
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    parts.push(part);
  }
  return parts;
}

const typesOf = (parts) => parts.map(({ type }) => type);
const quiet = { maxRetries: 0, onError() {} };
let unique = 0;
/** A text that no other feature says. */
const word = () => `word${process.pid}x${unique++}`;

/** Two steps with a tool; the service says whether the state of the reasoning came back. */
const stateOf = (name, expected = 'back') => async (at) => {
  const { ai, version, providers } = at;
  const { ran, tools } = weather(at);
  const city = word();
  const model = languageModel(providers[name], { specification: version });
  const said = prompt('%think I must look first.', `%call get_weather {"city":"${city}"}`, '%then', '%say It is.');
  const result = ai.streamText({ ...quiet, model, prompt: said, tools, stopWhen: steps(at), providerOptions: { rivulet: { reasoningEffort: 'high' } } });
  const parts = await partsOf(result);
  assert.deepEqual(ran, [city]);
  assert.match(await result.text, new RegExp(`^It is\\. result\\[12 degrees in ${city}\\] state\\[${expected}\\]$`));
  if (name === 'responses') assert.deepEqual(asked(at, city).map(({ body }) => body.include), Array(2).fill(['reasoning.encrypted_content']));
  if (expected === 'back') assert.ok(typesOf(parts).includes('reasoning-delta'));
};

export const FEATURES = {
  async generateText({ ai, major, version, providers }) {
    const result = await ai.generateText({ model: languageModel(providers.openai, { specification: version }), prompt: prompt('%say Grüße, 你好.'), maxRetries: 0 });
    assert.equal(result.text, 'Grüße, 你好.');
    assert.equal(result.finishReason, 'stop');
    assert.equal(result.usage.inputTokens, COUNTS.input);
    assert.equal(result.usage.outputTokens, COUNTS.output);
    assert.ok(result.response.timestamp instanceof Date);
    assert.equal(result.response.modelId, 'stub-1');
    if (major > 5 && version !== 'v2') assert.equal(result.rawFinishReason, 'stop');
  },

  async streamText({ ai, version, providers }) {
    const result = ai.streamText({ ...quiet, model: languageModel(providers.openai, { specification: version }), prompt: prompt('%say Grüße, 你好, 👋.', '%pieces 6') });
    const parts = await partsOf(result);
    assert.equal(await result.text, 'Grüße, 你好, 👋.');
    assert.ok(parts.filter(({ type }) => type === 'text-delta').length > 1);
  },

  async generateObject({ ai, version, providers }) {
    for (const name of ['openai', 'responses', 'anthropic', 'gemini', 'ollama']) {
      const { object } = await ai.generateObject({ model: languageModel(providers[name], { specification: version }), schema: ai.jsonSchema(SCHEMA), prompt: prompt('%json {"city":"Köln","degrees":12}'), maxRetries: 0 });
      assert.deepEqual(object, { city: 'Köln', degrees: 12 }, name);
    }
  },

  async streamObject({ ai, version, providers }) {
    const result = ai.streamObject({ model: languageModel(providers.openai, { specification: version }), schema: ai.jsonSchema(SCHEMA), prompt: prompt('%json {"city":"Köln","degrees":12}', '%pieces 8'), maxRetries: 0 });
    let count = 0;
    for await (const _ of result.partialObjectStream) count++;
    assert.deepEqual(await result.object, { city: 'Köln', degrees: 12 });
    assert.ok(count > 1);
  },

  async 'schema is strict where it is closed'(at) {
    const { ai, version, providers } = at;
    const words = word();
    const model = languageModel(providers.openai, { specification: version });
    await ai.generateObject({ model, schema: ai.jsonSchema(SCHEMA), prompt: prompt(`%json {"city":"${words}","degrees":1}`), maxRetries: 0 });
    await ai.generateObject({ model, schema: ai.jsonSchema({ ...SCHEMA, required: ['city'] }), prompt: prompt(`%json {"city":"${words}","degrees":1}`), maxRetries: 0 });
    assert.deepEqual(asked(at, words).map(({ body }) => body.response_format.json_schema.strict), [true, undefined]);
  },

  async 'tools, two steps'(at) {
    const { ai, version, providers } = at;
    for (const name of Object.keys(providers)) {
      const { ran, tools } = weather(at);
      const [one, two] = [word(), word()];
      const said = prompt(`%call get_weather {"city":"${one}"}`, `%call get_weather {"city":"${two}"}`, '%then', '%say Both.');
      const result = await ai.generateText({ model: languageModel(providers[name], { specification: version }), prompt: said, tools, stopWhen: steps(at), maxRetries: 0 });
      assert.deepEqual([...ran].sort(), [one, two].sort(), name);
      assert.ok(result.text.includes(`result[12 degrees in ${one}]`) && result.text.includes(`result[12 degrees in ${two}]`), `${name}: ${result.text}`);
      assert.equal(result.steps.length, 2);
      assert.equal(result.totalUsage.inputTokens, 2 * COUNTS.input);
    }
  },

  async 'input of tools in pieces'(at) {
    const { ai, version } = at;
    const { provider } = service('A', streams([...call(0, 'a', 'get_weather', ['{"ci', 'ty":"A"}']), ...call(1, 'b', 'get_weather', ['{"city"', ':"B"}']), ...end('tool_calls')]));
    const { tools } = weather(at);
    const result = ai.streamText({ ...quiet, model: languageModel(provider, { specification: version }), prompt: 'Hi', tools, stopWhen: steps(at, 1) });
    const parts = await partsOf(result);
    const inputs = parts.filter(({ type }) => type === 'tool-input-delta').map(({ id, delta: piece }) => `${id} ${piece}`);
    assert.deepEqual(inputs, ['a {"ci', 'a ty":"A"}', 'b {"city"', 'b :"B"}']);
    assert.deepEqual(parts.filter(({ type }) => type === 'tool-call').map(({ toolCallId, input }) => [toolCallId, input]), [['a', { city: 'A' }], ['b', { city: 'B' }]]);
    const end1 = typesOf(parts).indexOf('tool-input-end');
    assert.ok(end1 > 0 && end1 < typesOf(parts).indexOf('tool-call'));
  },

  async 'tool without arguments, and one with broken ones'(at) {
    const { ai, major, version } = at;
    const answers = [streams([...call(0, 'a', 'now', []), ...call(1, 'b', 'get_weather', ['{"city":']), ...end('tool_calls')]), says('Done.')];
    const { provider, calls } = service('A', (...given) => answers.shift()(...given));
    const { ran, tools } = weather(at);
    const now = ai.tool({ description: 'now', inputSchema: ai.jsonSchema({ type: 'object', properties: {} }), execute: async () => 'noon' });
    const result = await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', tools: { ...tools, now }, stopWhen: steps(at), maxRetries: 0 });
    assert.equal(result.text, 'Done.');
    assert.deepEqual(ran, []);
    const { messages } = calls[1].body;
    assert.deepEqual(messages[1].tool_calls.map((given) => given.function.arguments), ['{}', major === 5 ? '{"city":' : '{}'], 'from 6 on the SDK gives an object in the place of what is no JSON');
    assert.equal(messages.find(({ tool_call_id: id }) => id === 'a').content, 'noon');
  },

  async 'image and file by bytes'(at) {
    const { ai, version, providers } = at;
    const content = [{ type: 'text', text: prompt('%say Seen.') }, { type: 'file', data: samples.PICTURE, mediaType: 'image/png' }, { type: 'file', data: new Uint8Array(samples.DOCUMENT), mediaType: 'application/pdf', filename: 'a.pdf' }];
    for (const name of ['openai', 'responses', 'anthropic', 'gemini']) {
      const { text: told } = await ai.generateText({ model: languageModel(providers[name], { specification: version }), messages: [{ role: 'user', content }], maxRetries: 0 });
      assert.ok(told.includes(PICTURE_WORD) && told.includes('file[application/pdf'), `${name}: ${told}`);
    }
  },

  async 'image of unknown type, by base64 and data URL'(at) {
    const { ai, version, providers } = at;
    const content = [{ type: 'text', text: prompt('%say Seen.') }, { type: 'image', image: PICTURE }, { type: 'image', image: `data:image/png;base64,${PICTURE}` }];
    const { text: told } = await ai.generateText({ model: languageModel(providers.anthropic, { specification: version }), messages: [{ role: 'user', content }], maxRetries: 0 });
    assert.equal(told.split(PICTURE_WORD).length, 3, told);
  },

  async 'image by URL'(at) {
    const { ai, version } = at;
    const { provider, calls } = service('A', says('Seen.'));
    const url = 'https://pictures.example/a.png';
    await ai.generateText({ model: languageModel(provider, { specification: version }), messages: [{ role: 'user', content: [{ type: 'image', image: new URL(url) }] }], maxRetries: 0 });
    assert.deepEqual(calls[0].body.messages[0].content, [{ type: 'image_url', image_url: { url } }]);
  },

  async 'image as the result of a tool'(at) {
    const { ai, major, version, providers } = at;
    const value = major === 5 ? { type: 'media', data: PICTURE, mediaType: 'image/png' } : major === 6 ? { type: 'image-data', data: PICTURE, mediaType: 'image/png' } : { type: 'file', data: { type: 'data', data: PICTURE }, mediaType: 'image/png' };
    const { tools } = weather(at, { toModelOutput: () => ({ type: 'content', value: [{ type: 'text', text: 'Look: ' }, value] }) });
    for (const name of ['anthropic', 'responses', 'openai']) {
      const { text: told } = await ai.generateText({ model: languageModel(providers[name], { specification: version }), prompt: prompt('%call get_weather {"city":"Oslo"}', '%then', '%say Seen.'), tools, stopWhen: steps(at), maxRetries: 0 });
      assert.ok(told.includes(PICTURE_WORD), `${name}: ${told}`);
    }
  },

  async 'every form of a result'(at) {
    const { ai, major, version } = at;
    const outputs = [
      { type: 'text', value: 'a' }, { type: 'json', value: { b: [1, null] } }, { type: 'error-text', value: 'c' }, { type: 'error-json', value: { d: 1 } },
      { type: 'content', value: [{ type: 'text', text: 'e' }] }, ...(major > 5 ? [{ type: 'execution-denied', reason: 'f' }, { type: 'execution-denied' }] : []),
    ];
    const { provider, calls } = service('A', says('Done.'));
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: outputs.map((_, i) => ({ type: 'tool-call', toolCallId: `t${i}`, toolName: 'f', input: { i } })) },
      { role: 'tool', content: outputs.map((output, i) => ({ type: 'tool-result', toolCallId: `t${i}`, toolName: 'f', output })) },
    ];
    await ai.generateText({ model: languageModel(provider, { specification: version }), messages, maxRetries: 0 });
    const told = calls[0].body.messages.filter(({ role }) => role === 'tool').map(({ tool_call_id: id, content }) => [id, typeof content === 'string' ? content : content.map((part) => part.text).join('')]);
    assert.deepEqual(told, [['t0', 'a'], ['t1', '{"b":[1,null]}'], ['t2', 'c'], ['t3', '{"d":1}'], ['t4', 'e'], ...(major > 5 ? [['t5', 'f'], ['t6', 'The tool was not run: the user refused it.']] : [])]);
  },

  'reasoning back: Anthropic': stateOf('anthropic'),
  'reasoning back: Responses': stateOf('responses'),
  'reasoning back: Gemini': stateOf('gemini'),
  'reasoning back: DeepSeek': stateOf('deepseek'),
  'reasoning back: Ollama': stateOf('ollama'),

  async 'reasoning back: OpenRouter'(at) {
    const { ai, version } = at;
    const details = [{ type: 'reasoning.text', text: 'Hm.', signature: 'signed', format: 'anthropic-claude-v1', index: 0 }, { type: 'reasoning.encrypted', data: 'secret', id: 'r1', format: 'openai-responses-v1', index: 1 }];
    const answers = [streams([delta({ reasoning: 'Hm.', reasoning_details: [details[0]] }), delta({ reasoning_details: [details[1]] }), ...call(0, 'c', 'get_weather', ['{"city":"A"}']), ...end('tool_calls')]), says('Done.')];
    const { provider, calls } = service('OpenRouter', (...given) => answers.shift()(...given));
    const { tools } = weather(at);
    const model = languageModel(provider.with({ service: 'openrouter', baseUrl: 'https://openrouter.ai/api/v1' }), { specification: version });
    await ai.generateText({ model, prompt: 'Hi', tools, stopWhen: steps(at), maxRetries: 0 });
    assert.deepEqual(calls[1].body.messages[1].reasoning_details, details);
  },

  async 'thoughts that are redacted'(at) {
    const { ai, version, providers } = at;
    const events = [
      ['message_start', { message: { id: 'm', type: 'message', role: 'assistant', content: [], usage: { input_tokens: 1, output_tokens: 1 } } }],
      ['content_block_start', { index: 0, content_block: { type: 'redacted_thinking', data: 'black box' } }], ['content_block_stop', { index: 0 }],
      ['content_block_start', { index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} } }],
      ['content_block_delta', { index: 1, delta: { type: 'input_json_delta', partial_json: '{"city":"A"}' } }], ['content_block_stop', { index: 1 }],
      ['message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } }], ['message_stop', {}],
    ].map(([type, more]) => `event: ${type}\n${frame({ type, ...more })}`);
    const bodies = [];
    const fetch = async (url, init) => {
      bodies.push(JSON.parse(new TextDecoder().decode(await new Response(init.body).arrayBuffer())));
      return bodies.length === 1 ? streams(events)(init, () => {}) : Response.json({ type: 'message', content: [{ type: 'text', text: 'Done.' }], stop_reason: 'end_turn' });
    };
    const { tools } = weather(at);
    const result = await ai.generateText({ model: languageModel(providers.anthropic.with({ fetch }), { specification: version }), prompt: 'Hi', tools, stopWhen: steps(at), maxRetries: 0 });
    assert.equal(result.text, 'Done.');
    assert.deepEqual(bodies[1].messages[1].content, [{ type: 'redacted_thinking', data: 'black box' }, { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'A' } }]);
  },

  async 'parts of the reasoning'(at) {
    const { ai, version, providers } = at;
    const event = (type, more) => `event: ${type}\n${frame({ type, ...more })}`;
    const events = [
      event('response.output_item.added', { output_index: 0, item: { type: 'reasoning', id: 'rs_1', summary: [] } }),
      ...['One.', 'Two.'].flatMap((said, i) => [
        event('response.reasoning_summary_part.added', { output_index: 0, summary_index: i, item_id: 'rs_1', part: { type: 'summary_text', text: '' } }),
        event('response.reasoning_summary_text.delta', { output_index: 0, summary_index: i, item_id: 'rs_1', delta: said }),
      ]),
      event('response.output_text.delta', { output_index: 1, content_index: 0, delta: 'Hi.' }),
      event('response.completed', { response: { id: 'r', status: 'completed', output: [{ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'One.' }, { type: 'summary_text', text: 'Two.' }] }, { type: 'message', content: [{ type: 'output_text', text: 'Hi.' }] }] } }),
    ];
    const fetch = async (_, init) => streams(events)(init, () => {});
    const { reasoning, text: said } = await ai.generateText({ model: languageModel(providers.responses.with({ fetch }), { specification: version }), prompt: 'Hi', maxRetries: 0 });
    assert.deepEqual(reasoning.map((part) => part.text), ['One.', 'Two.']);
    assert.equal(said, 'Hi.');
  },

  async sources(at) {
    const { ai, version } = at;
    const annotations = [{ type: 'url_citation', url_citation: { url: 'https://a.example/', title: 'A', start_index: 0, end_index: 3 } }];
    const { provider } = service('A', streams([text('See.'), delta({ annotations }), ...end()]));
    const { sources } = await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', maxRetries: 0 });
    assert.deepEqual(sources.map(({ sourceType, url, title }) => [sourceType, url, title]), [['url', 'https://a.example/', 'A']]);
    assert.deepEqual(sources[0].providerMetadata.rivulet.source, annotations[0]);
  },

  async 'files that the model made'(at) {
    const { ai, version } = at;
    const images = [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PICTURE}` } }];
    const { provider, calls } = service('A', streams([text('Look.'), delta({ images }), ...end()]));
    const model = languageModel(provider, { specification: version });
    const { files, response } = await ai.generateText({ model, prompt: 'Draw', maxRetries: 0 });
    assert.deepEqual(files.map(({ mediaType, base64: data }) => [mediaType, data]), [['image/png', PICTURE]]);
    await ai.generateText({ model, messages: [{ role: 'user', content: 'Draw' }, ...response.messages, { role: 'user', content: 'More' }], maxRetries: 0 });
    assert.ok(JSON.stringify(calls[1].body.messages).includes('Look.'));
  },

  async 'usage in detail'(at) {
    const { ai, major, version, providers } = at;
    const { usage } = await ai.generateText({ model: languageModel(providers.anthropic, { specification: version }), prompt: prompt('%say Yes.'), maxRetries: 0 });
    assert.deepEqual([usage.inputTokens, usage.outputTokens, usage.cachedInputTokens ?? usage.inputTokenDetails?.cacheReadTokens], [COUNTS.input, COUNTS.output, COUNTS.cacheRead]);
    if (major > 5 && version !== 'v2') assert.deepEqual([usage.inputTokenDetails.cacheWriteTokens, usage.inputTokenDetails.noCacheTokens], [COUNTS.cacheWrite, COUNTS.input - COUNTS.cacheRead - COUNTS.cacheWrite]);
  },

  async warnings(at) {
    const { ai, version, providers } = at;
    const { warnings } = await ai.generateText({ model: languageModel(providers.anthropic, { specification: version }), prompt: prompt('%say Yes.'), seed: 7, frequencyPenalty: 1, maxRetries: 0 });
    assert.deepEqual(warnings.map((given) => given.feature ?? given.setting).sort(), ['frequencyPenalty', 'seed']);
    const { provider, calls } = service('A', says('Yes.'));
    const all = await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', seed: 7, frequencyPenalty: 1, presencePenalty: 0.5, topK: 3, topP: 0.5, temperature: 0.25, maxOutputTokens: 9, stopSequences: ['x'], headers: { 'x-own': 'y' }, maxRetries: 0 });
    assert.deepEqual(all.warnings.map((given) => given.feature ?? given.setting), ['topK']);
    const { messages: _, stream: __, stream_options: ___, ...body } = calls[0].body;
    assert.deepEqual(body, { model: 'A-1', temperature: 0.25, top_p: 0.5, max_completion_tokens: 9, stop: ['x'], seed: 7, frequency_penalty: 1, presence_penalty: 0.5 });
    assert.equal(calls[0].headers.get('x-own'), 'y');
    assert.doesNotMatch(calls[0].headers.get('user-agent') ?? '', /ai\//);
  },

  async 'choice of a tool, strict tools, hosted tools'(at) {
    const { ai, major, version } = at;
    const { provider, calls } = service('A', streams([...call(0, 'a', 'get_weather', ['{"city":"A"}']), ...end('tool_calls')]));
    const { tools } = weather(at, { strict: true });
    await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', tools, stopWhen: steps(at, 1), toolChoice: { type: 'tool', toolName: 'get_weather' }, maxRetries: 0 });
    assert.deepEqual(calls[0].body.tool_choice, { type: 'function', function: { name: 'get_weather' } });
    if (major > 5) assert.equal(calls[0].body.tools[0].function.strict, true);
    const hosted = (id, args) => [{ type: version === 'v2' ? 'provider-defined' : 'provider', id, name: 'search', args }];
    const bodies = [];
    const fetch = async (url, init) => {
      bodies.push(JSON.parse(new TextDecoder().decode(await new Response(init.body).arrayBuffer())));
      return Response.json(url.includes('/responses') ? { object: 'response', id: 'r', status: 'completed', output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'x' }] }] } : url.includes('anthropic') ? { type: 'message', content: [{ type: 'text', text: 'x' }], stop_reason: 'end_turn' } : { candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason: 'STOP' }] });
    };
    const ask = (of, given) => languageModel(of, { specification: version }).doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }], tools: given });
    await ask(new OpenAiResponses({ apiKey: 'sk-0123456789', model: 'm', fetch }), hosted('openai.web_search', { searchContextSize: 'low', userLocation: { type: 'approximate', city: 'Oslo' } }));
    await ask(new Gemini({ apiKey: 'sk-0123456789', model: 'm', fetch }), hosted('google.google_search', {}));
    await ask(new OpenAiResponses({ apiKey: 'sk-0123456789', model: 'm', fetch }), [...hosted('openai.file_search', { vectorStoreIds: ['v'], ranking: { scoreThreshold: 0.5 }, filters: { type: 'eq', key: 'aB', value: 1 } }), ...hosted('openai.code_interpreter', { container: { fileIds: ['f'] } }), ...hosted('openai.mcp', { serverLabel: 's', serverUrl: 'https://s.example', headers: { xAb: 'c' } })]);
    await ask(new Anthropic({ apiKey: 'sk-0123456789', model: 'm', fetch }), [...hosted('anthropic.web_search_20250305', { maxUses: 2 }), ...hosted('anthropic.text_editor_20250728', {}), ...hosted('anthropic.tool_search_regex_20251119', {})]);
    assert.deepEqual(bodies.map((body) => body.tools), [
      [{ type: 'web_search', search_context_size: 'low', user_location: { type: 'approximate', city: 'Oslo' } }], [{ googleSearch: {} }],
      [{ type: 'file_search', vector_store_ids: ['v'], ranking_options: { score_threshold: 0.5 }, filters: { type: 'eq', key: 'aB', value: 1 } }, { type: 'code_interpreter', container: { type: 'auto', file_ids: ['f'] } }, { type: 'mcp', server_label: 's', server_url: 'https://s.example', headers: { xAb: 'c' } }],
      [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }, { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' }, { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }],
    ]);
    await assert.rejects(ask(new Gemini({ apiKey: 'sk-0123456789', model: 'm', fetch }), hosted('openai.web_search', {})), { code: 'input' });
  },

  async 'raw frames, id and model'(at) {
    const { ai, version } = at;
    const first = { id: 'chatcmpl-7', model: 'gpt-real', choices: [{ index: 0, delta: { content: 'Hi' } }] };
    const { provider } = service('A', streams([frame(first), ...end()]));
    const model = languageModel(provider, { specification: version });
    const result = ai.streamText({ ...quiet, model, prompt: 'Hi', includeRawChunks: true, include: { rawChunks: true } });
    const parts = await partsOf(result);
    assert.deepEqual(parts.find(({ type }) => type === 'raw')?.rawValue, first);
    const { id, modelId } = await result.response;
    assert.deepEqual([id, modelId], ['chatcmpl-7', 'gpt-real']);
    assert.ok(!typesOf(await partsOf(ai.streamText({ ...quiet, model, prompt: 'Hi' }))).includes('raw'));
  },

  async 'abort before the call'(at) {
    const { ai, version } = at;
    const { provider, calls } = service('A', says('Hi'));
    await assert.rejects(ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', abortSignal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(calls.length, 0);
  },

  async 'abort of a pending read'(at) {
    const { ai, version } = at;
    for (const reason of [undefined, new Error('mine')]) {
      const { provider, stopped } = service('A', begins('Hel'));
      const stop = new AbortController();
      const result = ai.streamText({ ...quiet, model: languageModel(provider, { specification: version }), prompt: 'Hi', abortSignal: stop.signal });
      const types = [];
      for await (const { type } of result.fullStream) {
        types.push(type);
        if (type === 'text-delta') stop.abort(reason);
      }
      assert.ok(types.includes('abort'), `${types}`);
      await stopped;
    }
    const { provider, asked: wasAsked, stopped } = service('A', begins());
    const stop = new AbortController();
    const promise = ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', abortSignal: stop.signal });
    promise.catch(() => {});
    await wasAsked;
    stop.abort();
    await assert.rejects(promise, { name: 'AbortError' });
    await stopped;
  },

  async 'leaving the stream'(at) {
    const { version } = at;
    const { provider, stopped } = service('A', begins('Hel'));
    const { stream } = await languageModel(provider, { specification: version }).doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] });
    const reader = stream.getReader();
    for (let part; (part = (await reader.read()).value).type !== 'text-delta';);
    await reader.cancel();
    await stopped;
  },

  async 'retries of 429 and 529, none of 401'(at) {
    const { ai, version } = at;
    for (const status of [429, 529]) {
      const answers = [fails(status, 'busy', { 'retry-after-ms': '1' }), fails(status, 'busy', { 'retry-after-ms': '1' }), says('Hi')];
      const { provider, calls } = service('A', (...given) => answers.shift()(...given));
      const { text: said } = await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi' });
      assert.deepEqual([said, calls.length], ['Hi', 3]);
    }
    const answers = [fails(503, 'busy', { 'retry-after-ms': '1' }), says('Hi')];
    const { provider } = service('A', (...given) => answers.shift()(...given));
    assert.equal(await ai.streamText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', onError() {} }).text, 'Hi');
    const { provider: closed, calls } = service('B', fails(401, 'invalid_api_key'));
    await assert.rejects(ai.generateText({ model: languageModel(closed, { specification: version }), prompt: 'Hi' }), (error) => {
      assert.ok(ai.APICallError.isInstance(error));
      assert.deepEqual([error.statusCode, error.isRetryable, error.code, error.url], [401, false, 'auth', 'https://api.openai.com/v1/chat/completions']);
      assert.match(error.responseBody, /invalid_api_key/);
      assert.doesNotMatch(JSON.stringify(error), /canary/);
      return true;
    });
    assert.equal(calls.length, 1);
  },

  async 'an error half-way'(at) {
    const { ai, version } = at;
    const { provider } = service('A', streams([text('Hel')], { breaks: new TypeError('reset') }));
    const errors = [];
    const result = ai.streamText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', maxRetries: 0, onError: ({ error }) => void errors.push(error) });
    const types = [];
    for await (const { type } of result.fullStream) types.push(type);
    assert.ok(types.includes('error') && types.indexOf('text-delta') < types.indexOf('error'), `${types}`);
    assert.ok(ai.APICallError.isInstance(errors[0]) && errors[0].code === 'network', String(errors[0]));
    await assert.rejects(ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', maxRetries: 0 }), { code: 'network' });
  },

  async 'an empty answer'(at) {
    const { ai, version } = at;
    const { provider } = service('A', streams(end()));
    const result = await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', maxRetries: 0 });
    assert.deepEqual([result.text, result.finishReason], ['', 'stop']);
    const streamed = ai.streamText({ ...quiet, model: languageModel(provider, { specification: version }), prompt: 'Hi' });
    await partsOf(streamed);
    assert.equal(await streamed.finishReason, 'stop');
  },

  async middleware(at) {
    const { ai, version } = at;
    const { provider, calls } = service('A', says('<think>Hm.</think>', 'Hi.'));
    const model = ai.wrapLanguageModel({ model: languageModel(provider, { specification: version }), middleware: [ai.extractReasoningMiddleware({ tagName: 'think' }), ai.defaultSettingsMiddleware({ settings: { temperature: 0.5 } })] });
    const { text: said, reasoningText } = await ai.generateText({ model, prompt: 'Hi', maxRetries: 0 });
    assert.deepEqual([said, reasoningText, calls[0].body.temperature], ['Hi.', 'Hm.', 0.5]);
  },

  async 'registry and default provider'(at) {
    const { ai, version } = at;
    const { provider, calls } = service('A', says('Hi.'));
    const registry = ai.createProviderRegistry({ r: modelProvider({ shop: provider }, { specification: version }), one: modelProvider(provider, { specification: version }) });
    for (const id of ['r:shop', 'r:shop:small', 'one:large']) assert.equal((await ai.generateText({ model: registry.languageModel(id), prompt: 'Hi', maxRetries: 0 })).text, 'Hi.');
    assert.deepEqual(calls.map(({ body }) => body.model), ['A-1', 'small', 'large']);
    assert.throws(() => registry.languageModel('r:nobody'), (error) => ai.NoSuchModelError.isInstance(error));
    globalThis.AI_SDK_DEFAULT_PROVIDER = modelProvider({ shop: provider }, { specification: version });
    const named = ai.generateText({ model: 'shop', prompt: 'Hi', maxRetries: 0 });
    delete globalThis.AI_SDK_DEFAULT_PROVIDER;
    assert.equal((await named).text, 'Hi.');
  },

  async Fallback(at) {
    const { ai, version } = at;
    const [broken, well] = [service('A', fails(500, 'no')).provider, service('B', says('Hi.')).provider];
    const { text: said } = await ai.generateText({ model: languageModel(new Fallback([broken, well]), { specification: version }), prompt: 'Hi', maxRetries: 0 });
    assert.equal(said, 'Hi.');
    await assert.rejects(ai.generateText({ model: languageModel(new Fallback([broken, broken]), { specification: version }), prompt: 'Hi', maxRetries: 0 }), { code: 'all_failed' });
  },

  async 'a WordPress site'(at) {
    const { ai, version, site } = at;
    for (const provider of [new AiEngine({ url: site.url }), new AiPuffer({ url: site.url, page: '/chat-puffer/' })]) {
      const model = languageModel(new Fallback([provider]), { specification: version });
      const messages = [{ role: 'user', content: word() }];
      const result = ai.streamText({ ...quiet, model, messages });
      await partsOf(result);
      assert.match(await result.text, /^Hello from the stub model/);
      messages.push(...(await result.response).messages, { role: 'user', content: word() });
      const before = site.requests.length;
      await ai.generateText({ model, messages, maxRetries: 0 });
      const chats = site.requests.slice(before).filter(({ kind }) => kind === 'chat' || kind === 'store');
      const sent = decodeURIComponent(JSON.stringify(chats.map(({ url, body }) => [url, body])));
      const { conversation } = messages[1].content.at(-1).providerOptions.rivulet;
      const ids = Object.values(Object.values(conversation.parts)[0]).filter((id) => typeof id === 'string' && id.length > 6);
      assert.ok(ids.length > 0 && ids.some((id) => sent.includes(id)), `${ids} are not in ${sent.slice(0, 500)}`);
    }
  },

  async 'what other packages say of their own'(at) {
    const { ai, version, providers } = at;
    const system = { role: 'system', content: 'Be brief.', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } };
    const words = word();
    await ai.generateText({ model: languageModel(providers.anthropic, { specification: version }), ...(at.major < 7 ? { messages: [system, { role: 'user', content: prompt(`%say ${words}`) }] } : { instructions: system, messages: [{ role: 'user', content: prompt(`%say ${words}`) }] }), providerOptions: { openai: { store: false } }, maxRetries: 0 });
    assert.deepEqual(asked(at, words)[0].body.system, [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }]);
  },

  async embeddings(at) {
    const { ai, version } = at;
    const fetch = async (_, init) => {
      const { input } = JSON.parse(init.body);
      return Response.json({ model: 'e', data: input.map((_, index) => ({ index, embedding: [index, 1] })), usage: { prompt_tokens: 4, total_tokens: 4 } });
    };
    const provider = new OpenAiChat({ apiKey: 'sk-0123456789', embeddingModel: 'e', fetch });
    const { embeddings, usage } = await ai.embedMany({ model: embeddingModel(provider, { specification: version }), values: ['a', 'b'] });
    assert.deepEqual([embeddings, usage.tokens], [[[0, 1], [1, 1]], 4]);
    let count = 0;
    const busy = new OpenAiChat({ apiKey: 'sk-0123456789', embeddingModel: 'e', fetch: async () => (count++, new Response('{}', { status: 503, headers: { 'retry-after-ms': '1' } })) });
    await assert.rejects(ai.embed({ model: embeddingModel(busy, { specification: version }), value: 'a', maxRetries: 1 }));
    assert.equal(count, 2, 'the SDK retries, and nobody else');
  },

  async 'options of rivulet'(at) {
    const { ai, version } = at;
    const { provider, calls } = service('A', says('<think>Hm.</think>Hi.'));
    const { text: said, reasoningText } = await ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', providerOptions: { rivulet: { thinkTags: true, extra: { top_k: 3 } } }, maxRetries: 0 });
    assert.deepEqual([said, reasoningText, calls[0].body.top_k], ['Hi.', 'Hm.', 3]);
    for (const wrong of [{ messages: 'x' }, { max_tokens: 3 }]) {
      await assert.rejects(ai.generateText({ model: languageModel(provider, { specification: version }), prompt: 'Hi', providerOptions: { rivulet: wrong }, maxRetries: 0 }), { code: 'input' });
    }
  },
};
