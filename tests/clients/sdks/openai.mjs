// The package `openai`, versions 6 and 7: Chat Completions and Responses.

import { LOOK, SCHEMA, TOOL } from '../features.mjs';
import { load } from './load.mjs';

const FORMAT = { name: 'weather', strict: true, schema: SCHEMA };
const tools = ({ looks }) => [looks ? LOOK : TOOL];

export function told(error) {
  const { name, message, status, code, headers } = error;
  return {
    error: {
      name: error.constructor?.name ?? name, message, status, code,
      tooLong: error.constructor?.name === 'BadRequestError' && code === 'context_length_exceeded',
      limited: error.constructor?.name === 'RateLimitError' && code === 'rate_limit_exceeded',
      after: headers?.get?.('retry-after') ?? undefined,
    },
  };
}

const chatUsage = (usage) => usage && {
  input: usage.prompt_tokens, output: usage.completion_tokens,
  cached: usage.prompt_tokens_details?.cached_tokens, reasoning: usage.completion_tokens_details?.reasoning_tokens,
};
const responsesUsage = (usage) => usage && {
  input: usage.input_tokens, output: usage.output_tokens,
  cached: usage.input_tokens_details?.cached_tokens, reasoning: usage.output_tokens_details?.reasoning_tokens,
};

function chatContent({ prompt, picture, file }) {
  if (!picture && !file) return prompt;
  return [
    { type: 'text', text: prompt },
    ...(picture ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }] : []),
    ...(file ? [{ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${file}` } }] : []),
  ];
}

const chat = (client, { helper }) => async (ask, { model, run }) => {
  const messages = [{ role: 'user', content: chatContent(ask) }];
  const body = {
    model, messages,
    ...(ask.op === 'loop' && { tools: tools(ask).map((tool) => ({ type: 'function', function: tool })) }),
    ...(ask.schema && { response_format: { type: 'json_schema', json_schema: FORMAT } }),
    ...(ask.effort && { reasoning_effort: 'high' }),
  };
  const ran = [];
  for (;;) {
    let message;
    let usage;
    let pieces = 0;
    let reasoning = '';
    let aborted = false;
    if (!ask.stream) {
      const completion = await client.chat.completions.create(body);
      ({ choices: [{ message }], usage } = completion);
      reasoning = message.reasoning_content ?? '';
    } else if (helper) {
      const stream = client.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
      stream.on('chunk', ({ choices: [choice] }) => { reasoning += choice?.delta.reasoning_content ?? ''; });
      stream.on('content', () => {
        pieces += 1;
        if (pieces === ask.abortAfter) stream.abort();
      });
      try {
        const completion = await stream.finalChatCompletion();
        ({ choices: [{ message }], usage } = completion);
      } catch (error) {
        if (error.constructor.name === 'APIUserAbortError') return { aborted: true };
        throw error;
      }
    } else {
      const stream = await client.chat.completions.create({ ...body, stream: true, stream_options: { include_usage: true } });
      let finish;
      message = { role: 'assistant', content: '' };
      for await (const chunk of stream) {
        usage = chunk.usage ?? usage;
        const [choice] = chunk.choices;
        if (!choice) continue;
        finish = choice.finish_reason ?? finish;
        reasoning += choice.delta.reasoning_content ?? '';
        if (choice.delta.content) {
          message.content += choice.delta.content;
          pieces += 1;
        }
        for (const { index, id, function: { name, arguments: args = '' } } of choice.delta.tool_calls ?? []) {
          const call = ((message.tool_calls ??= [])[index] ??= { id, type: 'function', function: { name, arguments: '' } });
          call.function.arguments += args;
        }
        if (pieces === ask.abortAfter) {
          aborted = true;
          break;
        }
      }
      if (aborted) return { aborted };
      if (!finish) throw new Error('no finish reason');
    }
    const calls = message.tool_calls ?? [];
    if (ask.op === 'ask' || calls.length === 0) {
      return { text: message.content, pieces, reasoning, ran, usage: chatUsage(usage), ...(ask.schema && { object: JSON.parse(message.content) }) };
    }
    messages.push(message);
    for (const { id, function: { name, arguments: args } } of calls) {
      ran.push(JSON.parse(args));
      messages.push({ role: 'tool', tool_call_id: id, content: run(name, JSON.parse(args)).text });
    }
  }
};

/** Its own loop. */
const runner = (client) => async (ask, { model, run }) => {
  const ran = [];
  const tool = TOOL;
  const loop = client.chat.completions.runTools({
    model, messages: [{ role: 'user', content: ask.prompt }], stream: ask.stream, ...(ask.effort && { reasoning_effort: 'high' }),
    tools: [{
      type: 'function',
      function: {
        ...tool, parse: JSON.parse,
        function: (args) => {
          ran.push(args);
          return run(tool.name, args).text;
        },
      },
    }],
  });
  return { text: await loop.finalContent(), ran };
};

function responsesInput({ prompt, picture, file }) {
  return [{
    role: 'user',
    content: [
      { type: 'input_text', text: prompt },
      ...(picture ? [{ type: 'input_image', image_url: `data:image/png;base64,${picture}`, detail: 'auto' }] : []),
      ...(file ? [{ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${file}` }] : []),
    ],
  }];
}

