// OpenAI's Responses, by the types of openai 7.59 and the words of its service.

import { COUNTS, fromDataUrl, sign, unknownKey } from '../script.mjs';
import { checkStrict, refusal as refuseChat, refusals as chatRefusals } from './chat.mjs';
import { Refusal } from '../script.mjs';

export const route = /^\/v1\/responses$/;
export const isWhole = (body) => body.stream !== true;
export const refusal = refuseChat;
export const refusals = {
  ...chatRefusals,
  toolong: () => refusal('Your input exceeds the context window of this model. Please adjust your input and try again.', 'input', 'context_length_exceeded'),
};

const BODY = ['background', 'client_metadata', 'context_management', 'conversation', 'include', 'input', 'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'model',
  'parallel_tool_calls', 'previous_response_id', 'prompt', 'prompt_cache_key', 'prompt_cache_options', 'prompt_cache_retention', 'reasoning', 'safety_identifier', 'service_tier',
  'store', 'stream', 'stream_options', 'temperature', 'text', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation', 'user'];
const ITEMS = {
  message: ['type', 'role', 'content', 'id', 'status', 'phase'],
  function_call: ['type', 'call_id', 'name', 'arguments', 'id', 'status', 'namespace', 'caller'],
  function_call_output: ['type', 'call_id', 'output', 'id', 'status', 'caller'],
  custom_tool_call: ['type', 'call_id', 'name', 'input', 'id', 'namespace', 'status', 'caller'],
  custom_tool_call_output: ['type', 'call_id', 'output', 'id', 'status', 'caller'],
  reasoning: ['type', 'id', 'summary', 'content', 'encrypted_content', 'status'],
  item_reference: ['type', 'id'],
  additional_tools: ['type', 'id', 'role', 'tools'],
  tool_search_call: ['type', 'id', 'call_id', 'status', 'execution', 'arguments'],
  tool_search_output: ['type', 'id', 'call_id', 'status', 'execution', 'tools'],
};
const TOOL = { function: ['type', 'name', 'description', 'parameters', 'strict', 'defer_loading', 'allowed_callers', 'output_schema'] };

/** Items that this service gave out, by id. */
const stored = new Map();

export function read(body, { headers }) {
  if (!headers.authorization?.startsWith('Bearer sk-placeholder')) throw new Refusal(401, { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } });
  const strange = unknownKey(body, BODY);
  if (strange) throw refusal(`Unknown parameter: '${strange}'.`, strange, 'unknown_parameter');
  if (body.input === undefined) throw refusal("Missing required parameter: 'input'.", 'input', 'missing_required_parameter');
  const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
  if (input.length === 0) throw refusal("Invalid 'input': empty array.", 'input', 'empty_array');
  const tools = [...(body.tools ?? []), ...input.filter(({ type }) => type === 'additional_tools').flatMap((item) => item.tools)];
  if (body.tool_choice && body.tool_choice !== 'none' && body.tool_choice !== 'auto' && tools.length === 0) throw refusal("Tool choice 'required' must be specified with 'tools' parameter.", 'tool_choice');
  for (const [at, tool] of tools.entries()) {
    if (tool.type !== 'function') continue;
    const key = unknownKey(tool, TOOL.function);
    if (key) throw refusal(`Unknown parameter: 'tools[${at}].${key}'.`, `tools[${at}].${key}`, 'unknown_parameter');
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.name ?? '')) throw refusal(`Missing required parameter: 'tools[${at}].name'.`, `tools[${at}].name`, 'missing_required_parameter');
    if (tool.strict) checkStrict(tool.parameters, `function '${tool.name}'`, 'invalid_function_parameters');
  }
  const format = body.text?.format;
  if (format?.type === 'json_schema') {
    if (!format.name) throw refusal("Missing required parameter: 'text.format.name'.", 'text.format.name', 'missing_required_parameter');
    if (format.strict) checkStrict(format.schema, `response_format '${format.name}'`, 'invalid_json_schema');
  }
  const inside = (tool) => (tool.type === 'namespace' ? tool.tools.map(({ name }) => name) : [tool.name ?? tool.type]);
  return {
    items: readItems(input, body.store !== false),
    tools: tools.flatMap(inside),
    kinds: Object.fromEntries(tools.flatMap((tool) => (tool.type === 'namespace' ? tool.tools.map(({ name, type }) => [name, { namespace: tool.name, custom: type === 'custom' }]) : [[tool.name ?? tool.type, { custom: tool.type === 'custom' }]]))),
    thinking: Boolean(body.reasoning?.effort && body.reasoning.effort !== 'none'),
    schema: format?.type === 'json_schema',
  };
}

