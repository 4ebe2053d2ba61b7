import {
  Client as Base, type ChatCompletion, type ChatCompletionChunk, type ChatCompletionCreateParams, type ChatCompletionStream as ChunkStream,
  type ChatCompletionUsage, type ChatError, type ClientOptions as BaseOptions, type Provider, type RequestOptions,
} from './index.cjs';
import * as OpenAiTypes from './openai-types.cjs';

export { ChatError, type RequestOptions } from './index.cjs';
export {
  APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError, AuthenticationError, BadRequestError, ConflictError,
  InternalServerError, NotFoundError, OpenAIError, PermissionDeniedError, RateLimitError, UnprocessableEntityError,
} from './openai-types.cjs';

/** The settings of `openai` that are known here. */
export interface ClientOptions extends BaseOptions {
  /** The organisation that OpenAI bills, as the header `OpenAI-Organization`. Left out: `OPENAI_ORG_ID` of the environment. */
  organization?: string | null;
  /** The project that OpenAI bills, as the header `OpenAI-Project`. Left out: `OPENAI_PROJECT_ID` of the environment. */
  project?: string | null;
}

/** The answer was cut at the limit of tokens (`code`: `truncated`), so what it holds cannot be parsed. */
export declare class LengthFinishReasonError extends OpenAiTypes.OpenAIError {
  /** For tests of your own code. */
  constructor();
}

/** The answer was refused by a filter (`code`: `refused`), so there is nothing to parse. */
export declare class ContentFilterFinishReasonError extends OpenAiTypes.OpenAIError {
  /** For tests of your own code. */
  constructor();
}

/** Events that every helper has; `Events` has them by their names, with what a listener gets. */
export interface BaseEvents {
  /** The service has begun to answer; with tools once for each request. */
  connect: () => void;
  /** The answer failed. Where nobody listens, and nobody waits for a promise of the helper, it is an unhandled rejection. */
  error: (error: ChatError) => void;
  /** The caller stopped the request. */
  abort: (error: OpenAiTypes.APIUserAbortError) => void;
  /** All is over, well or not. */
  end: () => void;
}

/** An answer as events. It begins one turn of the event loop after it was made, so that listeners come first. */
export declare abstract class EventStream<Events extends BaseEvents> {
  /** `controller.abort()` stops the request. */
  controller: AbortController;
  /** Whether all is over. */
  readonly ended: boolean;
  /** Whether it failed, or was stopped. */
  readonly errored: boolean;
  /** Whether it was stopped. */
  readonly aborted: boolean;
  /** Stops the request. */
  abort(): void;
  /**
   * Adds a listener.
   *
   * @param event name of the event
   * @param listener called at each event
   */
  on<Name extends keyof Events>(event: Name, listener: Events[Name]): this;
  /**
   * Adds a listener for the next event of the name.
   *
   * @param event name of the event
   * @param listener called once
   */
  once<Name extends keyof Events>(event: Name, listener: Events[Name]): this;
  /**
   * Removes a listener.
   *
   * @param event name of the event
   * @param listener the one that was added
   */
  off<Name extends keyof Events>(event: Name, listener: Events[Name]): this;
  /**
   * What the next event of the name has first; rejects where all fails before.
   *
   * @param event name of the event
   */
  emitted<Name extends keyof Events>(event: Name): Promise<Events[Name] extends (first: infer First, ...rest: any[]) => void ? First : void>;
  /**
   * The arguments of each event of the name, one after the other; throws where all fails.
   *
   * @param event name of the event
   */
  events<Name extends keyof Events>(event: Name): AsyncIterableIterator<Events[Name] extends (...args: infer Args) => void ? Args : never>;
  /** Resolves when all is over, and rejects where it failed or was stopped. */
  done(): Promise<void>;
}

/** Events of a conversation. */
export interface ChatEvents extends BaseEvents {
  /** A completion is whole. */
  chatCompletion: (completion: ChatCompletion) => void;
  /** A message came: an answer, or the result of a tool. */
  message: (message: OpenAiTypes.ChatCompletionMessageParam) => void;
  /** A function is to be called. */
  functionToolCall: (call: OpenAiTypes.ChatCompletionMessageFunctionToolCall.Function) => void;
  /** A function was called, and this is what the model reads of its result. */
  functionToolCallResult: (content: string) => void;
  /** The last completion, once all is over. */
  finalChatCompletion: (completion: ChatCompletion) => void;
  /** Its message. */
  finalMessage: (message: OpenAiTypes.ChatCompletionMessage) => void;
  /** Its text. */
  finalContent: (content: string) => void;
  /** The last call of a function. */
  finalFunctionToolCall: (call: OpenAiTypes.ChatCompletionMessageFunctionToolCall.Function) => void;
  /** The last result of one. */
  finalFunctionToolCallResult: (content: string) => void;
  /** Token counts of all completions together. */
  totalUsage: (usage: ChatCompletionUsage) => void;
}

