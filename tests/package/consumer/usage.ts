// What a user writes, and with `@ts-expect-error` what must not pass. Compiled, never run.

import {
  AiEngine, AiPower, AiPuffer, Anthropic, ChatError, Chatgpt4Online, Chatgpt4o, Client, Fallback, Gemini, Ollama, OpenAiChat,
  OpenAiResponses, SERVICES, WorkersAi, formatPrompt, storageSession,
  type AnthropicSettings, type AssistantMessage, type Attempt, type CallDefaults, type CallOptions, type ChatErrorCode, type Conversation,
  type FallbackReply, type FinishReason, type Message, type Provider, type Reply, type ReplyEvent, type ResponseFormat,
  type ServiceSettings, type SessionStore, type Tool, type Usage, type WorkersAiSettings,
} from 'rivulet';

import { cacheStore, createHandler, createRelay, kvStore, type EdgeEvent, type Handler } from 'rivulet/edge';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

const messages: Message[] = [{ role: 'user', content: 'Hello' }];

export async function textComesAsStrings(): Promise<void> {
  const shop = new AiEngine({ url: 'https://shop.example', botId: 'support' });
  for await (const text of shop.createAsyncGenerator({ messages })) same<typeof text, string>(true);
  for await (const text of Chatgpt4Online.createAsyncGenerator({ model: 'gpt-4', messages: 'Hello' })) {
    same<typeof text, string>(true);
    // @ts-expect-error a piece is a string
    const wrong: number = text;
    void wrong;
  }
  const whole = await Chatgpt4o.createAsync({ messages });
  same<typeof whole, string>(true);
}

export async function eventsAreADiscriminatedUnion(reply: Reply): Promise<string> {
  for await (const event of reply.events) {
    same<typeof event, ReplyEvent>(true);
    // @ts-expect-error not every event has a text
    event.text;
    switch (event.type) {
      case 'text': case 'reasoning': case 'replace': same<typeof event.text, string>(true); break;
      case 'tool-call':
        same<typeof event.done, boolean>(true);
        if (event.done) same<readonly [typeof event.id, typeof event.name, typeof event.arguments], readonly [string, string, string]>(true);
        else same<typeof event.name, string | undefined>(true);
        break;
      case 'source': event.source; break;
      case 'logprobs': event.logprobs; break;
      case 'citation': event.raw; same<typeof event.unit, 'characters' | 'bytes' | undefined>(true); break;
      case 'file': case 'audio': same<typeof event.mediaType, string | undefined>(true); break;
      case 'raw': event.raw; break;
      case 'status': event.kind + event.text; break;
      case 'image': event.url.length; break;
      case 'action': event.kind; break;
      case 'warning': event.message.length; break;
      case 'usage': same<typeof event.usage, Usage>(true); break;
      case 'finish': same<typeof event.reason, FinishReason>(true); break;
      case 'conversation': same<typeof event.conversation, Conversation>(true); break;
      case 'retry': same<typeof event.waitMs, number>(true); break;
      case 'tool-result': same<typeof event.isError, true | undefined>(true); break;
      case 'tool-approval': same<typeof event.arguments, string>(true); break;
      // @ts-expect-error no event is called so
      case 'delta': break;
      default: same<typeof event, never>(true);
    }
  }
  return reply.provider;
}

export function codesAreAClosedUnion(error: unknown): string {
  if (!(error instanceof ChatError)) throw error;
  same<typeof error.code, ChatErrorCode>(true);
  // @ts-expect-error codes are a closed list
  if (error.code === 'no_such_code') return '';
  same<typeof error.status, number | undefined>(true);
  same<typeof error.retryAfterMs, number | undefined>(true);
  same<typeof error.serviceCode | typeof error.type | typeof error.param | typeof error.requestID, string | undefined>(true);
  const plain: Error = error;
  switch (error.code) {
    case 'input': case 'model_not_found': case 'auth': case 'nonce': case 'rate_limited': case 'payment_required':
    case 'refused': case 'blocked': case 'service': case 'network': case 'timeout': case 'protocol': case 'truncated':
    case 'too_large': case 'all_failed': case 'output': case 'wasm_blocked': return plain.message;
    default: same<typeof error.code, never>(true); return '';
  }
}

