// The AI SDK, versions 6 and 7, with the three of its providers that speak an API of the endpoint.

import { LOOK, SCHEMA, TOOL } from '../features.mjs';
import { load } from './load.mjs';

function told(error) {
  // What a stream failed of may be what its event held.
  const { message, statusCode, data, responseHeaders, responseBody } = error;
  const body = data?.error ?? error.error ?? {};
  const code = body.code ?? body.type;
  const words = `${message} ${responseBody ?? ''}`;
  return {
    error: {
      name: error.name ?? error.constructor?.name ?? 'value', message: message ?? JSON.stringify(error), status: statusCode, code,
      tooLong: statusCode === 400 && (body.code === 'context_length_exceeded' || /prompt is too long: /.test(words)),
      limited: statusCode === 429 && ['rate_limit_exceeded', 'rate_limit_error'].includes(code),
      after: responseHeaders?.['retry-after'],
    },
  };
}

const usageOf = (usage) => usage && {
  input: usage.inputTokens, output: usage.outputTokens,
  cached: usage.inputTokenDetails?.cacheReadTokens ?? usage.cachedInputTokens, reasoning: usage.outputTokenDetails?.reasoningTokens ?? usage.reasoningTokens,
};

const driver = ({ streamText, generateText, tool, jsonSchema, stepCountIs, isStepCount, Output }, major, model, provider) => async (ask, { run }) => {
  const ran = [];
  const { name, description, parameters } = ask.looks ? LOOK : TOOL;
  const controller = new AbortController();
  const options = {
    model, maxRetries: 0, abortSignal: controller.signal,
    messages: [{
      role: 'user',
      content: [
        { type: 'text', text: ask.prompt },
        ...(ask.picture ? [{ type: 'file', data: Buffer.from(ask.picture, 'base64'), mediaType: 'image/png' }] : []),
        ...(ask.file ? [{ type: 'file', data: Buffer.from(ask.file, 'base64'), mediaType: 'application/pdf', filename: 'a.pdf' }] : []),
      ],
    }],
    ...(ask.op === 'loop' && {
      stopWhen: (isStepCount ?? stepCountIs)(6),
      tools: {
        [name]: tool({
          description, inputSchema: jsonSchema(parameters),
          execute: async (input) => {
            ran.push(input);
            return run(name, input);
          },
          toModelOutput: (given) => {
            const { text, picture } = given.output ?? given;
            if (!picture) return { type: 'text', value: text };
            return { type: 'content', value: [major === 6 ? { type: 'image-data', data: picture, mediaType: 'image/png' } : { type: 'file', data: { type: 'data', data: picture }, mediaType: 'image/png' }] };
          },
        }),
      },
    }),
    ...(ask.schema && { output: Output.object({ schema: jsonSchema(SCHEMA) }) }),
    ...(ask.effort && {
      providerOptions: {
        openai: { reasoningEffort: 'high', reasoningSummary: 'auto', store: false, include: ['reasoning.encrypted_content'], forceReasoning: true },
        rivulet: { reasoningEffort: 'high' },
        anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } },
      },
    }),
  };
  if (provider === 'openai' && !ask.effort) options.providerOptions = { openai: { store: false } };
  if (!ask.stream) {
    const result = await generateText(options);
    return { text: result.text, ran, reasoning: result.reasoningText, usage: usageOf(result.totalUsage), ...(ask.schema && { object: result.output }) };
  }
  const result = streamText({ ...options, onError() {} });
  let text = '';
  let reasoning = '';
  let pieces = 0;
  let finish;
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'abort') return { aborted: true };
    if (part.type === 'reasoning-delta') reasoning += part.text;
    if (part.type === 'start-step') text = '';
    if (part.type === 'text-delta') {
      text += part.text;
      pieces += 1;
      if (pieces === ask.abortAfter) controller.abort();
    }
    if (part.type === 'finish') finish = part;
  }
  // An end that the provider could not name is how a cut stream is told where there is no error part.
  if (!['stop', 'tool-calls', 'length'].includes(finish?.finishReason)) throw new Error(`finish reason ${finish?.finishReason}`);
  return { text, pieces, reasoning, ran, usage: usageOf(finish.totalUsage) };
};

// Its warnings about models that it does not know are not of interest here.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** @param {6 | 7} major */
export async function clients(major, versions) {
  const names = major === 6
    ? { ai: 'ai-6', openai: 'ai-sdk-openai-3', compatible: 'ai-sdk-openai-compatible-2', anthropic: 'ai-sdk-anthropic-3' }
    : { ai: 'ai', openai: '@ai-sdk/openai', compatible: '@ai-sdk/openai-compatible', anthropic: '@ai-sdk/anthropic' };
  const ai = await load(names.ai);
  const { createOpenAI } = await load(names.openai);
  const { createOpenAICompatible } = await load(names.compatible);
  const { createAnthropic } = await load(names.anthropic);
  const of = (model, provider) => (at) => async (ask, context) => {
    try {
      return await driver(ai, major, model(at, context.model), provider)(ask, context);
    } catch (error) {
      return told(error);
    }
  };
  const title = (name) => `ai ${versions[names.ai]}, ${name}`;
  const noPictures = { look: 'Chat Completions has text only in results of tools' };
  return {
    [title(`openai-compatible ${versions[names.compatible]}`)]: {
      api: 'chat', cannot: noPictures,
      make: of((at, id) => createOpenAICompatible({ name: 'rivulet', ...at, includeUsage: true, supportsStructuredOutputs: true })(id), 'compatible'),
    },
    [title(`openai ${versions[names.openai]} .chat`)]: { api: 'chat', make: of((at, id) => createOpenAI(at).chat(id), 'chat'), cannot: { ...noPictures, reasoning: 'it does not read reasoning_content' } },
    [title(`openai ${versions[names.openai]}`)]: { api: 'responses', carries: ['state', 'stateWhole'], make: of((at, id) => createOpenAI(at)(id), 'openai') },
    [title(`anthropic ${versions[names.anthropic]}`)]: { api: 'messages', carries: ['state', 'stateWhole'], make: of((at, id) => createAnthropic(at)(id), 'anthropic') },
  };
}