/** A conversation that comes to its end by itself. */
export declare abstract class ChatRunner<Events extends ChatEvents, Parsed> extends EventStream<Events> {
  /** All messages so far, those of the request first. */
  messages: OpenAiTypes.ChatCompletionMessageParam[];
  /** All completions so far. */
  allChatCompletions(): ChatCompletion[];
  /** The last completion. */
  finalChatCompletion(): Promise<OpenAiTypes.ParsedChatCompletion<Parsed>>;
  /** Its message. */
  finalMessage(): Promise<OpenAiTypes.ParsedChatCompletionMessage<Parsed>>;
  /** Its text; `null` where there is none. */
  finalContent(): Promise<string | null>;
  /** The last call of a function; `undefined` where there was none. */
  finalFunctionToolCall(): Promise<OpenAiTypes.ChatCompletionMessageFunctionToolCall.Function | undefined>;
  /** The last result of one; `undefined` where there was none. */
  finalFunctionToolCallResult(): Promise<string | undefined>;
  /** Token counts of all completions together. In a stream they come only with `stream_options: { include_usage: true }`. */
  totalUsage(): Promise<ChatCompletionUsage>;
}

/** Events of `runTools` without `stream`. */
export interface ChatCompletionRunnerEvents extends ChatEvents {
  /** The text of an answer. */
  content: (content: string) => void;
}

/** `runTools` without `stream`. */
export declare class ChatCompletionRunner<Parsed = any> extends ChatRunner<ChatCompletionRunnerEvents, Parsed> {}

/** Events of a streamed completion. */
export interface ChatCompletionStreamEvents<Parsed = any> extends ChatEvents {
  /** A piece of the text, and all of it so far. */
  content: (delta: string, snapshot: string) => void;
  /** A chunk, and the completion so far, which changes with the next chunk. */
  chunk: (chunk: ChatCompletionChunk, snapshot: any) => void;
  /** A piece of the text. */
  'content.delta': (event: {
    /** The piece. */
    delta: string;
    /** All so far. */
    snapshot: string;
    /** What can be read of it so far as JSON, with a format such as `zodResponseFormat` makes. It is parsed when somebody reads this. */
    parsed: unknown;
  }) => void;
  /** The text is complete. */
  'content.done': (event: {
    /** The text. */
    content: string;
    /** What it is by the format. */
    parsed: Parsed | null;
  }) => void;
  /** A piece of a refusal. */
  'refusal.delta': (event: {
    /** The piece. */
    delta: string;
    /** All so far. */
    snapshot: string;
  }) => void;
  /** A refusal is complete. */
  'refusal.done': (event: {
    /** The text. */
    refusal: string;
  }) => void;
  /** A piece of a function's arguments. */
  'tool_calls.function.arguments.delta': (event: {
    /** Name of the function. */
    name: string;
    /** Place of the call. */
    index: number;
    /** All so far. */
    arguments: string;
    /** What can be read of it so far as JSON, where the tool is `strict` or has a parser. */
    parsed_arguments: unknown;
    /** The piece. */
    arguments_delta: string;
  }) => void;
  /** A function's arguments are complete. */
  'tool_calls.function.arguments.done': (event: {
    /** Name of the function. */
    name: string;
    /** Place of the call. */
    index: number;
    /** The JSON text. */
    arguments: string;
    /** Its value, where the tool is `strict` or has a parser. */
    parsed_arguments: unknown;
  }) => void;
  /** How likely the tokens of a piece were. */
  'logprobs.content.delta': (event: {
    /** Those of the piece. */
    content: OpenAiTypes.Chat.ChatCompletionTokenLogprob[];
    /** All so far. */
    snapshot: OpenAiTypes.Chat.ChatCompletionTokenLogprob[];
  }) => void;
  /** How likely the tokens of the text were. */
  'logprobs.content.done': (event: {
    /** All of them. */
    content: OpenAiTypes.Chat.ChatCompletionTokenLogprob[];
  }) => void;
  /** How likely the tokens of a piece of a refusal were. */
  'logprobs.refusal.delta': (event: {
    /** Those of the piece. */
    refusal: OpenAiTypes.Chat.ChatCompletionTokenLogprob[];
    /** All so far. */
    snapshot: OpenAiTypes.Chat.ChatCompletionTokenLogprob[];
  }) => void;
  /** How likely the tokens of a refusal were. */
  'logprobs.refusal.done': (event: {
    /** All of them. */
    refusal: OpenAiTypes.Chat.ChatCompletionTokenLogprob[];
  }) => void;
}

