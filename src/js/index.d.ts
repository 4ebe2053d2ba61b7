/** Who wrote a message. `developer` is treated as `system` where a protocol knows only that word. */
export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

/** A part of a message, in OpenAI's shape. What a protocol cannot carry becomes a `warning` event. */
export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string; detail?: 'auto' | 'low' | 'high' } }
  | { type: string; [key: string]: unknown };

export interface Message {
  role: Role | (string & {});
  /** `null` where a message of the assistant only calls tools. */
  content: string | readonly ContentPart[] | null;
  [key: string]: unknown;
}

/** Milliseconds. `idle` counts content, not bytes or comments, and only while the reply is being read. */
export interface Timeouts {
  /** From sending a request to its response head. */
  connect?: number;
  /** From the first request to the first content. */
  firstChunk?: number;
  /** Between two pieces of content. Default 120 000. */
  idle?: number;
  /** The whole reply. */
  total?: number;
}

/** Where session tokens (nonces) are kept between calls. Values are opaque text. */
export interface SessionStore {
  get(key: string): Promise<string | null | undefined> | string | null | undefined;
  set(key: string, value: string, options: { ttlMs: number }): Promise<void> | void;
  delete(key: string): Promise<void> | void;
}

/** Plain JSON of an earlier reply (`reply.conversation`); hand it to the next call to go on. */
export type Conversation = { readonly [key: string]: unknown };

export interface CallOptions {
  /** The conversation so far, oldest first, the new user message last. A bare string is one user message. */
  messages: string | readonly Message[];
  /** Name or alias of a model, where the provider lets the caller choose. */
  model?: string;
  /** Ends the call, a pending read too; the rejection is `signal.reason` itself. */
  signal?: AbortSignal;
  /** Milliseconds for the whole reply, or each limit of its own. */
  timeout?: number | Timeouts;
  /** URL of a relay: the request goes to this URL with the site's URL appended. */
  proxy?: string;
  /** Called instead of the global `fetch`. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** How often a request that failed before any text is sent again. Default 2. */
  retries?: number;
  /** Bound in bytes of one event, line or JSON answer, and of what a reply says in calls of tools and thoughts that are kept. Default 64 MiB. */
  maxEventBytes?: number;
  /** True: the pieces of text, or of reasoning, or of a call's arguments, in one network chunk come joined. */
  coalesce?: boolean;
  /** More request headers, where the runtime allows them. */
  headers?: Record<string, string>;
  /** Cookies for the site; a page cannot send them and refuses with `input`. */
  cookies?: Record<string, string>;
  /** Where nonces live between calls; in memory by default. */
  session?: SessionStore;
  /** `reply.conversation` of an earlier reply. */
  conversation?: Conversation | null;
  /** `messages`: earlier turns go where the protocol has a place; `prompt`: all turns are one message, by `formatPrompt`. */
  history?: 'messages' | 'prompt';
  temperature?: number;
  topP?: number;
  maxTokens?: number;
  /** Words that end the text. Where the service has no such option, rivulet cuts there and stops the request. */
  stop?: string | readonly string[];
  /** `<think>…</think>` in the text become `reasoning` events. */
  thinkTags?: boolean;
  seed?: number;
  /** In OpenAI's shape, `{ type: 'function', function: { name, description, parameters } }`, for every service. */
  tools?: readonly unknown[];
  /** In OpenAI's shape, for every service. */
  toolChoice?: 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };
  /** `low`, `medium`, `high` and what else the service knows. */
  reasoningEffort?: string;
  /** In OpenAI's shape, for every service: `{ type: 'json_schema', json_schema: { name, schema } }` or `{ type: 'json_object' }`. */
  responseFormat?: unknown;
  /** More members of the request, laid over the others, and over those of the settings, objects over objects; `null` takes one away. */
  extra?: Record<string, unknown>;
}

export type CallDefaults = Partial<Omit<CallOptions, 'messages' | 'signal' | 'conversation'>>;

export interface WordPressSettings extends CallDefaults {
  /** Address of the site, with the folder WordPress is in. */
  url: string;
  /** Id of a bot of the site. */
  botId?: string | number;
  /** Page that holds the chat: nonce, post id and bot are read there. */
  page?: string;
  /** A session token that you already have; else one is fetched. */
  nonce?: string;
  name?: string;
  models?: readonly string[];
  defaultModel?: string;
  modelAliases?: Record<string, string>;
}

