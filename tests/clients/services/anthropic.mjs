// Anthropic Messages, by the types of @anthropic-ai/sdk 1.14 and the pages on tool use, extended thinking and errors.

import { COUNTS, fromDataUrl, Refusal, sign, unknownKey } from '../script.mjs';

export const route = /^\/v1\/messages(\/count_tokens)?(\?beta=true)?$/;
export const isWhole = (body) => body.stream !== true;

const refuse = (status, type, message, headers) =>
  new Refusal(status, { type: 'error', error: { type, message }, request_id: 'req_stub' }, { 'request-id': 'req_stub', ...headers });
export const refusal = (message) => refuse(400, 'invalid_request_error', message);
export const refusals = {
  toolong: () => refusal('prompt is too long: 214518 tokens > 200000 maximum'),
  limit: () => refuse(429, 'rate_limit_error', "This request would exceed your organization's rate limit of 30,000 input tokens per minute.", { 'retry-after': '120' }),
  overloaded: () => refuse(529, 'overloaded_error', 'Overloaded'),
  quota: () => refuse(400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.'),
};

const BODY = ['model', 'messages', 'max_tokens', 'system', 'stream', 'stop_sequences', 'tools', 'tool_choice', 'thinking', 'metadata', 'output_config',
  'cache_control', 'container', 'context_management', 'inference_geo', 'mcp_servers', 'service_tier', 'betas'];
const OLD = ['temperature', 'top_p', 'top_k'];
const TOOL = ['type', 'name', 'description', 'input_schema', 'cache_control', 'strict', 'eager_input_streaming', 'defer_loading', 'allowed_callers', 'input_examples'];
const BLOCKS = {
  text: ['type', 'text', 'cache_control', 'citations'],
  image: ['type', 'source', 'cache_control'],
  document: ['type', 'source', 'title', 'context', 'citations', 'cache_control'],
  tool_use: ['type', 'id', 'name', 'input', 'cache_control', 'caller'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
  tool_reference: ['type', 'tool_name', 'cache_control'],
  search_result: ['type', 'source', 'title', 'content', 'citations', 'cache_control'],
};
const SIGNATURES = { 'image/png': /^\x89PNG/, 'image/jpeg': /^\xff\xd8/, 'image/gif': /^GIF8/, 'image/webp': /^RIFF/ };
const MAX_TOKENS = 128_000;

export function read(body, { path, headers }) {
  const key = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
  if (!key?.startsWith('sk-placeholder')) throw refuse(401, 'authentication_error', 'invalid x-api-key');
  const version = headers['anthropic-version'];
  if (!version) throw refusal('anthropic-version: header is required');
  const isCount = path.startsWith('/v1/messages/count_tokens');
  // As it answers where a thread cannot be kept: its packages then send the whole history.
  if (body.thread) {
    throw new Refusal(400, {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'thread: not supported for this request', details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } },
      request_id: 'req_stub',
    });
  }
  const strange = unknownKey(body, version >= '2026-10-21' ? BODY : [...BODY, ...OLD]);
  if (strange) throw refusal(`${strange}: Extra inputs are not permitted`);
  if (typeof body.model !== 'string') throw refusal('model: Field required');
  if (!isCount) {
    if (body.max_tokens === undefined) throw refusal('max_tokens: Field required');
    if (!Number.isInteger(body.max_tokens) || body.max_tokens < 1) throw refusal('max_tokens: Input should be greater than or equal to 1');
    if (body.max_tokens > MAX_TOKENS) throw refusal(`max_tokens: ${body.max_tokens} > ${MAX_TOKENS}, which is the maximum allowed number of output tokens for ${body.model}`);
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0) throw refusal('messages: at least one message is required');
  const thinking = thinkingOf(body);
  if (body.thinking?.type === 'enabled') {
    if (!(body.thinking.budget_tokens >= 1024)) throw refusal('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
    if (body.thinking.budget_tokens >= body.max_tokens) {
      throw refusal('`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size');
    }
  }
  if (thinking && ['any', 'tool'].includes(body.tool_choice?.type)) throw refusal('Thinking may not be enabled when tool_choice forces tool use.');
  if (body.tool_choice && !body.tools?.length) throw refusal('tool_choice: tools must be specified when tool_choice is provided');
  checkTools(body.tools);
  checkMarks(body);
  checkSystem(body.system);
  const items = readMessages(body, thinking);
  return { items, tools: (body.tools ?? []).map(({ name }) => name), thinking: Boolean(thinking), schema: body.output_config?.format?.type === 'json_schema' };
}

/** The tokens of a request, without an answer. */
export const other = (path) => (path.startsWith('/v1/messages/count_tokens') ? { input_tokens: COUNTS.input } : undefined);

/** How thinking was asked for, if it was: an effort alone switches it on, too. */
function thinkingOf({ thinking, output_config: output }) {
  if (thinking && !['enabled', 'adaptive', 'disabled', 'between_tools'].includes(thinking.type)) {
    throw refusal(`thinking: Input tag '${thinking.type}' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'`);
  }
  if (output?.effort !== undefined && !['low', 'medium', 'high', 'xhigh', 'max'].includes(output.effort)) {
    throw refusal("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'");
  }
  if (thinking) return thinking.type === 'disabled' ? undefined : thinking.type;
  return output?.effort && 'effort';
}

function checkTools(tools = []) {
  for (const [at, tool] of tools.entries()) {
    if (tool.type && tool.type !== 'custom') continue;
    const strange = unknownKey(tool, TOOL);
    if (strange) throw refusal(`tools.${at}.custom.${strange}: Extra inputs are not permitted`);
    if (!/^[a-zA-Z0-9_-]{1,128}$/.test(tool.name)) throw refusal(`tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    if (tool.input_schema?.type !== 'object') throw refusal(`tools.${at}.custom.input_schema.type: Input should be 'object'`);
    if (tools.findIndex(({ name }) => name === tool.name) !== at) throw refusal('tools: Tool names must be unique.');
  }
}

function checkMarks(body) {
  let marks = 0;
  const look = (value) => {
    if (Array.isArray(value)) value.forEach(look);
    else if (value && typeof value === 'object') {
      if (value.cache_control) {
        marks += 1;
        if (value.type === 'thinking' || value.type === 'redacted_thinking') throw refusal(`messages: cache_control: Extra inputs are not permitted`);
      }
      if (value.type !== 'tool_use') for (const key of ['content', 'messages', 'system', 'tools']) look(value[key]);
    }
  };
  look(body);
  if (marks > 4) throw refusal(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
}

function checkSystem(system) {
  if (system === undefined || typeof system === 'string') return;
  if (!Array.isArray(system)) throw refusal('system: Input should be a valid list');
  for (const [at, block] of system.entries()) {
    if (block.type !== 'text') throw refusal(`system.${at}.type: Input should be 'text'`);
    if (!block.text) throw refusal('system: text content blocks must be non-empty');
  }
}

function readMessages({ messages, tools }, thinking) {
  const items = [];
  const ids = new Set();
  let open = [];
  let before;
  for (const [at, message] of messages.entries()) {
    const strange = unknownKey(message, ['role', 'content']);
    if (strange) throw refusal(`messages.${at}.${strange}: Extra inputs are not permitted`);
    if (!['user', 'assistant', 'system'].includes(message.role)) throw refusal(`messages.${at}.role: Input should be 'user', 'assistant' or 'system'`);
    if (at === 0 && message.role !== 'user') throw refusal('messages: first message must use the "user" role');
    if (message.role === before) throw refusal(`messages: roles must alternate between "user" and "assistant", but found multiple "${before}" roles in a row`);
    if (message.role === 'system') {
      if (before !== 'user' || !['assistant', undefined].includes(messages[at + 1]?.role)) throw refusal(`messages.${at}: a system message must follow a user turn and be last or precede an assistant turn`);
      continue;
    }
    before = message.role;
    const blocks = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
    if (!Array.isArray(blocks)) throw refusal(`messages.${at}.content: Input should be a valid list`);
    if (blocks.length === 0 && at < messages.length - 1) throw refusal(`messages.${at}: all messages must have non-empty content except for the optional final assistant message`);
    const where = (nth) => `messages.${at}.content.${nth}`;
    for (const [nth, block] of blocks.entries()) checkBlock(block, where(nth));
    if (message.role === 'assistant') {
      if (open.length) throw missingResults(open);
      items.push(readAssistant(blocks, at));
      const calls = blocks.filter(({ type }) => type === 'tool_use');
      for (const { id } of calls) {
        if (ids.has(id)) throw refusal(`messages.${at}: \`tool_use\` ids must be unique`);
        ids.add(id);
      }
      open = calls.map(({ id }) => id);
    } else {
      const results = blocks.filter(({ type }) => type === 'tool_result');
      for (const [nth, block] of blocks.entries()) {
        if (block.type !== 'tool_result') continue;
        if (!open.includes(block.tool_use_id)) {
          throw refusal(`${where(nth)}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${block.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`);
        }
      }
      const given = results.map(({ tool_use_id: id }) => id);
      if (new Set(given).size < given.length) throw refusal(`messages.${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${given[0]}`);
      const missing = open.filter((id) => !given.includes(id));
      if (missing.length) throw missingResults(missing);
      if (results.length && blocks.slice(0, results.length).some(({ type }) => type !== 'tool_result')) throw missingResults(open);
      open = [];
      items.push(...readUser(blocks));
    }
  }
  if (open.length) throw missingResults(open);
  checkThinking(messages, thinking);
  return items;
}

