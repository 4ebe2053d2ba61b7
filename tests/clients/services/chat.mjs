// OpenAI's Chat Completions, by the types of openai 7.59 and the words of its service. DeepSeek, which reasons openly and wants it back,
// is the same with other fields: its model says so.

import { COUNTS, fromDataUrl, Refusal, unknownKey } from '../script.mjs';

export const route = /^\/v1\/chat\/completions$/;
export const isWhole = (body) => body.stream !== true;

const refuse = (status, message, { type = 'invalid_request_error', param = null, code = null } = {}, headers) =>
  new Refusal(status, { error: { message, type, param, code } }, { 'x-request-id': 'req_stub', ...headers });
export const refusal = (message, param, code) => refuse(400, message, { param, code });
export const refusals = {
  toolong: () => refusal("This model's maximum context length is 128000 tokens. However, your messages resulted in 130018 tokens. Please reduce the length of the messages.", 'messages', 'context_length_exceeded'),
  limit: () => refuse(429, 'Rate limit reached for stub in organization org-placeholder on tokens per min (TPM): Limit 30000, Used 30000, Requested 20. Please try again in 2m0s.', { type: 'tokens', code: 'rate_limit_exceeded' }, { 'retry-after': '120', 'retry-after-ms': '120000' }),
  overloaded: () => refuse(503, 'The server is currently overloaded with other requests. Sorry about that! You can retry your request.', { type: 'server_error' }),
  quota: () => refuse(429, 'You exceeded your current quota, please check your plan and billing details.', { type: 'insufficient_quota', code: 'insufficient_quota' }),
};

const BODY = ['messages', 'model', 'audio', 'frequency_penalty', 'function_call', 'functions', 'logit_bias', 'logprobs', 'max_completion_tokens', 'max_tokens',
  'metadata', 'modalities', 'n', 'parallel_tool_calls', 'prediction', 'presence_penalty', 'prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options',
  'reasoning_effort', 'response_format', 'safety_identifier', 'seed', 'service_tier', 'stop', 'store', 'stream', 'stream_options', 'temperature', 'tool_choice', 'tools',
  'top_logprobs', 'top_p', 'user', 'verbosity', 'web_search_options'];
const MESSAGE = {
  system: ['role', 'content', 'name'],
  developer: ['role', 'content', 'name'],
  user: ['role', 'content', 'name'],
  assistant: ['role', 'content', 'name', 'refusal', 'tool_calls', 'function_call', 'audio', 'annotations'],
  tool: ['role', 'content', 'tool_call_id'],
  function: ['role', 'content', 'name'],
};
const PARTS = { user: ['text', 'image_url', 'input_audio', 'file'], assistant: ['text', 'refusal'] };

export function read(body, { headers, strict: isStrict }) {
  if (!headers.authorization?.startsWith('Bearer sk-placeholder')) throw refuse(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  const reasons = /^deepseek/.test(body.model);
  const strange = unknownKey(body, reasons ? [...BODY, 'thinking'] : BODY);
  if (strange) throw refusal(`Unrecognized request argument supplied: ${strange}`);
  if (!Array.isArray(body.messages)) throw refusal("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter');
  if (body.messages.length === 0) throw refusal("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", 'messages', 'empty_array');
  if (body.max_tokens !== undefined && /^(o\d|gpt-[5-9])/.test(body.model)) throw refusal("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'max_tokens', 'unsupported_parameter');
  if (body.stream_options && !body.stream) throw refusal("The 'stream_options' parameter is only allowed when 'stream' is enabled.", 'stream_options');
  if (body.tools?.length === 0) throw refusal("Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.", 'tools', 'empty_array');
  for (const key of ['tool_choice', 'parallel_tool_calls']) {
    if (body[key] !== undefined && !body.tools) throw refusal(`Invalid value for '${key}': '${key}' is only allowed when 'tools' are specified.`, key);
  }
  checkTools(body.tools);
  checkFormat(body, reasons);
  const items = readMessages(body.messages, reasons, isStrict);
  return {
    items,
    tools: (body.tools ?? []).map((tool) => (tool.function ?? tool.custom).name),
    thinking: reasons,
    // DeepSeek has JSON without a schema only: that then has to stand in the messages.
    schema: body.response_format?.type === 'json_schema' || (body.response_format?.type === 'json_object' && /degrees/.test(JSON.stringify(body.messages.filter(({ role }) => role === 'system')))),
  };
}

function checkTools(tools = []) {
  for (const [at, tool] of tools.entries()) {
    if (tool.type === 'custom') continue;
    if (tool.type !== 'function') throw refusal(`Invalid value: '${tool.type}'. Supported values are: 'function' and 'custom'.`, `tools[${at}].type`, 'invalid_value');
    const strange = unknownKey(tool, ['type', 'function']) ?? unknownKey(tool.function, ['name', 'description', 'parameters', 'strict']);
    if (strange) throw refusal(`Unknown parameter: 'tools[${at}].${strange}'.`, `tools[${at}].${strange}`, 'unknown_parameter');
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(tool.function.name)) throw refusal(`Invalid 'tools[${at}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`, `tools[${at}].function.name`, 'invalid_value');
    if (tool.function.parameters && tool.function.parameters.type !== 'object') throw refusal(`Invalid schema for function '${tool.function.name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${tool.function.parameters.type}"'.`, `tools[${at}].function.parameters`, 'invalid_function_parameters');
    if (tool.function.strict) checkStrict(tool.function.parameters, `function '${tool.function.name}'`, 'invalid_function_parameters');
  }
}

function checkFormat({ response_format: format, messages }, reasons) {
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(messages))) {
    throw refusal("'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.", 'messages');
  }
  if (!format || format.type !== 'json_schema') return;
  if (reasons) throw refusal('This response_format type is unavailable now');
  const { name, schema, strict } = format.json_schema ?? {};
  if (!name) throw refusal("Missing required parameter: 'response_format.json_schema.name'.", 'response_format.json_schema.name', 'missing_required_parameter');
  if (strict) checkStrict(schema, `response_format '${name}'`, null);
}