export interface AiEngineSettings extends WordPressSettings {
  /** Id of a bot whose page overrides settings (AI Engine). */
  customId?: string;
  /** REST root of the site, if it is neither `/wp-json/` nor named by the page. */
  restRoot?: string;
}

export interface AiPowerSettings extends WordPressSettings {
  /** `data-post-id` of the page, if you already know it. */
  postId?: string | number;
  /** True for the widget bot (action `wpaicg_chatbox_message`); read from the page by default. */
  widget?: boolean;
}

export interface AiPufferSettings extends WordPressSettings {
  /** The site's API key: the REST route (C4) is used instead of the two AJAX steps. */
  apiKey?: string;
  /** Needed in a page together with `apiKey`: keys in pages can be read by everybody. */
  allowBrowser?: boolean;
}

/** A service that takes a key. */
export interface ServiceSettings extends CallDefaults {
  /** Address of the API, the version included. */
  baseUrl?: string;
  /** Local servers need none. */
  apiKey?: string;
  /** Needed in a page together with `apiKey`: keys in pages can be read by everybody. */
  allowBrowser?: boolean;
  name?: string;
  /** The names that `model` may have; any, where none are given. */
  models?: readonly string[];
  defaultModel?: string;
  modelAliases?: Record<string, string>;
}

export interface AnthropicSettings extends ServiceSettings {
  /** `anthropic-version`. Default `2026-10-21`, which knows neither `temperature` nor `topP`; `2023-06-01` does. */
  version?: string;
}

export interface WorkersAiSettings extends ServiceSettings {
  /** `env.AI`. Then nothing else is needed. */
  binding?: { run(model: string, input: any, options?: any): Promise<unknown> };
  /** For the REST API. */
  accountId?: string;
}

export interface Usage {
  /** Tokens, where the service told them. */
  promptTokens?: number;
  completionTokens?: number;
  totalTokens?: number;
  /** The service's own words, unchanged. */
  raw?: unknown;
}

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'unknown';

export type ReplyEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** `arguments` is a piece; at the end, with `done`, each call comes once more and whole. */
  | { type: 'tool-call'; id?: string; index?: number; name?: string; arguments?: string; done: boolean }
  | { type: 'source'; source: unknown }
  | { type: 'status'; kind: string; text: string; raw?: unknown }
  | { type: 'image'; url: string }
  | { type: 'action'; kind: string; action: unknown }
  | { type: 'warning'; message: string }
  | { type: 'usage'; usage: Usage }
  | { type: 'finish'; reason: FinishReason }
  | { type: 'conversation'; conversation: Conversation }
  /** The service's final text where it differs from the pieces: show it instead of them. */
  | { type: 'replace'; text: string };

/** One reply: an async iterable of text pieces as they arrive. Nothing is sent before the first read. Consumed once. */
export interface Reply extends AsyncIterable<string> {
  [Symbol.asyncIterator](): Reply;
  next(): Promise<IteratorResult<string, undefined>>;
  /** Stops the request upstream. */
  return(value?: unknown): Promise<IteratorReturnResult<undefined>>;
  /** Stops the request upstream and rejects with `error`. */
  throw(error?: unknown): Promise<IteratorResult<string, undefined>>;
  /** Everything that the service tells, text included, instead of the text alone. */
  readonly events: AsyncIterableIterator<ReplyEvent>;
  /** The whole text. */
  text(): Promise<string>;
  /** The text as UTF-8 bytes, pulled, never read ahead. */
  toReadableStream(): ReadableStream<Uint8Array>;
  /** `toReadableStream()` as a `text/plain; charset=utf-8` response. */
  toResponse(init?: ResponseInit): Response;
  /** After the end, as the rest below. */
  readonly usage: Usage | undefined;
  readonly finishReason: FinishReason | undefined;
  readonly conversation: Conversation | undefined;
  /** Name of the provider that answered. */
  readonly provider: string;
}

/** Nobody else has it, at run time either: what only looks like a provider is none. */
declare const encoded: unique symbol;