export function whatAnErrorSaysIsNotChanged(error: ChatError): void {
  // @ts-expect-error read-only
  error.code = 'input';
}

export async function aReplyIsAnIteratorAndAResponse(signal: AbortSignal): Promise<void> {
  const provider = new AiPuffer({ url: 'https://shop.example', apiKey: 'key', timeout: { idle: 5_000 } });
  const reply = provider.createAsyncGenerator({ messages, signal, timeout: 30_000, history: 'messages' });
  const first = await reply.next();
  if (!first.done) same<typeof first.value, string>(true);
  await reply.return();
  same<typeof reply.usage, Usage | undefined>(true);
  same<typeof reply.finishReason, FinishReason | undefined>(true);
  const stream: ReadableStream<Uint8Array> = reply.toReadableStream();
  const response: Response = reply.toResponse({ status: 200 });
  void stream, response;
  await provider.createAsync({ messages, conversation: reply.conversation ?? null });
}

export function providersAreValues(): Provider[] {
  const local = Chatgpt4o.with({ url: 'http://127.0.0.1:8080' });
  same<typeof local, AiPower>(true);
  const puffer: Provider = new AiPuffer({ url: 'https://shop.example' });
  const store: SessionStore = storageSession();
  const power = new AiPower({ url: 'https://shop.example', postId: 10, widget: true, session: store });
  const keyed = new OpenAiChat({ apiKey: 'key', models: ['gpt-4o'], temperature: 0.5 }).with({ baseUrl: 'http://localhost/v1' });
  same<typeof keyed, OpenAiChat>(true);
  // @ts-expect-error its address is baseUrl
  new OpenAiChat({ url: 'http://localhost/v1' });
  const prompt: string = formatPrompt(messages, { addSpecialTokens: true });
  void prompt;
  // @ts-expect-error metadata is read-only
  local.url = 'https://other.example';
  return [local, power, puffer, Chatgpt4Online, keyed];
}

/** `Required`: a new option fails here until it stands here. */
export function everyOption(signal: AbortSignal, conversation: Conversation): Required<CallOptions> {
  return {
    messages: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }, { type: 'image_url', image_url: { url: 'data:,', detail: 'low' } }] },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
      { role: 'tool', content: '1', tool_call_id: 'c' },
    ],
    model: 'm', signal, timeout: { connect: 1, firstChunk: 1, idle: 1, total: Infinity }, proxy: 'https://edge.example/relay/',
    fetch: (url, init) => fetch(url, init), retries: 0, onRetry: ({ attempt, waitMs, error }) => console.log(attempt, waitMs, error.code), maxEventBytes: 1,
    coalesce: true, headers: { a: 'b' }, cookies: { a: 'b' },
    session: storageSession(), conversation, history: 'prompt', temperature: 0, topP: 1, maxTokens: 1, stop: ['a'], thinkTags: true,
    seed: 1, tools: [{ type: 'function', function: { name: 'f' } }], toolChoice: { type: 'function', function: { name: 'f' } },
    parallelToolCalls: false, includeRaw: true, reasoningEffort: 'low', responseFormat: { type: 'json_object' }, extra: { a: null }, shortcutId: 'id', onWarning: null,
  };
}

export async function aConversationGoesOn(reply: Reply, provider: Provider): Promise<void> {
  const talk: Message[] = [{ role: 'user', content: 'Hi' }];
  same<typeof reply.message, AssistantMessage | undefined>(true);
  if (reply.message) talk.push(reply.message, JSON.parse(JSON.stringify(reply.message)));
  for (const { id } of reply.message?.tool_calls ?? []) talk.push({ role: 'tool', tool_call_id: id, is_error: true, content: 'No.' });
  await provider.createAsync({ messages: talk });
  // @ts-expect-error it may be missing
  talk.push(reply.message);
  // @ts-expect-error a flag is true or false
  talk.push({ role: 'tool', tool_call_id: 'c', content: '', is_error: 'yes' });
}