/** A completion that arrives in chunks, with events for what is new and for what is complete. */
export declare class ChatCompletionStream<Parsed = any>
  extends ChatRunner<ChatCompletionStreamEvents<Parsed>, Parsed> implements AsyncIterable<ChatCompletionChunk> {
  /**
   * The stream that another one's `toReadableStream` was sent from, in a page for example.
   *
   * @param stream the body of a response
   */
  static fromReadableStream(stream: ReadableStream): ChatCompletionStream;
  /** The completion so far; `undefined` between two. */
  readonly currentChatCompletionSnapshot: any;
  /** The chunks. Leaving the loop stops the request. */
  [Symbol.asyncIterator](): AsyncIterator<ChatCompletionChunk>;
  /** The chunks as bytes, each as JSON in a line of its own. */
  toReadableStream(): ReadableStream<Uint8Array>;
}

/** `runTools` with `stream`. Its `toReadableStream` holds the results of tools, too. */
export declare class ChatCompletionStreamingRunner<Parsed = any> extends ChatCompletionStream<Parsed> {}

/** Events of a streamed response: the types of its events, and these. */
export type ResponseEvents = BaseEvents & {
  [Type in Exclude<OpenAiTypes.ResponseStreamEvent['type'], 'error'>]: (event: Extract<OpenAiTypes.ResponseStreamEvent, {
    /** Type of the event. */
    type: Type;
  }> & (Type extends 'response.output_text.delta' | 'response.function_call_arguments.delta' ? {
    /** All so far. */
    snapshot: string;
  } : unknown)) => void;
} & {
  /** Any event. */
  event: (event: OpenAiTypes.ResponseStreamEvent) => void;
};

/** A response that arrives as events. */
export declare class ResponseStream<Parsed = any> extends EventStream<ResponseEvents> implements AsyncIterable<OpenAiTypes.ResponseStreamEvent> {
  /**
   * The stream that another one's `toReadableStream` was sent from.
   *
   * @param stream the body of a response
   */
  static fromReadableStream(stream: ReadableStream): ResponseStream;
  /** The response, once it is whole. */
  finalResponse(): Promise<OpenAiTypes.ParsedResponse<Parsed>>;
  /** The events. Leaving the loop stops the request. */
  [Symbol.asyncIterator](): AsyncIterator<OpenAiTypes.ResponseStreamEvent>;
  /** The events as bytes, each as JSON in a line of its own. */
  toReadableStream(): ReadableStream<Uint8Array>;
}

/** A tool of `runTools`: a function of your program, or what `zodFunction` of `openai` makes. */
export interface RunnableTool {
  type: 'function';
  /** The function, and what the model knows of it. */
  function: {
    /**
     * Called with the arguments, as `parse` gives them or else as text, with the runner, and with `toolContext`. What it gives, or what its
     * promise resolves to, is the result: text as it is, anything else as JSON. What it throws ends the run.
     */
    function?: (...args: any[]) => unknown;
    /** Makes arguments of the text. What it throws is told to the model, which may try again. */
    parse?: (json: string) => any;
    /** Its name. Left out: that of the JavaScript function. */
    name?: string;
    /** What it does, for the model. */
    description?: string;
    /** The JSON Schema of its arguments. */
    parameters?: object;
    /** True: the model keeps to the schema exactly. */
    strict?: boolean | null;
  };
}

/** What `runTools` takes. */
export interface RunToolsParams extends Omit<ChatCompletionCreateParams, 'tools'> {
  /** The tools. */
  tools: readonly RunnableTool[];
  /** The third argument of each function. */
  toolContext?: unknown;
}