function readItems(input, isStored) {
  const items = [];
  const calls = new Map();
  let state = false;
  for (const [at, item] of input.entries()) {
    const type = item.type ?? 'message';
    const keys = ITEMS[type];
    if (!keys) throw refusal(`Invalid value: '${type}'. Supported values are: ${Object.keys(ITEMS).map((of) => `'${of}'`).join(', ')}.`, `input[${at}]`, 'invalid_value');
    const strange = unknownKey(item, keys);
    if (strange) throw refusal(`Unknown parameter: 'input[${at}].${strange}'.`, `input[${at}].${strange}`, 'unknown_parameter');
    if (type === 'reasoning') {
      checkReasoning(item, at, isStored);
      const next = input[at + 1];
      if (!next || !(next.type?.endsWith('_call') || next.type === 'reasoning' || ((next.type ?? 'message') === 'message' && next.role === 'assistant'))) {
        throw refusal(`Item '${item.id}' of type 'reasoning' was provided without its required following item.`, 'input');
      }
      state = true;
      continue;
    }
    if (type === 'message') {
      if (!['user', 'assistant', 'system', 'developer'].includes(item.role)) throw refusal(`Invalid value: '${item.role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`, `input[${at}].role`, 'invalid_value');
      if (item.id) checkId(item, at, 'msg_', isStored);
      const parts = readParts(item.content, `input[${at}].content`, item.role === 'assistant' ? ['output_text', 'refusal'] : ['input_text', 'input_image', 'input_file']);
      if (item.role === 'user' || item.role === 'assistant') items.push({ role: item.role, ...parts, ...(item.role === 'assistant' && { calls: [], state }) });
    }
    if (type.endsWith('_call')) {
      if (typeof item.call_id !== 'string') throw refusal(`Missing required parameter: 'input[${at}].call_id'.`, `input[${at}].call_id`, 'missing_required_parameter');
      if (item.call_id.length > 64) throw refusal(`Invalid 'input[${at}].call_id': string too long. Expected a string with maximum length 64, but got a string with length ${item.call_id.length} instead.`, `input[${at}].call_id`, 'string_above_max_length');
      if (type === 'function_call' && typeof item.arguments !== 'string') throw refusal(`Invalid type for 'input[${at}].arguments': expected a string, but got an object instead.`, `input[${at}].arguments`, 'invalid_type');
      if (item.id && type === 'function_call') checkId(item, at, 'fc_', isStored, state);
      calls.set(item.call_id, false);
      const before = items.at(-1);
      const call = { id: item.call_id, name: item.name };
      if (before?.role === 'assistant' && input[at - 1]?.type !== undefined && !input[at - 1].type.endsWith('_output')) before.calls.push(call), before.state ||= state;
      else items.push({ role: 'assistant', text: '', calls: [call], state });
    }
    if (type.endsWith('_output')) {
      if (!calls.has(item.call_id)) throw refusal(`No tool call found for function call output with call_id ${item.call_id}.`, 'input');
      calls.set(item.call_id, true);
      items.push({ role: 'tool', id: item.call_id, ...readParts(item.output ?? '', `input[${at}].output`, ['input_text', 'input_image', 'input_file']) });
    }
    if (type !== 'function_call' && type !== 'custom_tool_call') state = false;
  }
  const open = [...calls].find(([, isAnswered]) => !isAnswered);
  if (open) throw refusal(`No tool output found for function call ${open[0]}.`, 'input');
  return items;
}

