// OpenAiChat: what `openai` and AI SDK understand of each recording, rivulet understands, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';
import OpenAI from 'openai';

import { OpenAiChat } from '../../dist/index.js';
import { KEY, compare, nothing, parsed } from './oracle.mjs';

const MESSAGES = [{ role: 'user', content: 'Hi' }];
const REASONS = { function_call: 'tool_calls' };

async function openai({ isWhole }, fetch) {
  const client = new OpenAI({ apiKey: KEY, baseURL: 'https://llm.example/v1', maxRetries: 0, fetch });
  const seen = nothing();
  try {
    if (isWhole) {
      const { choices: [{ message, finish_reason: reason }], usage } = await client.chat.completions.create({ model: 'm', messages: MESSAGES });
      take(seen, message, reason, usage);
      seen.calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }) => ({ id, name, arguments: parsed(given || '{}') }));
      return seen;
    }
    const calls = [];
    for await (const { choices, usage } of await client.chat.completions.create({ model: 'm', messages: MESSAGES, stream: true })) {
      const choice = choices?.find(({ index }) => index === 0);
      take(seen, choice?.delta ?? {}, choice?.finish_reason, usage);
      for (const { index, id, function: { name, arguments: given = '' } } of choice?.delta?.tool_calls ?? []) {
        calls[index] ??= { id, name, arguments: '' };
        calls[index].arguments += given;
      }
    }
    seen.calls = calls.map((call) => ({ ...call, arguments: parsed(call.arguments || '{}') }));
  } catch {
    seen.failed = true;
  }
  return seen;
}

function take(seen, { content, refusal, reasoning_content: thought, reasoning }, reason, usage) {
  seen.text += content ?? '';
  seen.text += refusal ?? '';
  seen.reasoning += thought ?? reasoning ?? '';
  if (reason) seen.finish = REASONS[reason] ?? reason;
  if (usage) [seen.prompt, seen.completion] = [usage.prompt_tokens, usage.completion_tokens];
}

async function aiSdk(_, fetch) {
  const model = createOpenAICompatible({ name: 'llm', apiKey: KEY, baseURL: 'https://llm.example/v1', fetch, includeUsage: true })('m');
  const seen = nothing();
  const reply = streamText({ model, messages: MESSAGES, maxRetries: 0, onError() {} });
  for await (const part of reply.fullStream) {
    if (part.type === 'text-delta') seen.text += part.text;
    else if (part.type === 'reasoning-delta') seen.reasoning += part.text;
    else if (part.type === 'tool-call') seen.calls.push({ id: part.toolCallId, name: part.toolName, arguments: part.input });
    else if (part.type === 'error') seen.failed = true;
    else if (part.type === 'finish') {
      seen.finish = part.finishReason.replaceAll('-', '_');
      [seen.prompt, seen.completion] = [part.totalUsage.inputTokens, part.totalUsage.outputTokens];
    }
  }
  return seen;
}

const CUT = 'the client takes a stream that was cut for a whole one';
const GROQ = "the client does not know Groq's x_groq";
const NO_INDEX = 'the client puts calls without an index into one';

const OPENAI = {
  'cut-midstream': [['failed'], CUT],
  'cut-tool': [['failed', 'calls'], CUT],
  'doc-error-event': [['failed'], 'the client looks for an error in the data alone'],
  'doc-gemini-tools-no-index': [['calls', 'finish'], 'the client has no place for calls without an index, and stop is no word for calls'],
  'doc-groq-usage': [['prompt', 'completion'], GROQ],
  'doc-mistral-parts': [['text', 'reasoning'], 'the client knows no content in parts'],
  'doc-openai-refusal': [['finish'], 'OpenAI says stop of a refusal'],
  'doc-vllm-error-object': [['failed'], 'the client looks for error in the data, and this is one without'],
};

const ONE_PIECE = 'asked for a stream, it reads no answer in one piece';
const whole = (...members) => [['failed', 'text', ...members, 'prompt', 'completion', 'finish'], ONE_PIECE];

const AI_SDK = {
  'doc-error-null': [['failed', 'text', 'prompt', 'completion', 'finish'], 'it takes "error": null for an error'],
  'doc-gemini-tools-no-index': [['calls', 'finish'], NO_INDEX],
  'doc-groq-usage': [['prompt', 'completion'], GROQ],
  'doc-vllm-usage-every-chunk': [['failed'], 'it fails on "choices": null'],
  'tools-no-arguments': [['calls'], 'it leaves the arguments empty, where rivulet gives {}'],
  'openrouter-whole': whole(),
  'whole-reasoning': whole('reasoning'),
  'whole-text': whole(),
  'whole-text-and-tool': whole('calls'),
  'whole-tools': [['failed', 'calls', 'prompt', 'completion', 'finish'], ONE_PIECE],
};

test('rivulet understands what openai does', async () => {
  const count = await compare('openai-chat', OpenAiChat, openai, OPENAI, { hasIds: true });
  assert.ok(count > 40, `${count} recordings`);
});

test('rivulet understands what AI SDK does', async () => {
  const count = await compare('openai-chat', OpenAiChat, aiSdk, AI_SDK, { hasIds: true });
  assert.ok(count > 40, `${count} recordings`);
});
