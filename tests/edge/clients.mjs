// Real clients, each as its documentation has it: a row of the matrix is a client, a column what is asked of it.

import { spawn } from 'node:child_process';

import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText as xsaiStreamText } from '@xsai/stream-text';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';

/** @typedef {{ baseURL: string, apiKey: string, prompt: string }} At */

const chat = (prompt) => [{ role: 'user', content: prompt }];

async function joined(stream, pick) {
  let text = '';
  for await (const item of stream) text += pick(item) ?? '';
  return text;
}

const openai = ({ baseURL, apiKey }) => new OpenAI({ baseURL, apiKey, maxRetries: 0 });

/** Parts of the AI SDK: an error is a part, too. */
async function fullStream(model, prompt) {
  let text = '';
  let finishReason;
  for await (const part of streamText({ model, prompt, maxRetries: 0, onError() {} }).fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') text += part.text;
    if (part.type === 'finish') finishReason = part.finishReason;
  }
  if (finishReason !== 'stop') throw new Error(`finish reason ${finishReason}`);
  return text;
}

const aiSdk = {
  'ai, openai-compatible': ({ baseURL, apiKey }) => createOpenAICompatible({ name: 'rivulet', baseURL, apiKey })('shop'),
  'ai, openai.chat': ({ baseURL, apiKey }) => createOpenAI({ baseURL, apiKey }).chat('shop'),
  'ai, openai (responses)': ({ baseURL, apiKey }) => createOpenAI({ baseURL, apiKey })('shop'),
};

/** @type {Record<string, { stream: (at: At) => Promise<string>, whole?: (at: At) => Promise<string> }>} */
export const CLIENTS = {
  'openai, raw stream': {
    stream: async (at) => {
      const stream = await openai(at).chat.completions.create({ model: 'shop', messages: chat(at.prompt), stream: true });
      return joined(stream, (chunk) => chunk.choices[0]?.delta.content);
    },
    whole: async (at) => {
      const { choices } = await openai(at).chat.completions.create({ model: 'shop', messages: chat(at.prompt) });
      return choices[0].message.content;
    },
  },
  'openai, .stream()': {
    stream: async (at) => {
      const stream = openai(at).chat.completions.stream({
        model: 'shop', messages: chat(at.prompt), stream_options: { include_usage: true },
      });
      const { choices, usage } = await stream.finalChatCompletion();
      if (typeof usage?.total_tokens !== 'number') throw new Error('no usage');
      return choices[0].message.content;
    },
  },
  'openai, responses': {
    stream: async (at) => {
      const stream = await openai(at).responses.create({ model: 'shop', input: at.prompt, stream: true });
      return joined(stream, (event) => (event.type === 'response.output_text.delta' ? event.delta : ''));
    },
    whole: async (at) => (await openai(at).responses.create({ model: 'shop', input: at.prompt })).output_text,
  },
  'openai, responses.stream()': {
    stream: async (at) => (await openai(at).responses.stream({ model: 'shop', input: at.prompt }).finalResponse()).output_text,
  },
  ...Object.fromEntries(Object.entries(aiSdk).map(([name, model]) => [name, {
    stream: (at) => fullStream(model(at), at.prompt),
    whole: async (at) => (await generateText({ model: model(at), prompt: at.prompt, maxRetries: 0 })).text,
  }])),
  xsai: {
    stream: async (at) => {
      const { textStream } = xsaiStreamText({
        apiKey: at.apiKey, baseURL: `${at.baseURL}/`, model: 'shop', messages: chat(at.prompt),
      });
      return joined(textStream, (text) => text);
    },
  },
  'curl -N': {
    stream: async (at) => {
      const body = JSON.stringify({ model: 'shop', messages: chat(at.prompt), stream: true });
      const lines = (await curl(at, '/chat/completions', body)).split('\n').filter((line) => line.startsWith('data: '));
      if (lines.pop() !== 'data: [DONE]') throw new Error('no [DONE]');
      return lines.map((line) => JSON.parse(line.slice(6)).choices[0].delta.content ?? '').join('');
    },
    whole: async (at) => {
      const body = JSON.stringify({ model: 'shop', messages: chat(at.prompt) });
      return JSON.parse(await curl(at, '/chat/completions', body)).choices[0].message.content;
    },
  },
};

function curl({ baseURL, apiKey }, path, body) {
  const args = ['-sN', `${baseURL}${path}`, '-H', `authorization: Bearer ${apiKey}`, '-H', 'content-type: application/json', '-d', body];
  return output('curl', args);
}

/** What a command prints. */
export async function output(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = new Promise((_, reject) => child.on('error', reject));
  const text = (async () => {
    let all = '';
    for await (const part of child.stdout.setEncoding('utf8')) all += part;
    return all;
  })();
  return Promise.race([text, failed]);
}