function checkId(item, at, prefix, isStored, state) {
  if (!item.id.startsWith(prefix)) throw refusal(`Invalid 'input[${at}].id': '${item.id}'. Expected an ID that begins with '${prefix.slice(0, -1)}'.`, `input[${at}].id`, 'invalid_value');
  const needs = stored.get(item.id)?.reasoning;
  if (isStored && needs && !state) throw refusal(`Item '${item.id}' of type '${item.type}' was provided without its required 'reasoning' item: '${needs}'.`, 'input');
}

function checkReasoning({ id, summary, encrypted_content: encrypted }, at, isStored) {
  if (!Array.isArray(summary)) throw refusal(`Missing required parameter: 'input[${at}].summary'.`, `input[${at}].summary`, 'missing_required_parameter');
  if (encrypted) {
    const [text, signature] = encrypted.split('.');
    if (signature !== sign('responses', text)) throw refusal(`The encrypted content for item ${id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`, null, 'invalid_encrypted_content');
  } else if (!isStored || !stored.has(id)) {
    throw new Refusal(404, { error: { message: `Item with id '${id}' not found.${isStored ? '' : ' Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input.'}`, type: 'invalid_request_error', param: 'input', code: null } });
  }
}

function readParts(content, where, allowed) {
  if (typeof content === 'string') return { text: content, pictures: [], files: [] };
  if (!Array.isArray(content)) throw refusal(`Invalid type for '${where}': expected one of an array of objects or string, but got null instead.`, where, 'invalid_type');
  const pictures = [];
  const files = [];
  let text = '';
  for (const [nth, part] of content.entries()) {
    if (!allowed.includes(part.type)) throw refusal(`Invalid value: '${part.type}'. Supported values are: ${allowed.map((of) => `'${of}'`).join(', ')}.`, `${where}[${nth}]`, 'invalid_value');
    if (part.type === 'input_image') {
      if (part.image_url !== undefined && typeof part.image_url !== 'string') throw refusal(`Invalid type for '${where}[${nth}].image_url': expected an image URL, but got an object instead.`, `${where}[${nth}].image_url`, 'invalid_type');
      pictures.push(fromDataUrl(part.image_url ?? '') ?? { type: 'url', bytes: Buffer.from(part.image_url ?? part.file_id ?? '') });
    } else if (part.type === 'input_file') {
      if (part.file_data !== undefined && !fromDataUrl(part.file_data)) throw refusal(`Invalid '${where}[${nth}].file_data'. Expected a base64-encoded data URL with a file MIME type.`, `${where}[${nth}].file_data`, 'invalid_value');
      files.push(fromDataUrl(part.file_data ?? '') ?? { type: 'url', bytes: Buffer.from(part.file_url ?? part.file_id ?? '') });
    } else {
      text += part.text ?? part.refusal;
    }
  }
  return { text, pictures, files };
}

let count = 0;

