// What is typed for `openai` takes what `Client` gives, and `Client` takes what is typed for it. Compiled, never run.

import type OpenAI from 'openai';
import { Client, Chatgpt4o, type ChatCompletion, type ChatCompletionChunk, type ChatCompletionStream } from 'rivulet';

const clients = [new Client(), new Client({ apiKey: 'key', baseURL: 'http://localhost/v1' }), new Client(Chatgpt4o), new Client({ shop: Chatgpt4o })];
const client: Client = clients[0]!;

export const completion = (given: ChatCompletion): OpenAI.ChatCompletion => given;
export const chunk = (given: ChatCompletionChunk): OpenAI.ChatCompletionChunk => given;

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'f', parameters: {} } }];

export async function whole(): Promise<OpenAI.ChatCompletionMessage | undefined> {
  const { choices } = await client.chat.completions.create({ model: 'gpt', messages, tools, temperature: 0 });
  const message = choices[0]?.message;
  if (message) messages.push(message);
  return message;
}

export async function streamed(signal: AbortSignal): Promise<string> {
  let text = '';
  const stream = await client.chat.completions.create({ model: 'gpt', messages, stream: true }, { signal, timeout: 1_000 });
  for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
  const controller: AbortController = stream.controller;
  controller.abort();
  return text;
}

export async function asParameters(params: OpenAI.ChatCompletionCreateParamsStreaming): Promise<AsyncIterable<OpenAI.ChatCompletionChunk>> {
  const { model, messages: theirs, tools: given = [] } = params;
  const stream: ChatCompletionStream = await client.chat.completions.create({ model, messages: theirs, tools: given, stream: true });
  return stream;
}

export async function models(): Promise<OpenAI.Model[]> {
  for await (const { id } of client.models.list()) id.length;
  return (await client.models.list()).data;
}

export function wrong(): void {
  // @ts-expect-error messages are needed
  void client.chat.completions.create({ model: 'gpt' });
  // @ts-expect-error no such option
  void client.chat.completions.create({ model: 'gpt', messages, temprature: 1 });
  // @ts-expect-error one choice is all there is
  void client.chat.completions.create({ model: 'gpt', messages, n: 2 });
}

export const isOurs = (error: unknown): boolean => error instanceof Client.APIError && error.code === 'rate_limited';