const missingResults = (ids) => refusal(
  `messages: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`);

function checkBlock(block, where) {
  const keys = BLOCKS[block.type];
  if (!keys) throw refusal(`${where}: Input tag '${block.type}' found using 'type' does not match any of the expected tags`);
  const strange = unknownKey(block, keys);
  if (strange) throw refusal(`${where}.${block.type}.${strange}: Extra inputs are not permitted`);
  if (block.type === 'text') {
    if (!block.text) throw refusal('messages: text content blocks must be non-empty');
    if (!block.text.trim()) throw refusal('messages: text content blocks must contain non-whitespace text');
  }
  if (block.type === 'image' && block.source?.type === 'base64') {
    const { media_type: type, data } = block.source;
    if (!SIGNATURES[type]) throw refusal(`${where}.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`);
    if (!SIGNATURES[type].test(Buffer.from(data, 'base64').toString('latin1'))) throw refusal('Could not process image');
  }
  if (block.type === 'document' && block.source?.type === 'base64' && !Buffer.from(block.source.data, 'base64').toString('latin1').startsWith('%PDF')) {
    throw refusal('The PDF specified was not valid.');
  }
  for (const key of ['id', 'tool_use_id']) {
    if (key in block && !/^[a-zA-Z0-9_-]+$/.test(block[key])) throw refusal(`${where}.${block.type}.${key}: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  }
  if (block.type === 'tool_use' && (typeof block.input !== 'object' || block.input === null || Array.isArray(block.input))) {
    throw refusal(`${where}.tool_use.input: Input should be a valid dictionary`);
  }
  if (block.type === 'tool_result' && Array.isArray(block.content)) {
    for (const [nth, inner] of block.content.entries()) {
      if (!['text', 'image', 'document', 'search_result', 'tool_reference'].includes(inner.type)) throw refusal(`${where}.tool_result.content.${nth}: Input tag '${inner.type}' found using 'type' does not match any of the expected tags`);
      checkBlock(inner, `${where}.tool_result.content.${nth}`);
    }
  }
  if (block.type === 'thinking' && block.signature !== sign('anthropic', block.thinking)) throw refusal(`${where}: Invalid \`signature\` in \`thinking\` block`);
}

/** With thinking on, the turn that the results belong to must begin with its thinking. Adaptive thinking does not ask for it. */
function checkThinking(messages, thinking) {
  if (!thinking || thinking === 'adaptive') return;
  if (messages.at(-1).role === 'assistant') throw refusal('When thinking is enabled, the final message may not be of the assistant');
  const last = messages.findLast(({ role }) => role === 'assistant');
  const results = messages.at(-1).content;
  if (!last || !Array.isArray(results) || !results.some(({ type }) => type === 'tool_result')) return;
  const first = Array.isArray(last.content) ? last.content[0].type : 'text';
  if (!['thinking', 'redacted_thinking'].includes(first)) {
    throw refusal(`messages.${messages.lastIndexOf(last)}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`);
  }
}

const readAssistant = (blocks) => ({
  role: 'assistant',
  text: textOf(blocks),
  calls: blocks.filter(({ type }) => type === 'tool_use').map(({ id, name }) => ({ id, name })),
  state: blocks.some(({ type }) => type === 'thinking' || type === 'redacted_thinking'),
});

function readUser(blocks) {
  const results = blocks.filter(({ type }) => type === 'tool_result').map((block) => {
    const inner = typeof block.content === 'string' ? [{ type: 'text', text: block.content }] : block.content ?? [];
    return { role: 'tool', id: block.tool_use_id, text: textOf(inner), ...blobsOf(inner) };
  });
  const rest = blocks.filter(({ type }) => type !== 'tool_result');
  return rest.length ? [...results, { role: 'user', text: textOf(rest), ...blobsOf(rest) }] : results;
}

const textOf = (blocks) => blocks.filter(({ type }) => type === 'text').map(({ text }) => text).join('\n');
const blob = ({ source }) => (source.type === 'base64' ? { type: source.media_type, bytes: Buffer.from(source.data, 'base64') }
  : source.type === 'text' ? { type: 'text/plain', bytes: Buffer.from(source.data) }
    : fromDataUrl(source.url ?? '') ?? { type: source.type, bytes: Buffer.from(source.url ?? source.file_id ?? '') });
const blobsOf = (blocks) => ({
  pictures: blocks.filter(({ type }) => type === 'image').map(blob),
  files: blocks.filter(({ type }) => type === 'document').map(blob),
});

let count = 0;

export function answer({ thinking, pieces, calls }, { model }) {
  const number = ++count;
  const usage = {
    input_tokens: COUNTS.input - COUNTS.cacheRead - COUNTS.cacheWrite,
    cache_creation_input_tokens: COUNTS.cacheWrite,
    cache_read_input_tokens: COUNTS.cacheRead,
    output_tokens: COUNTS.output,
    output_tokens_details: { thinking_tokens: COUNTS.reasoning },
  };
  const blocks = [
    ...(thinking ? [{ type: 'thinking', thinking, signature: sign('anthropic', thinking) }] : []),
    ...(pieces.length ? [{ type: 'text', text: pieces.join('') }] : []),
    ...calls.map(({ name, args }, nth) => ({ type: 'tool_use', id: `toolu_stub${number}_${nth}`, name, input: JSON.parse(args) })),
  ];
  const message = { id: `msg_stub${number}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null, stop_sequence: null };
  const stop = calls.length ? 'tool_use' : 'end_turn';
  const event = (data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
  const delta = (index, type, key, value) => event({ type: 'content_block_delta', index, delta: { type, [key]: value } });
  const before = [event({ type: 'message_start', message: { ...message, usage: { ...usage, output_tokens: 1 } } }), event({ type: 'ping' })];
  const frames = [];
  const ends = [];
  for (const [index, block] of blocks.entries()) {
    const to = block.type === 'tool_use' ? ends : frames;
    const empty = { thinking: { type: 'thinking', thinking: '', signature: '' }, text: { type: 'text', text: '' }, tool_use: { ...block, input: {} } }[block.type];
    to.push(event({ type: 'content_block_start', index, content_block: empty }));
    if (block.type === 'thinking') {
      to.push(delta(index, 'thinking_delta', 'thinking', block.thinking.slice(0, 5)), delta(index, 'thinking_delta', 'thinking', block.thinking.slice(5)));
      to.push(delta(index, 'signature_delta', 'signature', block.signature));
    }
    if (block.type === 'text') for (const piece of pieces) to.push(delta(index, 'text_delta', 'text', piece));
    if (block.type === 'tool_use') {
      const args = JSON.stringify(block.input);
      for (const part of ['', args.slice(0, 4), args.slice(4)]) to.push(delta(index, 'input_json_delta', 'partial_json', part));
    }
    to.push(event({ type: 'content_block_stop', index }));
  }
  return {
    type: 'text/event-stream; charset=utf-8',
    before: [...before, ...frames.slice(0, frames.length - (pieces.length ? pieces.length + 1 : 0))],
    pieces: pieces.length ? frames.slice(-pieces.length - 1, -1) : [],
    after: [
      ...(pieces.length ? frames.slice(-1) : []), ...ends,
      event({ type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage }), event({ type: 'message_stop' }),
    ],
    error: [event({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_stub' })],
    whole: { ...message, content: blocks, stop_reason: stop, usage },
  };
}
