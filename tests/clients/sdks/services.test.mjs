// The stub services are as strict as the real ones: what breaks a documented rule is refused, with the service's words.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SERVICE_KEY, startServices } from '../services.mjs';

let services;
before(async () => { services = await startServices({ strict: true }); });
after(() => services?.close());

const CALL = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } };
const USE = { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' };
const HI = { role: 'user', content: 'Hi' };
const FUNCTION = { type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } };
const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
const THINK = { thinking: { type: 'enabled', budget_tokens: 1024 } };
const PARTS = [{ text: 'Hi' }];

const chat = (...messages) => ({ messages });
const claude = (messages, more) => ({ max_tokens: 4096, messages, ...more });

/** Of each service what is asked, and the words that refuse it. @type {Record<string, { path: string, rows: [string, any, RegExp][] }>} */
const RULES = {
  chat: {
    path: '/chat/v1/chat/completions',
    rows: [
      ['a call without its result', chat(HI, { role: 'assistant', content: null, tool_calls: [CALL] }, HI), /must be followed by tool messages responding to each 'tool_call_id'/],
      ['a result without its call', chat(HI, { role: 'tool', tool_call_id: 'call_1', content: 'x' }), /must be a response to a preceeding message with 'tool_calls'/],
      ['a result after another message', chat(HI, { role: 'assistant', content: null, tool_calls: [CALL] }, HI, { role: 'tool', tool_call_id: 'call_1', content: 'x' }), /must be followed by tool messages/],
      ['a picture in a result', chat(HI, { role: 'assistant', content: null, tool_calls: [CALL] }, { role: 'tool', tool_call_id: 'call_1', content: [IMAGE] }), /Image URLs are only allowed for messages with role 'user'/],
      ['an unknown field', { ...chat(HI), think: true }, /Unrecognized request argument supplied: think/],
      ['an unknown member of a message', chat({ ...HI, cache_control: {} }), /Unknown parameter: 'messages\[0\]\.cache_control'/],
      ['a choice without tools', { ...chat(HI), tool_choice: 'auto' }, /only allowed when 'tools' are specified/],
      ['no tools in the list', { ...chat(HI), tools: [] }, /empty array/],
      ['arguments that are an object', chat(HI, { role: 'assistant', tool_calls: [{ ...CALL, function: { name: 'a', arguments: {} } }] }), /expected a string, but got an object/],
      ['an id of 41 characters', chat(HI, { role: 'assistant', tool_calls: [{ ...CALL, id: 'x'.repeat(41) }] }), /maximum length 40/],
      ['a strict schema that is open', { ...chat(HI), response_format: { type: 'json_schema', json_schema: { name: 'a', strict: true, schema: { type: 'object' } } } }, /'additionalProperties' is required/],
      ['JSON that no message speaks of', { ...chat(HI), response_format: { type: 'json_object' } }, /must contain the word 'json'/],
      ['the address of a file', chat({ role: 'user', content: [{ type: 'file', file: { file_data: 'https://a.example/a.pdf', filename: 'a.pdf' } }] }), /Expected a base64-encoded data URL/],
      ['the old name of the limit, at a newer model', { ...chat(HI), model: 'gpt-5', max_tokens: 5 }, /Use 'max_completion_tokens' instead/],
    ],
  },
  responses: {
    path: '/responses/v1/responses',
    rows: [
      ['an output without its call', { input: [{ type: 'function_call_output', call_id: 'a', output: 'x' }] }, /No tool call found for function call output with call_id a/],
      ['a call without its output', { input: [HI, { type: 'function_call', call_id: 'a', name: 'b', arguments: '{}' }] }, /No tool output found for function call a/],
      ['reasoning that nothing follows', { input: [HI, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x.y' }] }, /could not be verified|without its required following item/],
      ['reasoning by its id, where nothing is stored', { store: false, input: [HI, { type: 'reasoning', id: 'rs_1', summary: [] }, { role: 'assistant', content: 'x' }] }, /Items are not persisted when `store` is set to false/],
      ['reasoning of somebody else', { input: [HI, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x.y' }, { role: 'assistant', content: 'x' }] }, /could not be verified/],
      ['an unknown field', { input: 'Hi', messages: [] }, /Unknown parameter: 'messages'/],
      ["a part of Chat Completions", { input: [{ role: 'user', content: [IMAGE] }] }, /Invalid value: 'image_url'/],
    ],
  },
  anthropic: {
    path: '/anthropic/v1/messages',
    rows: [
      ['no limit', { messages: [HI] }, /max_tokens: Field required/],
      ['a budget over the limit', { max_tokens: 1000, messages: [HI], ...THINK }, /must be greater than `thinking\.budget_tokens`/],
      ['an unknown field', claude([HI], { seed: 1 }), /seed: Extra inputs are not permitted/],
      ['a temperature', claude([HI], { temperature: 1 }), /temperature: Extra inputs are not permitted/],
      ['two turns of the user', claude([HI, HI]), /roles must alternate/],
      ['a call without its result', claude([HI, { role: 'assistant', content: [USE] }, HI]), /`tool_use` ids were found without `tool_result` blocks immediately after: toolu_1/],
      ['a result behind text', claude([HI, { role: 'assistant', content: [USE] }, { role: 'user', content: [{ type: 'text', text: 'x' }, RESULT] }]), /without `tool_result` blocks immediately after/],
      ['a result without its call', claude([{ role: 'user', content: [RESULT] }]), /unexpected `tool_use_id` found in `tool_result` blocks/],
      ['an empty text', claude([{ role: 'user', content: [{ type: 'text', text: '' }] }]), /text content blocks must be non-empty/],
      ['a strange id', claude([HI, { role: 'assistant', content: [{ ...USE, id: 'a:b' }] }, { role: 'user', content: [{ ...RESULT, tool_use_id: 'a:b' }] }]), /String should match pattern/],
      ['an id twice', claude([HI, { role: 'assistant', content: [USE] }, { role: 'user', content: [RESULT] }, { role: 'assistant', content: [USE] }, { role: 'user', content: [RESULT] }]), /ids must be unique/],
      ['thinking that did not come back', claude([HI, { role: 'assistant', content: [USE] }, { role: 'user', content: [RESULT] }], THINK), /Expected `thinking` or `redacted_thinking`, but found `tool_use`/],
      ['thinking with a made-up signature', claude([HI, { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'y' }, USE] }, { role: 'user', content: [RESULT] }], THINK), /Invalid `signature` in `thinking` block/],
      ['five marks of the cache', claude([{ role: 'user', content: Array.from({ length: 5 }, () => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } })) }]), /A maximum of 4 blocks with cache_control/],
      ['a picture that is none', claude([{ role: 'user', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }] }]), /Could not process image/],
      ['a forced tool beside thinking', claude([HI], { ...THINK, tools: [{ name: 'a', input_schema: { type: 'object' } }], tool_choice: { type: 'any' } }), /Thinking may not be enabled when tool_choice forces tool use/],
    ],
  },
  gemini: {
    path: '/gemini/v1beta/models/gemini-3-stub:streamGenerateContent?alt=sse',
    rows: [
      ['a call without its signature', { contents: [{ role: 'user', parts: PARTS }, { role: 'model', parts: [{ functionCall: { name: 'a', args: {} } }] }, { role: 'user', parts: [{ functionResponse: { name: 'a', response: {} } }] }] }, /missing a thought_signature/],
      ['fewer responses than calls', {
        contents: [
          { role: 'user', parts: PARTS },
          { role: 'model', parts: [{ functionCall: { name: 'a' }, thoughtSignature: 'skip_thought_signature_validator' }, { functionCall: { name: 'b' } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'a', response: {} } }] },
        ],
      }, /number of function response parts is equal to the number of function call parts/],
      ['a response that is a text', { contents: [{ role: 'user', parts: [{ functionResponse: { name: 'a', response: 'x' } }] }] }, /function_response\.response/],
      ['no parts', { contents: [{ role: 'user', parts: [] }] }, /parts must not be empty/],
      ['an unknown field', { contents: [{ role: 'user', parts: PARTS }], messages: [] }, /Unknown name "messages"/],
    ],
  },
  ollama: {
    path: '/ollama/api/chat',
    rows: [
      ['a list as content', { model: 'a', messages: [{ role: 'user', content: [] }] }, /cannot unmarshal array into Go struct field ChatRequest\.messages\.content/],
      ['arguments that are a text', { model: 'a', messages: [{ role: 'assistant', content: '', tool_calls: [CALL] }] }, /cannot unmarshal string/],
      ['an address as image', { model: 'a', messages: [{ role: 'user', content: '', images: ['https://a.example/a.png'] }] }, /illegal base64 data/],
      ['a level of thinking that it does not have', { model: 'a', think: 'xhigh', messages: [] }, /invalid think value/],
    ],
  },
};

for (const [service, { path, rows }] of Object.entries(RULES)) {
  for (const [what, body, words] of rows) {
    test(`${service} refuses ${what}`, async () => {
      const headers = { authorization: `Bearer ${SERVICE_KEY}`, 'x-goog-api-key': SERVICE_KEY, 'anthropic-version': '2026-10-21' };
      const response = await fetch(`${services.url}${path}`, { method: 'POST', headers, body: JSON.stringify({ ...(service === 'gemini' ? {} : { model: 'stub-1' }), stream: service === 'gemini' ? undefined : true, ...body }) });
      const text = await response.text();
      assert.ok(response.status === 400 || response.status === 404, `${response.status} ${text.slice(0, 300)}`);
      assert.match(text.replaceAll('\\"', '"'), words);
    });
  }
}

test('what keeps the rules is taken', async () => {
  const body = { model: 'stub-1', stream: true, tools: [FUNCTION], messages: [HI, { role: 'assistant', content: null, tool_calls: [CALL] }, { role: 'tool', tool_call_id: 'call_1', content: 'x' }] };
  const response = await fetch(`${services.url}/chat/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${SERVICE_KEY}` }, body: JSON.stringify(body) });
  assert.match(await response.text(), /\[DONE\]/);
});