/** As the libraries write them whose messages they are. */
export function partsOfEveryForm(): Message[] {
  const cache_control = { type: 'ephemeral', ttl: '1h' };
  return [
    { role: 'system', content: [{ type: 'text', text: 'Be brief.', cache_control }] },
    { role: 'user', content: [
      { type: 'image_url', image_url: { url: 'https://shop.example/a.png' }, cache_control: null },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      { type: 'file', file: { file_url: 'https://shop.example/a.pdf' } },
      { type: 'input_text', text: 'Hi' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
      { type: 'input_file', file_id: 'file-1' },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' }, title: 'a' },
      { type: 'file', data: 'AAAA', mediaType: 'application/pdf' },
      { type: 'tool_result', tool_use_id: 'c', content: '1', is_error: false },
      { text: 'Hi' },
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
      { fileData: { fileUri: 'https://shop.example/a.png' } },
    ] },
    { role: 'assistant', content: null, reasoning_content: 'Hm.', tool_calls: [], cache_control },
    // @ts-expect-error no such role
    { role: 'usr', content: 'Hi' },
    // @ts-expect-error content has a type
    { role: 'user', content: [{ inlineData: { data: 'AAAA' } }] },
    // @ts-expect-error no part has such a member and no type
    { role: 'user', content: [{ words: 'Hi' }] },
    // @ts-expect-error a mark is an object
    { role: 'user', content: 'Hi', cache_control: 'ephemeral' },
  ];
}

export function toolsOfEveryForm(): Tool[] {
  const input_schema = { type: 'object', properties: { city: { type: 'string' } } };
  return [
    { type: 'function', function: { name: 'f', description: 'd', parameters: input_schema, strict: true }, cache_control: { type: 'ephemeral' } },
    { type: 'function', name: 'f', parameters: input_schema, strict: false },
    { name: 'f', input_schema },
    { type: 'custom', name: 'f', input_schema, cache_control: { type: 'ephemeral' } },
    { type: 'custom', name: 'f', format: { type: 'text' } },
    { type: 'custom', custom: { name: 'f' } },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
    { type: 'mcp_toolset', mcp_server_name: 's' },
    { type: 'web_search' },
    { type: 'file_search', vector_store_ids: ['v'] },
    { googleSearch: {} },
    // @ts-expect-error a function has a name
    { type: 'function', function: { description: 'd' } },
    // @ts-expect-error a function has a name here, too
    { type: 'function', parameters: input_schema },
    // @ts-expect-error a tool is an object
    42,
    // @ts-expect-error no service has it
    { type: 'searching' },
    // @ts-expect-error nor this
    { bingSearch: {} },
  ];
}

export function choicesOfEveryForm(): CallOptions['toolChoice'][] {
  return [
    'auto', 'none', 'required', { type: 'function', function: { name: 'f' } }, { type: 'function', name: 'f' }, { type: 'tool', name: 'f' },
    { type: 'web_search' }, { type: 'allowed_tools', mode: 'auto', tools: [] },
    // @ts-expect-error no such word
    'always',
    // @ts-expect-error a function has a name
    { type: 'function' },
  ];
}

export async function everyService(settings: Required<ServiceSettings>, defaults: CallDefaults): Promise<Provider[]> {
  const env = { AI: { run: async (model: string, input: object, options?: { signal?: AbortSignal }): Promise<unknown> => [model, input, options] } };
  const anthropic: AnthropicSettings = { ...settings, version: '2023-06-01' };
  const workers: WorkersAiSettings = { binding: env.AI, defaultModel: '@cf/m' };
  const all = [
    new OpenAiChat({ ...SERVICES.mistral, ...defaults, apiKey: 'key' }), new OpenAiResponses(settings), new Anthropic(anthropic), new Gemini(settings),
    new Ollama(), new Ollama({ defaultModel: 'm' }), new WorkersAi(workers), new WorkersAi({ accountId: 'a', apiKey: 'key' }),
  ];
  for (const service of all) same<Awaited<ReturnType<typeof service.listModels>>, string[]>(true);
  const [first] = await new Gemini({ apiKey: 'key' }).listModels({ signal: AbortSignal.timeout(1_000) });
  same<typeof first, string>(true);
  const warm = new Anthropic({}).with({ thinkTags: true, version: '2023-06-01' });
  same<typeof warm, Anthropic>(true);
  const url: string = SERVICES.groq.baseUrl;
  void url;
  // @ts-expect-error no such service
  SERVICES.altavista;
  // @ts-expect-error read-only
  SERVICES.groq.baseUrl = '';
  // @ts-expect-error settings are needed
  new Gemini();
  // @ts-expect-error versions belong to Anthropic
  new Gemini({ version: '2023-06-01' });
  // @ts-expect-error nonces belong to sites
  void new Ollama().getNonce();
  // @ts-expect-error a binding has a method run
  new WorkersAi({ binding: {} });
  // @ts-expect-error a model is one of the call, or defaultModel
  new Gemini({ models: 'm' });
  // @ts-expect-error a signal is one call's
  new Ollama({ signal: AbortSignal.timeout(1) });
  return all;
}

export function aClientTakesProviders(services: Record<string, Provider>): Client[] {
  // @ts-expect-error one provider, several, or settings
  new Client([new Ollama()]);
  return [new Client(services), new Client({ a: new Ollama(), b: Chatgpt4o }), new Client(new Fallback([Chatgpt4o]))];
}

export async function vectors(provider: Provider): Promise<number[][]> {
  const { embeddings, model, usage, warnings } = await provider.embed({ input: ['a', 'b'], dimensions: 2, signal: AbortSignal.timeout(5), timeout: { total: 9 } });
  await new Ollama({ embeddingModel: 'e' }).embed({ input: 'a', extra: { truncate: false } });
  await provider.embed({ input: [1, 2], onRetry: ({ waitMs }) => void waitMs, fetch: async () => new Response() });
  await provider.embed({ input: [[1], [2]] });
  // @ts-expect-error texts, and no messages
  await provider.embed({ messages });
  same<typeof usage, Usage | undefined>(true);
  void [model.length, warnings.length, provider.embeddingModel.length];
  return embeddings;
}

export async function aFallbackIsAProvider(): Promise<Provider> {
  const onAttempt = ({ provider, state, ms }: Attempt): void => void [provider.length, state === 'stopped', ms];
  const fallback = new Fallback([Chatgpt4o, new OpenAiChat({ apiKey: 'key' })], { order: 'rotate', hedgeAfter: 2_000, retriesEach: 0, cooldown: { failures: 2 }, onAttempt });
  const reply = fallback.createAsyncGenerator({ messages });
  for await (const text of reply) same<typeof text, string>(true);
  same<typeof reply, FallbackReply>(true);
  same<typeof reply.attempts, readonly Attempt[]>(true);
  same<Attempt['state'], 'asked' | 'answered' | 'failed' | 'stopped' | 'skipped'>(true);
  same<Attempt['error'], ChatError | undefined>(true);
  const models: string[] = await fallback.listModels();
  void models;
  // @ts-expect-error its parts have copies, it has none
  fallback.with({});
  createHandler({ providers: { any: fallback } });
  // @ts-expect-error providers are needed
  new Fallback();
  // @ts-expect-error no such order
  new Fallback([fallback], { order: 'random' });
  return fallback;
}

/** At run time, too, `Fallback`, `Client` and `createHandler` refuse what only looks like a provider. */
export function anObjectOfOnesOwnIsNoProvider(): void {
  const own = {
    createAsyncGenerator: (options: CallOptions): Reply => Chatgpt4o.createAsyncGenerator(options),
    createAsync: async (): Promise<string> => '', listModels: async (): Promise<string[]> => [], getModel: (): string => '',
    name: 'own', url: '', apiEndpoint: '', working: true, needsAuth: false, supportsStream: true, supportsMessageHistory: true,
    supportsSystemMessage: true, defaultModel: '', models: [], modelAliases: {},
  };
  // @ts-expect-error no provider of this package
  new Fallback([own]);
  // @ts-expect-error so here
  createHandler({ providers: { own } });
  // @ts-expect-error and here
  new Client({ own });
}

export function wrongCalls(): void {
  // @ts-expect-error an address is needed
  new AiEngine({});
  // @ts-expect-error messages are needed
  void Chatgpt4o.createAsync({});
  // @ts-expect-error a message has a role
  void Chatgpt4o.createAsync({ messages: [{ content: 'Hello' }] });
  // @ts-expect-error no such option
  void Chatgpt4o.createAsync({ messages, temprature: 1 });
  // @ts-expect-error one of two words
  void Chatgpt4o.createAsync({ messages, history: 'all' });
  // @ts-expect-error post ids belong to AI Power
  new AiEngine({ url: 'https://shop.example', postId: 10 });
}

interface Env { SITE: string; KEY: string; KV: Parameters<typeof kvStore>[0] }

export const worker: { fetch: Handler<Env> } = {
  fetch: createHandler<Env>({
    providers: ({ SITE }) => ({ shop: new AiEngine({ url: SITE }) }),
    authorize: (request, { KEY }) => request.headers.get('authorization') === `Bearer ${KEY}`,
    allowedOrigins: ['https://app.example'],
    session: ({ KV }) => kvStore(KV),
    timeout: { firstChunk: 10_000 },
    onEvent: (event: EdgeEvent) => { if (event.type === 'end') same<typeof event.usage, Usage | undefined>(true); },
  }),
};

export async function theRelayTakesARequest(request: Request): Promise<Response> {
  void cacheStore({ match: async () => undefined, put: async () => {}, delete: async () => true });
  return createRelay({ allow: ['https://shop.example'], allowedOrigins: ['https://app.example'] })(request);
}

export function wrongHandlers(): void {
  // @ts-expect-error providers are needed
  createHandler({ authorize: 'public' });
  // @ts-expect-error no such word
  createHandler({ providers: {}, authorize: 'everybody' });
  // @ts-expect-error a provider is no address
  createHandler({ providers: { shop: 'https://shop.example' } });
  // @ts-expect-error sites to forward to are needed
  createRelay({});
}

/** The forms that an answer may have, and what is none. */
export function formats(city: { '~standard': { version: 1; vendor: string; validate(value: unknown): { value: unknown } }; type: 'object' }): ResponseFormat[] {
  const schema = { type: 'object', properties: { name: { type: 'string' } } };
  return [
    { type: 'text' },
    { type: 'json_object' },
    { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
    { type: 'json_schema', name: 'city', schema },
    { type: 'json', schema },
    { type: 'json' },
    // @ts-expect-error a schema of zod goes to runTools
    city,
    // @ts-expect-error a bare schema is no format
    schema,
    // @ts-expect-error no such form
    { type: 'xml' },
    // @ts-expect-error a schema has a name
    { type: 'json_schema', json_schema: { schema } },
  ];
}

/** Those who read text hear of warnings in this way. */
export function warned(provider: Provider): void {
  provider.createAsyncGenerator({ messages: 'Hi', onWarning: ({ message }) => void message.length });
  provider.createAsyncGenerator({ messages: 'Hi', onWarning: null });
  // @ts-expect-error a function, or null
  provider.createAsyncGenerator({ messages: 'Hi', onWarning: false });
}
