// What services send: one head a reply, a frame a piece of text, an end. As recorded in tests/wire, texts aside. `type`: where it is not an
// event stream.

const data = (value) => `data: ${value}\n\n`;
const json = (value) => data(JSON.stringify(value));
const named = (value) => `event: ${value.type}\n${json(value)}`;

/** PHP's `json_encode`: slashes and everything beyond ASCII are escaped. */
const php = (value) => JSON.stringify(value)
  .replaceAll('/', '\\/')
  .replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** OpenAI's chunks: about 300 bytes, and nothing but the text differs from one to the next. */
function openai(deltaOf = (text) => ({ content: text }), first = {}, reason = 'stop') {
  const chunk = (delta, reason = null) => json({
    id: 'chatcmpl-CfTn3Yq0gVx1hE8sKJwLr5uZdB2aM',
    object: 'chat.completion.chunk',
    created: 1795520399,
    model: 'gpt-5-mini-2025-08-07',
    service_tier: 'default',
    system_fingerprint: 'fp_5d58a6052a',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    usage: null,
  });
  return {
    begin: chunk({ role: 'assistant', content: '', refusal: null, ...first }),
    piece: (text) => chunk(deltaOf(text)),
    end: () => chunk({}, reason) + data('[DONE]'),
  };
}

/** AI Engine's: about 40 bytes, and at the end the whole text again. */
function aiEngine() {
  const frame = (type, value) => data(php({ type, data: value }));
  return {
    begin: '',
    piece: (text) => frame('live', text),
    end: (reply) => frame('end', php({ success: true, reply, images: null, usage: null })),
  };
}

/** Anthropic's: about 130 bytes, each with the name of its event. */
function anthropic() {
  const usage = { input_tokens: 10, output_tokens: 1 };
  const message = { id: 'msg_01', type: 'message', role: 'assistant', content: [], model: 'claude', stop_reason: null, stop_sequence: null, usage };
  return {
    begin: named({ type: 'message_start', message }) + named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    piece: (text) => named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    end: () => named({ type: 'content_block_stop', index: 0 })
      + named({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 9 } })
      + named({ type: 'message_stop' }),
  };
}

/** Ollama's own: a line of JSON each, about 130 bytes, and the time of each in it, in ns. */
function ollama() {
  const start = Date.UTC(2026, 10, 24, 12, 47, 14);
  const line = (index, content, more = { done: false }) => {
    const created_at = new Date(start + index * 23).toISOString().replace('Z', `${100_000 + (index * 7_919) % 899_999}Z`);
    return `${JSON.stringify({ model: 'llama3.2', created_at, message: { role: 'assistant', content }, ...more })}\n`;
  };
  const counts = { total_duration: 4648158584, load_duration: 4071084, prompt_eval_count: 26, prompt_eval_duration: 439038000, eval_count: 298, eval_duration: 4196918000 };
  return {
    type: 'application/x-ndjson',
    begin: '',
    piece: (text, index) => line(index, text),
    end: () => line(0, '', { done: true, done_reason: 'stop', ...counts }),
  };
}

const calls = (call) => ({ tool_calls: [{ index: 0, ...call }] });

export const DIALECTS = {
  openai: openai(),
  // What the model thinks, as DeepSeek and those after it send it.
  thoughts: openai((text) => ({ content: null, reasoning_content: text })),
  // The arguments of a call of a tool; that they are no JSON matters to nobody on the way.
  calls: openai(
    (text) => calls({ function: { arguments: text } }),
    { content: null, ...calls({ id: 'call_6Qn8bT', type: 'function', function: { name: 'write', arguments: '' } }) },
    'tool_calls',
  ),
  'ai-engine': aiEngine(),
  anthropic: anthropic(),
  ollama: ollama(),
};
