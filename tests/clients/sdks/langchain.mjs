// @langchain/openai over Chat Completions and Responses, @langchain/anthropic over Messages.

import { LOOK, SCHEMA, TOOL } from '../features.mjs';
import { load } from './load.mjs';

function told(error) {
  const { message, status, code, headers } = error;
  const name = error.name !== 'Error' ? error.name : error.constructor?.name;
  const cause = error.cause?.constructor?.name ?? error.constructor?.name;
  return {
    error: {
      name, message, status, code: code ?? error.lc_error_code,
      tooLong: /ContextOverflow/.test(`${name} ${error.constructor?.name}`),
      limited: error.lc_error_code === 'MODEL_RATE_LIMIT' || /RateLimit/.test(`${name} ${cause}`),
      after: headers?.get?.('retry-after') ?? headers?.['retry-after'] ?? undefined,
    },
  };
}

const usageOf = (usage) => usage && {
  input: usage.input_tokens, output: usage.output_tokens,
  cached: usage.input_token_details?.cache_read, reasoning: usage.output_token_details?.reasoning,
};
const textOf = (content) => (typeof content === 'string' ? content : content.filter(({ type }) => type === 'text').map(({ text }) => text).join(''));
const reasoningOf = ({ content, additional_kwargs: more }) => more?.reasoning_content
  ?? more?.reasoning?.summary?.map(({ text }) => text).join('')
  ?? (Array.isArray(content) ? content.filter(({ type }) => type === 'thinking').map(({ thinking }) => thinking).join('') : '');

const driver = ({ HumanMessage, ToolMessage }, make) => (at) => async (ask, { model: id, run }) => {
  let model = make(at, id, ask);
  const { name, description, parameters } = ask.looks ? LOOK : TOOL;
  const messages = [new HumanMessage({
    content: [
      { type: 'text', text: ask.prompt },
      ...(ask.picture ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${ask.picture}` } }] : []),
      ...(ask.file ? [{ type: 'file', source_type: 'base64', mime_type: 'application/pdf', data: ask.file, metadata: { filename: 'a.pdf', name: 'a.pdf' } }] : []),
    ],
  })];
  const ran = [];
  try {
    if (ask.schema) {
      const object = await model.withStructuredOutput(SCHEMA, { name: 'weather', method: 'jsonSchema', ...(model.lc_namespace?.includes('anthropic') ? {} : { strict: true }) }).invoke(messages);
      return { object };
    }
    if (ask.op === 'loop') model = model.bindTools([{ type: 'function', function: { name, description, parameters } }]);
    for (;;) {
      let message;
      let pieces = 0;
      if (ask.stream) {
        const controller = new AbortController();
        for await (const chunk of await model.stream(messages, { signal: controller.signal })) {
          message = message ? message.concat(chunk) : chunk;
          if (textOf(chunk.content)) pieces += 1;
          if (pieces === ask.abortAfter) {
            controller.abort();
            return { aborted: true };
          }
        }
      } else {
        message = await model.invoke(messages);
      }
      if (ask.op === 'ask' || !message.tool_calls?.length) {
        return { text: textOf(message.content), pieces, ran, reasoning: reasoningOf(message), usage: usageOf(message.usage_metadata) };
      }
      messages.push(message);
      for (const call of message.tool_calls) {
        ran.push(call.args);
        const { text, picture } = run(call.name, call.args);
        messages.push(new ToolMessage({ tool_call_id: call.id, content: picture ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }] : text }));
      }
    }
  } catch (error) {
    return /abort/i.test(error.name) ? { aborted: true } : told(error);
  }
};

export async function clients(versions) {
  const messages = await load('@langchain/core/messages');
  const { ChatOpenAI } = await load('@langchain/openai');
  const { ChatAnthropic } = await load('@langchain/anthropic');
  const openai = (useResponsesApi) => ({ baseURL, apiKey }, model, { effort }) => new ChatOpenAI({
    model, apiKey, configuration: { baseURL }, maxRetries: 0, useResponsesApi, streamUsage: true,
    ...(useResponsesApi && { zdrEnabled: true }),
    // Its own setting `reasoning` is for models whose names it knows.
    ...(effort && ({ modelKwargs: useResponsesApi ? { reasoning: { effort: 'high', summary: 'auto' } } : { reasoning_effort: 'high' } })),
  });
  const anthropic = ({ baseURL, apiKey }, model, { effort }) => new ChatAnthropic({
    model, apiKey, anthropicApiUrl: baseURL.replace(/\/v1$/, ''), maxRetries: 0, maxTokens: 4096, ...(effort && { thinking: { type: 'enabled', budget_tokens: 1024 } }),
  });
  const of = versions['@langchain/openai'];
  return {
    [`@langchain/openai ${of}, chat`]: { api: 'chat', make: driver(messages, openai(false)), cannot: { look: 'Chat Completions has text only in results of tools' } },
    [`@langchain/openai ${of}, responses`]: { api: 'responses', carries: ['state', 'stateWhole'], make: driver(messages, openai(true)) },
    [`@langchain/anthropic ${versions['@langchain/anthropic']}`]: { api: 'messages', carries: ['state', 'stateWhole'], make: driver(messages, anthropic) },
  };
}