/** A provider of this package, of whichever class. `Fallback`, `Client` and `createHandler` take no other objects. */
export interface Provider {
  readonly [encoded]: unknown;
  createAsyncGenerator(options: CallOptions): Reply;
  /** The whole text. */
  createAsync(options: CallOptions): Promise<string>;
  /** The service's own list; of a site, and of Workers AI, the models of the settings. */
  listModels(options?: Partial<CallOptions>): Promise<string[]>;
  /** Resolves default and alias; unknown where a list is declared: `ChatError` `model_not_found`. */
  getModel(name?: string): string;
  readonly name: string;
  readonly url: string;
  /** The truth: false for the two public sites of the source documents, which are gone. */
  readonly working: boolean;
  readonly needsAuth: boolean;
  readonly supportsStream: boolean;
  readonly supportsMessageHistory: boolean;
  readonly supportsSystemMessage: boolean;
  readonly defaultModel: string;
  readonly models: readonly string[];
  readonly modelAliases: Readonly<Record<string, string>>;
}

/** What every class has. */
declare abstract class Base<S> implements Provider {
  constructor(settings: S);
  readonly [encoded]: unknown;
  /** A copy with other settings. */
  with(settings: Partial<S>): this;
  createAsyncGenerator(options: CallOptions): Reply;
  createAsync(options: CallOptions): Promise<string>;
  listModels(options?: Partial<CallOptions>): Promise<string[]>;
  getModel(name?: string): string;
  readonly name: string;
  readonly url: string;
  readonly working: boolean;
  readonly needsAuth: boolean;
  readonly supportsStream: boolean;
  readonly supportsMessageHistory: boolean;
  readonly supportsSystemMessage: boolean;
  readonly defaultModel: string;
  readonly models: readonly string[];
  readonly modelAliases: Readonly<Record<string, string>>;
}

declare abstract class WordPressProvider<S> extends Base<S> {
  /** The session token of the site, fetched or from the session store. */
  getNonce(options?: Partial<CallOptions>): Promise<string>;
}

/** Sites with the WordPress plugin AI Engine (Meow Apps), versions 2.0.9 to 3.6. */
export class AiEngine extends WordPressProvider<AiEngineSettings> {}

/** Sites with the WordPress plugin AI Power, classic protocol (1.x to 2.2). */
export class AiPower extends WordPressProvider<AiPowerSettings> {}

/** Sites with the WordPress plugin AI Puffer (AIPKit), 2.3 and later. */
export class AiPuffer extends WordPressProvider<AiPufferSettings> {}

/** OpenAI Chat Completions, and every service and local server that is compatible with it. `baseUrl` is OpenAI's by default. */
export class OpenAiChat extends Base<ServiceSettings> {}

/** OpenAI Responses. With `conversation` only what is new is sent: the service remembers the rest. */
export class OpenAiResponses extends Base<ServiceSettings> {}

/** Anthropic's Messages API. Hand `conversation` on while tools are called: thoughts and their signatures are in it. */
export class Anthropic extends Base<AnthropicSettings> {}

/** Cohere's chat API, version 2. */
export class Cohere extends Base<ServiceSettings> {}

/** Google's Gemini API. Hand `conversation` on while tools are called: the signatures of thoughts are in it. */
export class Gemini extends Base<ServiceSettings> {}

/** Ollama's own API, on `http://localhost:11434` by default. */
export class Ollama extends Base<ServiceSettings> {
  constructor(settings?: ServiceSettings);
}

/** Cloudflare Workers AI: the binding of a Worker, or the REST API with `accountId` and `apiKey`. */
export class WorkersAi extends Base<WorkersAiSettings> {}

/** One provider's part in a reply of a `Fallback`. */
export interface Attempt {
  /** Its name. */
  readonly provider: string;
  /** `stopped`: another one was quicker, or the reply was given up. */
  readonly state: 'asked' | 'answered' | 'failed' | 'stopped';
  /** As of `Date.now()`. */
  readonly startedAt: number;
  /** From there to its end; `undefined` before. */
  readonly ms: number | undefined;
  /** Where it failed. */
  readonly error: ChatError | undefined;
}

export interface FallbackSettings {
  /** Who is asked first: as they were given (the default), each in turn, or anybody. */
  order?: 'given' | 'rotate' | 'shuffled';
  /** Milliseconds of silence after which the next is asked as well. The first content wins; the others are stopped. */
  hedgeAfter?: number;
  /** `retries` of each provider, where the call gives none; by default its own. */
  retriesEach?: number;
  /** Called at the beginning and at the end of every attempt. What it throws is ignored. */
  onAttempt?: (attempt: Attempt) => void;
}