const responses = (client, { helper }) => async (ask, { model, run }) => {
  const input = responsesInput(ask);
  const body = {
    model, input, store: false, include: ['reasoning.encrypted_content'],
    ...(ask.op === 'loop' && { tools: tools(ask).map((tool) => ({ type: 'function', strict: true, ...tool })) }),
    ...(ask.schema && { text: { format: { type: 'json_schema', ...FORMAT } } }),
    ...(ask.effort && { reasoning: { effort: 'high', summary: 'auto' } }),
  };
  const ran = [];
  for (;;) {
    let response;
    let pieces = 0;
    let reasoning = '';
    if (!ask.stream) {
      response = await client.responses.create(body);
    } else {
      const stream = helper ? client.responses.stream(body) : await client.responses.create({ ...body, stream: true });
      let text = '';
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') {
          pieces += 1;
          text += event.delta;
        }
        if (event.type === 'response.reasoning_summary_text.delta') reasoning += event.delta;
        if (['response.completed', 'response.incomplete'].includes(event.type)) response = event.response;
        // As a careful user of the raw stream does it.
        if (event.type === 'response.failed') throw new Error(`response.failed: ${event.response.error?.message}`);
        if (pieces === ask.abortAfter) {
          stream.controller?.abort();
          stream.abort?.();
          return { aborted: true };
        }
      }
      if (!response) return { text, pieces };
    }
    const calls = response.output.filter(({ type }) => type === 'function_call');
    if (ask.op === 'ask' || calls.length === 0) {
      const text = response.output.flatMap(({ content = [] }) => content).filter(({ type }) => type === 'output_text').map(({ text: piece }) => piece).join('');
      return { text, pieces, reasoning, ran, usage: responsesUsage(response.usage), ...(ask.schema && { object: JSON.parse(text) }) };
    }
    input.push(...response.output);
    for (const { call_id, name, arguments: args } of calls) {
      ran.push(JSON.parse(args));
      const { text, picture } = run(name, JSON.parse(args));
      input.push({ type: 'function_call_output', call_id, output: picture ? [{ type: 'input_image', image_url: `data:image/png;base64,${picture}`, detail: 'auto' }] : text });
    }
  }
};

/** @param {(OpenAI: any, at: { baseURL: string, apiKey: string }) => any} [make] */
export async function clients(name, version, make = (OpenAI, { baseURL, apiKey }) => new OpenAI({ baseURL, apiKey, maxRetries: 0 })) {
  const { default: OpenAI } = await load(name);
  const of = (api, options) => (at) => {
    const ask = api(make(OpenAI, at), options);
    return (...args) => ask(...args).catch(told);
  };
  const both = ['state', 'stateWhole'];
  const noPictures = { look: "Chat Completions has text only in results of tools" };
  return {
    [`openai ${version}, chat`]: { api: 'chat', make: of(chat, {}), cannot: noPictures, carries: ['stateWhole'] },
    [`openai ${version}, chat .stream()`]: { api: 'chat', make: of(chat, { helper: true }), cannot: noPictures, carries: both },
    [`openai ${version}, runTools`]: { api: 'chat', make: of(runner, {}), only: ['tool', 'toolWhole', 'parallel', 'state', 'stateWhole'] },
    [`openai ${version}, responses`]: { api: 'responses', make: of(responses, {}), carries: both },
    [`openai ${version}, responses .stream()`]: { api: 'responses', make: of(responses, { helper: true }), carries: both },
  };
}
