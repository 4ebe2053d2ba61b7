// The package `@anthropic-ai/sdk`: its raw stream, `.stream()`, and its tool runner.

import { LOOK, SCHEMA, TOOL } from '../features.mjs';
import { load } from './load.mjs';

export function told(error) {
  const { message, status, type, headers } = error;
  const name = error.constructor?.name;
  return {
    error: {
      name, message, status, code: type,
      tooLong: name === 'BadRequestError' && /prompt is too long: /.test(message),
      limited: name === 'RateLimitError' && (type ?? error.error?.error?.type) === 'rate_limit_error',
      after: headers?.get?.('retry-after') ?? undefined,
    },
  };
}

const usageOf = (usage) => usage && {
  input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
  output: usage.output_tokens, cached: usage.cache_read_input_tokens, reasoning: usage.output_tokens_details?.thinking_tokens,
};

const content = ({ prompt, picture, file }) => [
  ...(picture ? [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }] : []),
  ...(file ? [{ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: file } }] : []),
  { type: 'text', text: prompt },
];
const picked = (blocks, type, key) => blocks.filter((block) => block.type === type).map((block) => block[key]).join('');

const messages = (client, { helper }) => async (ask, { model, run }) => {
  const history = [{ role: 'user', content: content(ask) }];
  const body = {
    model, max_tokens: 4096, messages: history,
    ...(ask.op === 'loop' && { tools: [ask.looks ? LOOK : TOOL].map(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters })) }),
    ...(ask.schema && { output_config: { format: { type: 'json_schema', schema: SCHEMA } } }),
    ...(ask.effort && { thinking: { type: 'enabled', budget_tokens: 1024 } }),
  };
  const ran = [];
  for (;;) {
    let message;
    let pieces = 0;
    if (!ask.stream) {
      message = await client.messages.create(body);
    } else {
      const stream = helper ? client.messages.stream(body) : await client.messages.create({ ...body, stream: true });
      let stopped = false;
      for await (const event of stream) {
        if (event.type === 'message_start') message = structuredClone(event.message);
        if (event.type === 'content_block_start') message.content[event.index] = { ...event.content_block, ...(event.content_block.type === 'tool_use' && { input: '' }) };
        const block = message?.content[event.index];
        const { delta } = event;
        if (delta?.type === 'text_delta') {
          pieces += 1;
          block.text += delta.text;
        }
        if (delta?.type === 'thinking_delta') block.thinking += delta.thinking;
        if (delta?.type === 'signature_delta') block.signature = delta.signature;
        if (delta?.type === 'input_json_delta') block.input += delta.partial_json;
        if (event.type === 'content_block_stop' && block.type === 'tool_use') block.input = JSON.parse(block.input || '{}');
        if (event.type === 'message_delta') {
          message.stop_reason = delta.stop_reason;
          message.usage = { ...message.usage, ...event.usage };
        }
        stopped ||= event.type === 'message_stop';
        if (pieces === ask.abortAfter) {
          stream.controller.abort();
          return { aborted: true };
        }
      }
      if (helper) message = await stream.finalMessage();
      else if (!stopped) return { text: picked(message.content, 'text', 'text'), pieces };
    }
    const calls = message.content.filter(({ type }) => type === 'tool_use');
    if (ask.op === 'ask' || message.stop_reason !== 'tool_use') {
      const text = picked(message.content, 'text', 'text');
      return { text, pieces, ran, reasoning: picked(message.content, 'thinking', 'thinking'), usage: usageOf(message.usage), ...(ask.schema && { object: JSON.parse(text) }) };
    }
    history.push({ role: 'assistant', content: message.content });
    history.push({
      role: 'user',
      content: calls.map(({ id, name, input }) => {
        ran.push(input);
        const { text, picture } = run(name, input);
        return { type: 'tool_result', tool_use_id: id, content: picture ? [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }] : text };
      }),
    });
  }
};

/** Its own loop, which first asks the service to keep the thread. */
const runner = (client) => async (ask, { model, run }) => {
  const ran = [];
  const { parameters, ...tool } = ask.looks ? LOOK : TOOL;
  const message = await client.beta.messages.toolRunner({
    model, max_tokens: 4096, messages: [{ role: 'user', content: content(ask) }], stream: ask.stream,
    ...(ask.effort && { thinking: { type: 'enabled', budget_tokens: 1024 } }),
    tools: [{
      ...tool, input_schema: parameters,
      parse: (input) => input,
      run: (input) => {
        ran.push(input);
        const { text, picture } = run(tool.name, input);
        return picture ? [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }] : text;
      },
    }],
  }).runUntilDone();
  return { text: picked(message.content, 'text', 'text'), ran, usage: usageOf(message.usage) };
};

export async function clients(version) {
  const { default: Anthropic } = await load('@anthropic-ai/sdk');
  // Its base address is without /v1.
  const of = (api, options) => ({ baseURL, apiKey }) => {
    const ask = api(new Anthropic({ baseURL: baseURL.replace(/\/v1$/, ''), apiKey, maxRetries: 0 }), options);
    return (...args) => ask(...args).catch(told);
  };
  return {
    [`@anthropic-ai/sdk ${version}, raw`]: { api: 'messages', make: of(messages, {}), carries: ['state', 'stateWhole'] },
    [`@anthropic-ai/sdk ${version}, .stream()`]: { api: 'messages', make: of(messages, { helper: true }), carries: ['state', 'stateWhole'] },
    [`@anthropic-ai/sdk ${version}, toolRunner`]: { api: 'messages', make: of(runner, {}), carries: ['state', 'stateWhole'], only: ['tool', 'toolWhole', 'parallel', 'state', 'stateWhole', 'look'] },
  };
}