export interface FallbackReply extends Reply {
  /** Those so far, in the order in which they began. */
  readonly attempts: readonly Attempt[];
}

/**
 * Several providers as one. The next is asked when one failed, or replied without any content (text, reasoning, call of a
 * tool ...); once content was handed out its error is the reply's. If all fail: `ChatError` `all_failed` with `errors`.
 *
 * A `timeout` in milliseconds, and `connect`, `firstChunk` and `idle`, hold for each attempt; `timeout.total` for all of
 * them together. `conversation` holds that of each provider; who answered last is asked first then, whatever the order.
 */
export class Fallback implements Provider {
  constructor(providers: readonly Provider[], settings?: FallbackSettings);
  readonly [encoded]: unknown;
  createAsyncGenerator(options: CallOptions): FallbackReply;
  createAsync(options: CallOptions): Promise<string>;
  /** What those have who answer. */
  listModels(options?: Partial<CallOptions>): Promise<string[]>;
  /** Of the first provider that knows it. */
  getModel(name?: string): string;
  readonly name: string;
  /** Empty. */
  readonly url: string;
  /** Whether any is; so for `needsAuth` and `supportsStream`. */
  readonly working: boolean;
  readonly needsAuth: boolean;
  readonly supportsStream: boolean;
  /** Whether all do; so for system messages. */
  readonly supportsMessageHistory: boolean;
  readonly supportsSystemMessage: boolean;
  /** The first one's. */
  readonly defaultModel: string;
  /** Those of all. A provider that does not know a call's model fails, and the next is asked. */
  readonly models: readonly string[];
  readonly modelAliases: Readonly<Record<string, string>>;
}

/** A message in OpenAI's shape. */
export interface ChatCompletionMessageParam {
  role: string;
  content?: unknown;
  name?: string;
  tool_calls?: unknown;
  tool_call_id?: string;
  refusal?: string | null;
  audio?: unknown;
  function_call?: unknown;
}

/** What `create` takes; other members go on to an `OpenAiChat` as they are, and are left out elsewhere. */
export interface ChatCompletionCreateParams {
  /** A name that the provider knows; of several providers `name`, or `name:model`. */
  model: string;
  messages: readonly ChatCompletionMessageParam[];
  stream?: boolean | null;
  /** `include_usage`: a last chunk tells it. */
  stream_options?: { include_usage?: boolean } | null;
  temperature?: number | null;
  top_p?: number | null;
  max_completion_tokens?: number | null;
  max_tokens?: number | null;
  stop?: string | readonly string[] | null;
  seed?: number | null;
  tools?: readonly unknown[];
  tool_choice?: unknown;
  reasoning_effort?: string | null;
  response_format?: unknown;
  n?: 1 | null;
  frequency_penalty?: number | null;
  presence_penalty?: number | null;
  logit_bias?: Record<string, number> | null;
  metadata?: Record<string, string> | null;
  parallel_tool_calls?: boolean;
  service_tier?: string | null;
  store?: boolean | null;
  user?: string;
}

export interface ChatCompletionUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** The service told no numbers; these are 0. */
  x_usage_unknown?: true;
}

type CompletionFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

export interface ChatCompletion {
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: {
    index: number;
    message: {
      role: 'assistant';
      content: string | null;
      refusal: null;
      reasoning_content?: string;
      tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
    };
    logprobs: null;
    finish_reason: CompletionFinishReason;
  }[];
  usage: ChatCompletionUsage;
}

export interface ChatCompletionChunk {
  id: string;
  object: 'chat.completion.chunk';
  created: number;
  model: string;
  /** Empty in the chunk that tells the usage. */
  choices: {
    index: number;
    delta: {
      role?: 'assistant';
      content?: string;
      reasoning_content?: string;
      tool_calls?: { index: number; id?: string; type?: 'function'; function: { name?: string; arguments: string } }[];
    };
    logprobs: null;
    finish_reason: CompletionFinishReason | null;
  }[];
  usage?: ChatCompletionUsage | null;
}

export interface ChatCompletionStream extends AsyncIterable<ChatCompletionChunk> {
  /** `abort()` stops the request upstream, as leaving the loop does, and ends the loop without an error; so does `signal`. */
  controller: AbortController;
}

export interface ModelDescription {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
}

export interface ModelPage extends AsyncIterable<ModelDescription> {
  object: 'list';
  data: ModelDescription[];
}

