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
      seen.calls = (message.tool_calls ?? []).map(({ id, function: { name, arguments: given } }) => ({ id, name, arguments: parsed(given) }));
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
    seen.calls = calls.map((call) => ({ ...call, arguments: parsed(call.arguments) }));
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

test('rivulet understands what openai does', async () => {
  const count = await compare('openai-chat', OpenAiChat, openai, {}, { hasIds: true });
  assert.ok(count > 40, `${count} recordings`);
});

test('rivulet understands what AI SDK does', async () => {
  const count = await compare('openai-chat', OpenAiChat, aiSdk, {}, { hasIds: true });
  assert.ok(count > 40, `${count} recordings`);
});