/** Options of `runTools`. */
export interface RunnerOptions extends RequestOptions {
  /** How many completions to ask for at most. Default 10. */
  maxChatCompletions?: number;
  /**
   * Called after each completion, when its tools have been called.
   *
   * @param completion the completion
   * @param runner the runner, whose `messages` may be changed
   */
  afterCompletion?: (completion: ChatCompletion, runner: ChatCompletionRunner) => unknown;
}

/** What `chat.completions.stream` takes. */
export type ChatCompletionStreamParams = Omit<ChatCompletionCreateParams, 'stream'> & { stream?: true };

/** `client.chat.completions`. */
export interface ChatCompletions {
  /**
   * Asks for a completion and resolves to its chunks, when the first one is there.
   *
   * @param params the request
   * @param options left out: the provider's settings
   */
  create(params: ChatCompletionCreateParams & { stream: true }, options?: RequestOptions): OpenAiTypes.APIPromise<ChunkStream>;
  /**
   * Asks for a completion and resolves to it, in one piece.
   *
   * @param params the request
   * @param options left out: the provider's settings
   */
  create(params: ChatCompletionCreateParams & { stream?: false | null }, options?: RequestOptions): OpenAiTypes.APIPromise<ChatCompletion>;
  /**
   * Asks for a completion, and resolves to its chunks or to all of it, as `params.stream` says.
   *
   * @param params the request
   * @param options left out: the provider's settings
   */
  create(params: ChatCompletionCreateParams, options?: RequestOptions): OpenAiTypes.APIPromise<ChunkStream | ChatCompletion>;
  /**
   * Asks for a completion and parses it: its text by a `response_format` of the type `json_schema`, and the arguments of tools. Each tool
   * must be `strict`. An answer that was cut or refused rejects with a `LengthFinishReasonError` or `ContentFilterFinishReasonError`.
   *
   * @param params the request
   * @param options left out: the provider's settings
   */
  parse<Params extends ChatCompletionCreateParams>(
    params: Params, options?: RequestOptions,
  ): OpenAiTypes.APIPromise<OpenAiTypes.ParsedChatCompletion<OpenAiTypes.ParsedOf<Params['response_format']>>>;
  /**
   * Asks for a completion, and tells of it in events while it comes.
   *
   * @param params the request
   * @param options left out: the provider's settings
   */
  stream<Params extends ChatCompletionStreamParams>(
    params: Params, options?: RequestOptions,
  ): ChatCompletionStream<OpenAiTypes.ParsedOf<Params['response_format']>>;
  /**
   * Asks, calls the tools that the answer wants, and asks again with their results, until an answer wants none; streamed.
   *
   * @param params the request
   * @param options left out: the provider's settings, and 10 completions at most
   */
  runTools(params: RunToolsParams & { stream: true }, options?: RunnerOptions): ChatCompletionStreamingRunner;
  /**
   * Asks, calls the tools that the answer wants, and asks again with their results, until an answer wants none.
   *
   * @param params the request
   * @param options left out: the provider's settings, and 10 completions at most
   */
  runTools(params: RunToolsParams & { stream?: false | null }, options?: RunnerOptions): ChatCompletionRunner;
}