export interface RequestOptions {
  signal?: AbortSignal | null;
  /** Milliseconds, as with `openai`: to the first piece of a stream; of a whole completion, for all of it. Or as `CallOptions` have it. */
  timeout?: number | Timeouts;
  maxRetries?: number;
  /** Instead of `defaultHeaders`. */
  headers?: Record<string, string>;
}

/** The settings of `openai` that are known here: an `OpenAiChat` is made of them. */
export interface ClientOptions {
  /** `OPENAI_API_KEY` of the environment by default. */
  apiKey?: string;
  /** `OPENAI_BASE_URL` of the environment by default, or OpenAI's own. */
  baseURL?: string;
  timeout?: number;
  maxRetries?: number;
  defaultHeaders?: Record<string, string>;
  dangerouslyAllowBrowser?: boolean;
  fetch?: CallOptions['fetch'];
}

/**
 * Any provider behind the interface of the npm package `openai`: `import { Client as OpenAI } from 'rivulet'`. Errors are
 * `ChatError`s; what is aborted before it began rejects with `signal.reason`.
 */
export class Client {
  /** A provider, names to providers, or what `openai` is made with. */
  constructor(given?: Provider | Readonly<Record<string, Provider>> | ClientOptions);
  readonly chat: {
    readonly completions: {
      create(params: ChatCompletionCreateParams & { stream: true }, options?: RequestOptions): Promise<ChatCompletionStream>;
      create(params: ChatCompletionCreateParams & { stream?: false | null }, options?: RequestOptions): Promise<ChatCompletion>;
      create(params: ChatCompletionCreateParams, options?: RequestOptions): Promise<ChatCompletionStream | ChatCompletion>;
    };
  };
  readonly models: {
    /** Of one provider the service's own list; of several their names. */
    list(): Promise<ModelPage> & AsyncIterable<ModelDescription>;
  };
  /** `ChatError`, for `instanceof`. */
  static readonly APIError: typeof ChatError;
}

/** Compatible services, as settings of `OpenAiChat`: `new OpenAiChat({ ...SERVICES.groq, apiKey })`. */
export const SERVICES: Readonly<
  Record<
    | 'cerebras' | 'deepseek' | 'fireworks' | 'groq' | 'huggingface' | 'llamacpp' | 'lmstudio' | 'mistral' | 'nvidia'
    | 'openrouter' | 'together' | 'vllm' | 'xai',
    Readonly<{ name: string; baseUrl: string; extra?: Readonly<Record<string, unknown>> }>
  >
>;

/** `https://chatgpt4online.org` as it was: an `AiEngine`. The site is gone (`working: false`); point it elsewhere with `with({ url })`. */
export const Chatgpt4Online: AiEngine;
/** `https://chatgpt4o.one` as it was: an `AiPower`. The site is gone (`working: false`); point it elsewhere with `with({ url })`. */
export const Chatgpt4o: AiPower;

/** All turns as one text: `User: …` lines and a closing `Assistant:`; a single message as it is. */
export function formatPrompt(
  messages: string | readonly Message[],
  options?: { addSpecialTokens?: boolean; doContinue?: boolean; includeSystem?: boolean },
): string;

/** Keeps nonces in the page's `localStorage` (or any `Storage`), so that they outlive a reload. */
export function storageSession(storage?: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}): SessionStore;

export type ChatErrorCode =
  | 'input' | 'model_not_found' | 'auth' | 'nonce' | 'rate_limited' | 'payment_required' | 'refused' | 'blocked'
  | 'service' | 'network' | 'timeout' | 'protocol' | 'truncated' | 'too_large' | 'all_failed' | 'wasm_blocked';

/** Every failure that is not the caller's own abort. Holds no key, cookie or nonce. */
export class ChatError extends Error {
  constructor(code: ChatErrorCode, message: string, details?: Partial<Omit<ChatError, 'code' | 'message' | 'name' | 'stack'>>);
  readonly name: 'ChatError';
  readonly code: ChatErrorCode;
  /** HTTP status, if a response was the reason. */
  readonly status: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** What the service asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Name of the provider. */
  readonly provider: string | undefined;
  /** An excerpt of the response body, at most 2 000 characters. */
  readonly body: string | undefined;
  /** Of `all_failed`: what each provider failed with. */
  readonly errors: readonly ChatError[] | undefined;
}

export {};