export function answer({ thinking, pieces, calls }, { model, include, store }, { kinds }) {
  const number = ++count;
  const text = pieces.join('');
  const reasoning = `rs_stub${number}`;
  const summary = Buffer.from(thinking).toString('base64url');
  const output = [
    ...(thinking ? [{
      id: reasoning, type: 'reasoning', summary: [{ type: 'summary_text', text: thinking }],
      encrypted_content: include?.includes('reasoning.encrypted_content') || store === false ? `${summary}.${sign('responses', summary)}` : null,
    }] : []),
    ...(pieces.length ? [{ id: `msg_stub${number}`, type: 'message', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text, annotations: [], logprobs: [] }] }] : []),
    ...calls.map(({ name, args }, nth) => {
      const call = { call_id: `call_stub${number}_${nth}r`, name, ...(kinds[name]?.namespace && { namespace: kinds[name].namespace }) };
      return kinds[name]?.custom
        ? { id: `ctc_stub${number}_${nth}`, type: 'custom_tool_call', status: 'completed', ...call, input: JSON.parse(args).input ?? args }
        : { id: `fc_stub${number}_${nth}`, type: 'function_call', status: 'completed', ...call, arguments: args };
    }),
  ];
  for (const { id, type } of output) stored.set(id, { reasoning: thinking && type !== 'reasoning' ? reasoning : undefined });
  const usage = {
    input_tokens: COUNTS.input, input_tokens_details: { cached_tokens: COUNTS.cacheRead, cache_write_tokens: COUNTS.cacheWrite },
    output_tokens: COUNTS.output, output_tokens_details: { reasoning_tokens: COUNTS.reasoning }, total_tokens: COUNTS.input + COUNTS.output,
  };
  const response = (more) => ({
    id: `resp_stub${number}`, object: 'response', created_at: 1_790_000_000, status: 'in_progress', error: null, incomplete_details: null, instructions: null, max_output_tokens: null, model,
    output: [], parallel_tool_calls: true, previous_response_id: null, reasoning: { effort: null, summary: null }, store: store !== false, temperature: 1, text: { format: { type: 'text' } },
    tool_choice: 'auto', tools: [], top_p: 1, truncation: 'disabled', usage: null, user: null, metadata: {}, ...more,
  });
  let sequence = 0;
  const event = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`;
  const frames = { before: [event('response.created', { response: response() }), event('response.in_progress', { response: response() })], pieces: [], after: [] };
  for (const [output_index, item] of output.entries()) {
    const of = { item_id: item.id, output_index };
    const added = { reasoning: { ...item, summary: [] }, message: { ...item, status: 'in_progress', content: [] }, function_call: { ...item, status: 'in_progress', arguments: '' }, custom_tool_call: { ...item, status: 'in_progress', input: '' } }[item.type];
    const to = item.type === 'reasoning' ? frames.before : item.type === 'message' ? frames.before : frames.after;
    to.push(event('response.output_item.added', { output_index, item: added }));
    if (item.type === 'reasoning') {
      const part = { ...of, summary_index: 0 };
      to.push(event('response.reasoning_summary_part.added', { ...part, part: { type: 'summary_text', text: '' } }));
      to.push(event('response.reasoning_summary_text.delta', { ...part, delta: thinking }));
      to.push(event('response.reasoning_summary_text.done', { ...part, text: thinking }));
      to.push(event('response.reasoning_summary_part.done', { ...part, part: item.summary[0] }));
    }
    let end = to;
    if (item.type === 'message') {
      const part = { ...of, content_index: 0 };
      to.push(event('response.content_part.added', { ...part, part: { ...item.content[0], text: '' } }));
      for (const delta of pieces) frames.pieces.push(event('response.output_text.delta', { ...part, delta, logprobs: [] }));
      end = frames.after;
      end.push(event('response.output_text.done', { ...part, text, logprobs: [] }), event('response.content_part.done', { ...part, part: item.content[0] }));
    }
    if (item.type === 'function_call') {
      for (const delta of [item.arguments.slice(0, 4), item.arguments.slice(4)]) end.push(event('response.function_call_arguments.delta', { ...of, delta }));
      end.push(event('response.function_call_arguments.done', { ...of, name: item.name, arguments: item.arguments }));
    }
    if (item.type === 'custom_tool_call') {
      end.push(event('response.custom_tool_call_input.delta', { ...of, delta: item.input }), event('response.custom_tool_call_input.done', { ...of, input: item.input }));
    }
    end.push(event('response.output_item.done', { output_index, item }));
  }
  frames.after.push(event('response.completed', { response: response({ status: 'completed', output, usage }) }));
  const failure = { code: 'server_error', message: 'The server had an error while processing your request. Sorry about that!' };
  return {
    type: 'text/event-stream; charset=utf-8',
    ...frames,
    error: [
      event('error', { error: { type: 'server_error', ...failure, param: null } }),
      event('response.failed', { response: response({ status: 'failed', error: failure }) }),
    ],
    whole: response({ status: 'completed', output, usage }),
  };
}