/** Any provider behind the interface of the npm package `openai`, with its helpers: `import OpenAI from 'rivulet/openai-client'`. */
export declare class Client extends Base {
  /**
   * Throws a `ChatError` `input` where the providers are not this package's.
   *
   * @param given a provider; or names, and the provider of each; or what `openai` is made with. Left out: `openai`'s environment
   *   variables
   */
  constructor(given?: Provider | Readonly<Record<string, Provider>> | ClientOptions);
  /**
   * A copy with other settings. A client that was made of providers takes `timeout`, `maxRetries`, `defaultHeaders` and `fetch` only: the
   * others are settings of the providers.
   *
   * @param options those that change
   */
  withOptions(options: ClientOptions): this;
  /** `client.chat.completions`. */
  readonly chat: {
    /** `client.chat.completions`. */
    readonly completions: ChatCompletions;
  };
  /** The place where older programs look for `chat.completions`. */
  readonly beta: {
    /** `client.chat`. */
    readonly chat: Client['chat'];
  };
  /** `client.responses`: the Responses API over any provider. */
  readonly responses: {
    /**
     * Asks for a response and resolves to its events, when the first one is there.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    create(
      params: OpenAiTypes.ResponseCreateParamsStreaming, options?: RequestOptions,
    ): OpenAiTypes.APIPromise<OpenAiTypes.Stream<OpenAiTypes.ResponseStreamEvent>>;
    /**
     * Asks for a response and resolves to it, in one piece.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    create(params: OpenAiTypes.ResponseCreateParamsNonStreaming, options?: RequestOptions): OpenAiTypes.APIPromise<OpenAiTypes.ResponseObject>;
    /**
     * Asks for a response and parses it: `output_parsed` by a `text.format` of the type `json_schema`, and the arguments of tools.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    parse<Params extends OpenAiTypes.ResponseCreateParamsNonStreaming>(
      params: Params, options?: RequestOptions,
    ): OpenAiTypes.APIPromise<OpenAiTypes.ParsedResponse<Params extends { text: { format: infer Format } } ? OpenAiTypes.ParsedOf<Format> : any>>;
    /**
     * Asks for a response, and tells of it in events while it comes.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    stream<Params extends Omit<OpenAiTypes.ResponseCreateParams, 'stream'> & { stream?: true }>(
      params: Params, options?: RequestOptions,
    ): ResponseStream<Params extends { text: { format: infer Format } } ? OpenAiTypes.ParsedOf<Format> : any>;
  };
  /** `client.embeddings`. */
  readonly embeddings: {
    /**
     * Asks for the vectors of texts.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    create(params: OpenAiTypes.EmbeddingCreateParams, options?: RequestOptions): OpenAiTypes.APIPromise<OpenAiTypes.CreateEmbeddingResponse>;
  };
  /** `client.completions`: the API of before 2023, by the chat of the provider. */
  readonly completions: {
    /**
     * Asks for a completion and resolves to its chunks, when the first one is there.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    create(
      params: OpenAiTypes.CompletionCreateParams & { stream: true }, options?: RequestOptions,
    ): OpenAiTypes.APIPromise<OpenAiTypes.Stream<OpenAiTypes.Completion>>;
    /**
     * Asks for a completion and resolves to it, in one piece.
     *
     * @param params the request
     * @param options left out: the provider's settings
     */
    create(
      params: OpenAiTypes.CompletionCreateParams & { stream?: false | null }, options?: RequestOptions,
    ): OpenAiTypes.APIPromise<OpenAiTypes.Completion>;
  };
  /** The answer was cut, so it cannot be parsed. */
  static readonly LengthFinishReasonError: typeof LengthFinishReasonError;
  /** The answer was refused, so there is nothing to parse. */
  static readonly ContentFilterFinishReasonError: typeof ContentFilterFinishReasonError;
}

/** Types by the names of `openai`: `OpenAI.Chat.ChatCompletionMessageParam`, `OpenAI.Responses.Response`, `OpenAI.APIError`. */
export declare namespace Client {
  export import Chat = OpenAiTypes.Chat;
  export import Completions = OpenAiTypes.Completions;
  export import Embeddings = OpenAiTypes.Embeddings;
  export import Models = OpenAiTypes.Models;
  export import Responses = OpenAiTypes.Responses;
  export import ChatCompletion = OpenAiTypes.Chat.ChatCompletion;
  export import ChatCompletionAssistantMessageParam = OpenAiTypes.Chat.ChatCompletionAssistantMessageParam;
  export import ChatCompletionChunk = OpenAiTypes.Chat.ChatCompletionChunk;
  export import ChatCompletionContentPart = OpenAiTypes.Chat.ChatCompletionContentPart;
  export import ChatCompletionContentPartImage = OpenAiTypes.Chat.ChatCompletionContentPartImage;
  export import ChatCompletionContentPartInputAudio = OpenAiTypes.Chat.ChatCompletionContentPartInputAudio;
  export import ChatCompletionContentPartRefusal = OpenAiTypes.Chat.ChatCompletionContentPartRefusal;
  export import ChatCompletionContentPartText = OpenAiTypes.Chat.ChatCompletionContentPartText;
  export import ChatCompletionCreateParams = OpenAiTypes.Chat.ChatCompletionCreateParams;
  export import ChatCompletionCreateParamsNonStreaming = OpenAiTypes.Chat.ChatCompletionCreateParamsNonStreaming;
  export import ChatCompletionCreateParamsStreaming = OpenAiTypes.Chat.ChatCompletionCreateParamsStreaming;
  export import ChatCompletionCustomTool = OpenAiTypes.Chat.ChatCompletionCustomTool;
  export import ChatCompletionDeveloperMessageParam = OpenAiTypes.Chat.ChatCompletionDeveloperMessageParam;
  export import ChatCompletionFunctionMessageParam = OpenAiTypes.Chat.ChatCompletionFunctionMessageParam;
  export import ChatCompletionFunctionTool = OpenAiTypes.Chat.ChatCompletionFunctionTool;
  export import ChatCompletionMessage = OpenAiTypes.Chat.ChatCompletionMessage;
  export import ChatCompletionMessageCustomToolCall = OpenAiTypes.Chat.ChatCompletionMessageCustomToolCall;
  export import ChatCompletionMessageFunctionToolCall = OpenAiTypes.Chat.ChatCompletionMessageFunctionToolCall;
  export import ChatCompletionMessageParam = OpenAiTypes.Chat.ChatCompletionMessageParam;
  export import ChatCompletionMessageToolCall = OpenAiTypes.Chat.ChatCompletionMessageToolCall;
  export import ChatCompletionNamedToolChoice = OpenAiTypes.Chat.ChatCompletionNamedToolChoice;
  export import ChatCompletionRole = OpenAiTypes.Chat.ChatCompletionRole;
  export import ChatCompletionStreamOptions = OpenAiTypes.Chat.ChatCompletionStreamOptions;
  export import ChatCompletionSystemMessageParam = OpenAiTypes.Chat.ChatCompletionSystemMessageParam;
  export import ChatCompletionTokenLogprob = OpenAiTypes.Chat.ChatCompletionTokenLogprob;
  export import ChatCompletionTool = OpenAiTypes.Chat.ChatCompletionTool;
  export import ChatCompletionToolChoiceOption = OpenAiTypes.Chat.ChatCompletionToolChoiceOption;
  export import ChatCompletionToolMessageParam = OpenAiTypes.Chat.ChatCompletionToolMessageParam;
  export import ChatCompletionUserMessageParam = OpenAiTypes.Chat.ChatCompletionUserMessageParam;
  export import Completion = OpenAiTypes.Completions.Completion;
  export import CompletionChoice = OpenAiTypes.Completions.CompletionChoice;
  export import CompletionCreateParams = OpenAiTypes.Completions.CompletionCreateParams;
  export import CompletionUsage = OpenAiTypes.Completions.CompletionUsage;
  export import CreateEmbeddingResponse = OpenAiTypes.Embeddings.CreateEmbeddingResponse;
  export import Embedding = OpenAiTypes.Embeddings.Embedding;
  export import EmbeddingCreateParams = OpenAiTypes.Embeddings.EmbeddingCreateParams;
  export import Model = OpenAiTypes.Models.Model;
  export import ModelsPage = OpenAiTypes.Models.ModelsPage;
  export import ChatModel = OpenAiTypes.ChatModel;
  export import ErrorObject = OpenAiTypes.ErrorObject;
  export import FunctionDefinition = OpenAiTypes.FunctionDefinition;
  export import FunctionParameters = OpenAiTypes.FunctionParameters;
  export import Metadata = OpenAiTypes.Metadata;
  export import ReasoningEffort = OpenAiTypes.ReasoningEffort;
  export import ResponseFormatJSONObject = OpenAiTypes.ResponseFormatJSONObject;
  export import ResponseFormatJSONSchema = OpenAiTypes.ResponseFormatJSONSchema;
  export import ResponseFormatText = OpenAiTypes.ResponseFormatText;
  export { type RequestOptions };
  export type APIConnectionError = OpenAiTypes.APIConnectionError;
  export type APIConnectionTimeoutError = OpenAiTypes.APIConnectionTimeoutError;
  export type APIError = OpenAiTypes.APIError;
  export type APIUserAbortError = OpenAiTypes.APIUserAbortError;
  export type AuthenticationError = OpenAiTypes.AuthenticationError;
  export type BadRequestError = OpenAiTypes.BadRequestError;
  export type ConflictError = OpenAiTypes.ConflictError;
  export type InternalServerError = OpenAiTypes.InternalServerError;
  export type NotFoundError = OpenAiTypes.NotFoundError;
  export type OpenAIError = OpenAiTypes.OpenAIError;
  export type PermissionDeniedError = OpenAiTypes.PermissionDeniedError;
  export type RateLimitError = OpenAiTypes.RateLimitError;
  export type UnprocessableEntityError = OpenAiTypes.UnprocessableEntityError;
}

export { Client as OpenAI, Client as default };
