// OpenAI's own SDK on the recorded answers of the Responses API: it and rivulet must find the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { OpenAiResponses } from '../../dist/index.js';
import { KEY, compare, nothing, parsed } from './oracle.mjs';

const ALL = ['failed', 'text', 'prompt', 'completion', 'finish'];
const DELIBERATE = {
  'cut-midstream': [['failed', 'finish'], 'the SDK takes what came for the answer'],
  'cut-tool': [['failed', 'calls', 'finish'], 'the SDK takes what came for the answer'],
  'doc-not-json-event': [ALL, 'what nobody knows may be anything'],
  'doc-reasoning-summary': [['reasoning'], 'the SDK leaves the parts of a summary apart, which stand one after the other here, with a blank line between them'],
  'tools-no-arguments': [['calls'], 'the SDK leaves the arguments empty, where rivulet gives {}'],
  'doc-unknown-events': [ALL, 'the SDK fails on events that it does not know'],
};

/** Part J4 of the wire reference. */
function finish({ status, incomplete_details: details }, refused, calls) {
  if (refused) return 'content_filter';
  if (status === 'incomplete') return { max_output_tokens: 'length', content_filter: 'content_filter' }[details?.reason] ?? 'unknown';
  return calls.length ? 'tool_calls' : 'stop';
}

async function theirs({ isWhole }, fetch) {
  const client = new OpenAI({ apiKey: KEY, baseURL: 'http://openai.example/v1', maxRetries: 0, logLevel: 'off', fetch });
  const asked = { model: 'm', input: 'Hi' };
  const seen = { ...nothing(), failed: true };
  let response;
  try {
    if (isWhole) {
      response = await client.responses.create(asked);
    } else {
      const stream = client.responses.stream(asked);
      stream.on('event', ({ type, delta }) => {
        if (/^response\.(output_text|refusal)\.delta$/.test(type)) seen.text += delta;
        if (/^response\.reasoning(_summary)?_text\.delta$/.test(type)) seen.reasoning += delta;
      });
      response = await stream.finalResponse();
    }
  } catch {
    return seen;
  }
  if (!Array.isArray(response.output) || ['failed', 'cancelled'].includes(response.status)) return seen;
  const of = (type) => response.output.filter((item) => item.type === type);
  const parts = of('message').flatMap(({ content }) => content);
  const thoughts = of('reasoning').flatMap(({ summary, content = [] }) => [...summary, ...content]);
  const calls = of('function_call').map(({ call_id: id, name, arguments: given }) => ({ id, name, arguments: parsed(given) }));
  const refused = parts.some(({ type }) => type === 'refusal');
  return {
    failed: false,
    text: parts.map((part) => part.text ?? part.refusal).join(''),
    reasoning: thoughts.map(({ text }) => text).join(''),
    calls,
    prompt: response.usage?.input_tokens,
    completion: response.usage?.output_tokens,
    finish: finish(response, refused, calls),
  };
}

test('rivulet and the SDK of OpenAI find the same in each recorded answer', async () => {
  const count = await compare('openai-responses', OpenAiResponses, theirs, DELIBERATE, { hasIds: true });
  assert.ok(count > 40, `${count} answers`);
});
