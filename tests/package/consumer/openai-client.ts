// A program that is typed for `openai`, with the import of rivulet's entry instead. Compiled, never run.

import type Theirs from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import OpenAI, { OpenAI as Named, RateLimitError, type ChatCompletionStream } from 'rivulet/openai-client';
import { Client } from 'rivulet';

const client = new OpenAI({ apiKey: async () => 'key', organization: 'org', timeout: 1_000 });
const named: Named = client.withOptions({ maxRetries: 0 });

const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text: 'Hello' }, { type: 'image_url', image_url: { url: 'data:,' } }] },
];
const tools: OpenAI.Chat.Completions.ChatCompletionTool[] = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Hello' }];
const effort: OpenAI.ReasoningEffort = 'low';
const choice: OpenAI.Chat.ChatCompletionToolChoiceOption = { type: 'function', function: { name: 'f' } };

/** What is typed by either name is of the same shape. */
export const theirMessages = (given: OpenAI.ChatCompletionMessageParam[]): Theirs.ChatCompletionMessageParam[] => given;
export const theirTools = (given: OpenAI.ChatCompletionFunctionTool[]): Theirs.ChatCompletionTool[] => given;
export const theirChunk = (given: OpenAI.Chat.ChatCompletionChunk): Theirs.ChatCompletionChunk => given;
export const theirEmbedding = (given: OpenAI.Embedding): Theirs.Embedding => given;
export const theirItems = (given: (OpenAI.Responses.EasyInputMessage | OpenAI.Responses.ResponseFunctionToolCall)[]): Theirs.Responses.ResponseInput => given;
export const theirOptions = (given: OpenAI.RequestOptions): number | undefined => given.maxRetries;
export const theirError = (given: OpenAI.APIError): string | null | undefined => given.error?.code;
export const ofTheBase = (given: Client.Chat.ChatCompletionMessageParam): OpenAI.ChatCompletionMessageParam => given;

export async function chat(): Promise<string> {
  const completion: OpenAI.Chat.ChatCompletion = await client.chat.completions.create({ model: 'gpt', messages, tools, tool_choice: choice, reasoning_effort: effort });
  const message: OpenAI.Chat.Completions.ChatCompletionMessage | undefined = completion.choices[0]?.message;
  if (message) messages.push(message);
  const { data, response, request_id: id } = await client.chat.completions.create({ model: 'gpt', messages }).withResponse();
  const raw: Response = await client.chat.completions.create({ model: 'gpt', messages }).asResponse();
  const stream = await named.chat.completions.create({ model: 'gpt', messages, stream: true });
  const [left] = stream.tee();
  for await (const chunk of left) {
    const delta: OpenAI.Chat.ChatCompletionChunk.Choice.Delta | undefined = chunk.choices[0]?.delta;
    const piece: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall | undefined = delta?.tool_calls?.[0];
    void piece;
  }
  return `${data.id} ${data._request_id} ${response.status} ${id} ${raw.status} ${client.baseURL}`;
}

export async function helpers(schema: Parameters<typeof zodResponseFormat>[0]): Promise<unknown> {
  const stream: ChatCompletionStream = client.chat.completions.stream({ model: 'gpt', messages })
    .on('content', (delta, snapshot) => void (delta.length + snapshot.length))
    .on('tool_calls.function.arguments.done', ({ name, parsed_arguments: parsed }) => void [name.length, parsed])
    .once('error', (error) => void error.code);
  for await (const { choices } of stream) void choices;
  const format = { type: 'json_schema' as const, json_schema: { name: 'x', schema: {} } };
  const { choices } = await client.chat.completions.parse({ model: 'gpt', messages, response_format: format });
  const typed = client.chat.completions.stream({ model: 'gpt', messages, response_format: zodResponseFormat(schema, 'x') });
  const runner = client.chat.completions.runTools({
    model: 'gpt', messages, stream: false,
    tools: [{ type: 'function', function: { function: ({ city }: { city: string }) => city, parse: JSON.parse, parameters: { type: 'object' } } }],
  }, { maxChatCompletions: 3 });
  runner.on('message', ({ role }) => void role);
  const content: string | null = await runner.finalContent();
  // @ts-expect-error no such event
  runner.on('contents', () => {});
  return [choices[0]?.message.parsed, content, await typed.finalMessage()];
}

export async function others(): Promise<string> {
  const response: OpenAI.Responses.Response = await client.responses.create({ model: 'gpt', input });
  for (const item of response.output) if (item.type === 'function_call') void item.arguments.length;
  for await (const event of await client.responses.create({ model: 'gpt', input: 'Hello', stream: true })) {
    const typed: OpenAI.Responses.ResponseStreamEvent = event;
    if (typed.type === 'response.output_text.delta') void typed.delta.length;
    if (typed.type === 'error') void typed.message.length;
    const done: OpenAI.Responses.ResponseCompletedEvent | undefined = typed.type === 'response.completed' ? typed : undefined;
    for (const item of done?.response.output ?? []) if (item.type === 'web_search_call') void item.id;
  }
  const stream = client.responses.stream({ model: 'gpt', input });
  stream.on('response.output_text.delta', ({ snapshot }) => void snapshot.length);
  const { data } = await client.embeddings.create({ model: 'e', input: ['a', 'b'] });
  const vector: number[] = data[0]?.embedding ?? [];
  const completion: OpenAI.Completion = await client.completions.create({ model: 'gpt', prompt: 'Once' });
  const model: OpenAI.Model = await client.models.retrieve('gpt');
  return `${response.output_text} ${(await stream.finalResponse()).output_text} ${vector.length} ${completion.choices[0]?.text} ${model.id}`;
}

export function failed(error: unknown): string | undefined {
  if (error instanceof OpenAI.RateLimitError) return `${error.status} ${error.headers?.get('retry-after')} ${error.retryAfterMs}`;
  if (error instanceof RateLimitError) return error.code;
  if (error instanceof Client.APIUserAbortError) return error.name;
  if (error instanceof OpenAI.APIError) return `${error.type} ${error.param} ${error.requestID} ${error.serviceCode}`;
  return undefined;
}

export function wrong(): void {
  // @ts-expect-error responses are of the other entry
  void new Client().responses;
  // @ts-expect-error a message has a role
  const message: OpenAI.Chat.ChatCompletionMessageParam = { content: 'Hello' };
  void message;
}
