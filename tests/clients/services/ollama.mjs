// Ollama's own API, by its server's types: what Go cannot read it refuses, what it does not know it ignores.

import { COUNTS, Refusal } from '../script.mjs';

export const route = /^\/api\/chat$/;
export const isWhole = (body) => body.stream === false;

const refuse = (status, error) => new Refusal(status, { error });
export const refusal = (error) => refuse(400, error);
export const refusals = {
  toolong: () => refusal('the input length exceeds the context length'),
  limit: () => new Refusal(429, { error: 'too many concurrent requests' }, { 'retry-after': '120' }),
  overloaded: () => refuse(503, 'server busy, please try again. maximum pending requests exceeded'),
  quota: () => refuse(402, 'this model requires a subscription'),
};

const unreadable = (what, field, type) => refusal(`json: cannot unmarshal ${what} into Go struct field ${field} of type ${type}`);

export function read(body) {
  if (typeof body.model !== 'string') throw refusal('model is required');
  if (body.think !== undefined && typeof body.think !== 'boolean' && !['low', 'medium', 'high', 'max'].includes(body.think)) throw refusal(`invalid think value: ${JSON.stringify(body.think)} (must be "high", "medium", "low", "max", true, or false)`);
  const items = [];
  for (const message of body.messages ?? []) {
    const { role, content = '', images = [], tool_calls: calls = [] } = message;
    if (typeof content !== 'string') throw unreadable(Array.isArray(content) ? 'array' : 'object', 'ChatRequest.messages.content', 'string');
    const pictures = images.map((image) => {
      if (typeof image !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(image)) throw refusal('illegal base64 data at input byte 4');
      const bytes = Buffer.from(image, 'base64');
      return { type: bytes.toString('latin1', 1, 4) === 'PNG' ? 'image/png' : 'image/jpeg', bytes };
    });
    for (const call of calls) {
      if (typeof call.function?.arguments !== 'object') throw unreadable(typeof call.function?.arguments, 'ChatRequest.messages.tool_calls.function.arguments', 'api.ToolCallFunctionArguments');
    }
    if (role === 'user') items.push({ role, text: content, pictures });
    if (role === 'tool') items.push({ role, id: message.tool_call_id ?? message.tool_name, text: content, pictures });
    if (role === 'assistant') items.push({ role, text: content, calls: calls.map((call) => ({ id: call.id ?? call.function.name, name: call.function.name })), state: Boolean(message.thinking) });
  }
  return {
    items,
    tools: (body.tools ?? []).map((tool) => tool.function.name),
    thinking: body.think !== undefined && body.think !== false,
    schema: typeof body.format === 'object',
  };
}

export function answer({ thinking, pieces, calls }, { model }) {
  const line = (message, more) => `${JSON.stringify({ model, created_at: '2026-11-01T00:00:00Z', message: { role: 'assistant', content: '', ...message }, done: false, ...more })}\n`;
  const made = calls.map(({ name, args }, index) => ({ function: { index, name, arguments: JSON.parse(args) } }));
  const end = { done: true, done_reason: 'stop', total_duration: 1, load_duration: 1, prompt_eval_count: COUNTS.input, prompt_eval_duration: 1, eval_count: COUNTS.output, eval_duration: 1 };
  return {
    type: 'application/x-ndjson',
    before: thinking ? [line({ thinking: thinking.slice(0, 5) }), line({ thinking: thinking.slice(5) })] : [],
    pieces: pieces.map((content) => line({ content })),
    after: [...made.map((call) => line({ tool_calls: [call] })), line({}, end)],
    error: [`${JSON.stringify({ error: 'an error was encountered while running the model: unexpected EOF' })}\n`],
    whole: { ...JSON.parse(line({ content: pieces.join(''), ...(thinking && { thinking }), ...(made.length && { tool_calls: made }) }, end)) },
  };
}