/** The rules of strict schemas. */
export function checkStrict(schema, what, code, path = []) {
  if (!schema || typeof schema !== 'object') return;
  if (schema.type === 'object') {
    const context = `In context=(${path.map((key) => `'${key}'`).join(', ')})`;
    if (schema.additionalProperties !== false) throw refusal(`Invalid schema for ${what}: ${context}, 'additionalProperties' is required to be supplied and to be false.`, null, code);
    const missing = Object.keys(schema.properties ?? {}).find((key) => !schema.required?.includes(key));
    if (missing) throw refusal(`Invalid schema for ${what}: ${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`, null, code);
  }
  for (const [key, inner] of Object.entries(schema.properties ?? {})) checkStrict(inner, what, code, [...path, 'properties', key]);
  checkStrict(schema.items, what, code, [...path, 'items']);
}

function readMessages(messages, reasons, isStrict) {
  const items = [];
  let open = [];
  for (const [at, message] of messages.entries()) {
    const keys = MESSAGE[message.role];
    if (!keys) throw refusal(`Invalid value: '${message.role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`, `messages[${at}].role`, 'invalid_value');
    const strange = unknownKey(message, reasons && message.role === 'assistant' ? [...keys, 'reasoning_content'] : keys);
    if (strange && (isStrict || message.role !== 'assistant')) throw refusal(`Unknown parameter: 'messages[${at}].${strange}'.`, `messages[${at}].${strange}`, 'unknown_parameter');
    if (open.length && message.role !== 'tool') throw unanswered(open, at);
    const parts = readParts(message, at, isStrict);
    if (message.role === 'tool') {
      const id = message.tool_call_id;
      if (typeof id !== 'string') throw refusal(`Missing required parameter: 'messages[${at}].tool_call_id'.`, `messages[${at}].tool_call_id`, 'missing_required_parameter');
      if (!open.includes(id)) throw refusal("Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.", `messages.[${at}].role`);
      open = open.filter((other) => other !== id);
      items.push({ role: 'tool', id, ...parts });
    } else if (message.role === 'assistant') {
      const calls = message.tool_calls ?? [];
      if (message.tool_calls?.length === 0) throw refusal(`Invalid 'messages[${at}].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`, `messages[${at}].tool_calls`, 'empty_array');
      if (calls.length === 0 && (message.content === null || message.content === undefined)) throw refusal(`Invalid value for 'content': expected a string, got null.`, `messages.[${at}].content`);
      for (const [nth, call] of calls.entries()) checkCall(call, `messages[${at}].tool_calls[${nth}]`, isStrict);
      if (reasons && calls.length && typeof message.reasoning_content !== 'string') throw refusal('The `reasoning_content` in the thinking mode must be passed back to the API.');
      open = calls.map(({ id }) => id);
      items.push({ role: 'assistant', ...parts, calls: calls.map(({ id, ...call }) => ({ id, name: (call.function ?? call.custom).name })), state: Boolean(message.reasoning_content) });
    } else if (message.role === 'user') {
      items.push({ role: 'user', ...parts });
    }
  }
  if (open.length) throw unanswered(open, messages.length);
  return items;
}

const unanswered = (ids, at) => refusal(
  `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${ids.join(', ')}`, `messages.[${at}].role`);

function checkCall(call, where, isStrict) {
  if (typeof call.id !== 'string' || !call.id) throw refusal(`Missing required parameter: '${where}.id'.`, `${where}.id`, 'missing_required_parameter');
  if (call.id.length > 40) throw refusal(`Invalid '${where}.id': string too long. Expected a string with maximum length 40, but got a string with length ${call.id.length} instead.`, `${where}.id`, 'string_above_max_length');
  const strange = unknownKey(call, ['id', 'type', 'function', 'custom']) ?? (call.function && unknownKey(call.function, ['name', 'arguments']));
  if (strange && isStrict) throw refusal(`Unknown parameter: '${where}.${strange}'.`, `${where}.${strange}`, 'unknown_parameter');
  if (call.type === 'function' && typeof call.function?.arguments !== 'string') throw refusal(`Invalid type for '${where}.function.arguments': expected a string, but got an object instead.`, `${where}.function.arguments`, 'invalid_type');
}

function readParts({ role, content }, at, isStrict) {
  if (typeof content === 'string' || content === null || content === undefined) return { text: content ?? '', pictures: [], files: [] };
  if (!Array.isArray(content)) throw refusal(`Invalid type for 'messages[${at}].content': expected one of a string or array of objects, but got an object instead.`, `messages[${at}].content`, 'invalid_type');
  const pictures = [];
  const files = [];
  let text = '';
  for (const [nth, part] of content.entries()) {
    const where = `messages[${at}].content[${nth}]`;
    const allowed = PARTS[role] ?? ['text'];
    if (!allowed.includes(part.type)) {
      if (part.type === 'image_url') throw refusal(`Invalid 'messages[${at}]'. Image URLs are only allowed for messages with role 'user', but this message with role '${role}' contains an image URL.`, `messages[${at}]`, 'invalid_value');
      throw refusal(`Invalid value: '${part.type}'. Supported values are: ${allowed.map((of) => `'${of}'`).join(', ')}.`, where, 'invalid_value');
    }
    const strange = unknownKey(part, ['type', part.type, 'prompt_cache_breakpoint']);
    if (strange && (isStrict || role !== 'assistant')) throw refusal(`Unknown parameter: '${where}.${strange}'.`, `${where}.${strange}`, 'unknown_parameter');
    if (part.type === 'text') text += part.text;
    if (part.type === 'image_url') {
      const strangeInside = typeof part.image_url === 'string' ? 'url' : unknownKey(part.image_url, ['url', 'detail']);
      if (strangeInside) throw refusal(`Invalid type for '${where}.image_url': expected an object, but got a string instead.`, `${where}.image_url`, 'invalid_type');
      pictures.push(fromDataUrl(part.image_url.url) ?? { type: 'url', bytes: Buffer.from(part.image_url.url) });
    }
    if (part.type === 'file') {
      const { file_data: data, file_id: id, filename } = part.file;
      if (data !== undefined) {
        const blob = fromDataUrl(data);
        if (!blob) throw refusal(`Invalid '${where}.file.file_data'. Expected a base64-encoded data URL with a file MIME type.`, `${where}.file.file_data`, 'invalid_value');
        if (!filename) throw refusal(`Missing required parameter: '${where}.file.filename'.`, `${where}.file.filename`, 'missing_required_parameter');
        files.push(blob);
      } else {
        files.push({ type: 'file_id', bytes: Buffer.from(id ?? '') });
      }
    }
  }
  return { text, pictures, files };
}

let count = 0;

export function answer({ thinking, pieces, calls, ids }, { model, stream_options: options }) {
  const number = ++count;
  const head = { id: `chatcmpl-stub${number}`, object: 'chat.completion.chunk', created: 1_790_000_000, model, service_tier: 'default', system_fingerprint: 'fp_stub' };
  const usage = {
    prompt_tokens: COUNTS.input,
    completion_tokens: COUNTS.output,
    total_tokens: COUNTS.input + COUNTS.output,
    prompt_tokens_details: { cached_tokens: COUNTS.cacheRead, cache_write_tokens: COUNTS.cacheWrite, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: COUNTS.reasoning, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  };
  const withUsage = options?.include_usage ? { usage: null } : {};
  const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
  const chunk = (delta, finish = null) => event({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...withUsage });
  const made = calls.map(({ name, args }, index) => ({ index, id: ids ? `${ids}_${index}` : `call_stub${number}_${index}`, type: 'function', function: { name, arguments: args } }));
  const finish = calls.length ? 'tool_calls' : 'stop';
  return {
    type: 'text/event-stream; charset=utf-8',
    before: [
      chunk({ role: 'assistant', content: calls.length ? null : '', refusal: null }),
      ...(thinking ? [chunk({ reasoning_content: thinking.slice(0, 5) }), chunk({ reasoning_content: thinking.slice(5) })] : []),
    ],
    pieces: pieces.map((content) => chunk({ content })),
    after: [
      ...made.flatMap(({ index, id, type, function: { name, arguments: args } }) => [
        chunk({ tool_calls: [{ index, id, type, function: { name, arguments: '' } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: args.slice(0, 4) } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: args.slice(4) } }] }),
      ]),
      chunk({}, finish),
      ...(options?.include_usage ? [event({ ...head, choices: [], usage })] : []),
      'data: [DONE]\n\n',
    ],
    error: [event({ error: { message: 'The server had an error while processing your request. Sorry about that!', type: 'server_error', param: null, code: null } })],
    whole: {
      ...head,
      object: 'chat.completion',
      choices: [{
        index: 0,
        message: {
          role: 'assistant', content: pieces.join('') || null, refusal: null, annotations: [],
          ...(thinking && { reasoning_content: thinking }),
          ...(made.length && { tool_calls: made.map(({ index, ...call }) => call) }),
        },
        logprobs: null,
        finish_reason: finish,
      }],
      usage,
    },
  };
}
