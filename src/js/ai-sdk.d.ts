import type { CallDefaults, Conversation, Message, Provider, Reply, Usage } from './index.js';

export { ChatError } from './index.js';

/** JSON, as the AI SDK types it. */
export type JsonValue = null | string | number | boolean | JsonValue[] | {
  /** Any member. */
  [key: string]: JsonValue;
};

/**
 * The version of the AI SDK's model interface: `v2` for `ai` 5, `v3` for `ai` 6 (which `ai` 7 takes as well), `v4` for `ai` 7. A model of a
 * newer version than the SDK's own is refused by the SDK.
 */
export type Specification = 'v2' | 'v3' | 'v4';

/** Settings of `languageModel` and `embeddingModel`. One that does not exist is a `ChatError` `input`. */
export interface ModelSettings<S extends Specification = Specification> {
  /** The version of the interface. Default `v3`. */
  specification?: S | undefined;
  /** The model that is asked. Left out: the provider's `defaultModel`, of `embeddingModel` the provider's `embeddingModel`. */
  model?: string | undefined;
}

/**
 * What the AI SDK hands to a model, of any version: its own types `LanguageModelV2CallOptions` to `LanguageModelV4CallOptions` fit. All
 * of it is passed on, refused with a `ChatError` `input`, or named by a warning; docs/ai-sdk.md has the table.
 */
export interface ModelCallOptions {
  /** The messages. Parts of every version are read. */
  prompt: readonly object[];
  /** `maxTokens` of `CallOptions`. */
  maxOutputTokens?: number | undefined;
  /** As in `CallOptions`. */
  temperature?: number | undefined;
  /** `stop` of `CallOptions`. */
  stopSequences?: readonly string[] | undefined;
  /** As in `CallOptions`. */
  topP?: number | undefined;
  /** How many of the likeliest tokens are considered. A warning where the service has no such option. */
  topK?: number | undefined;
  /** Makes tokens less likely that came at all, -2 to 2. A warning where the service has no such option. */
  presencePenalty?: number | undefined;
  /** Makes tokens less likely the more often they came, -2 to 2. A warning where the service has no such option. */
  frequencyPenalty?: number | undefined;
  /** `responseFormat` of `CallOptions`. */
  responseFormat?: {
    /** `json`: the answer is JSON. */
    type: 'text' | 'json';
    /** JSON schema of the answer. Left out: any JSON. */
    schema?: unknown;
    /** Name of the schema. Default `answer`. */
    name?: string | undefined;
    /** What the answer is, for the model. */
    description?: string | undefined;
  } | undefined;
  /** As in `CallOptions`. */
  seed?: number | undefined;
  /** Functions, and tools that the service runs itself. */
  tools?: readonly object[] | undefined;
  /** `toolChoice` of `CallOptions`. */
  toolChoice?: {
    /** `tool`: the one with this name. */
    type: 'auto' | 'none' | 'required' | 'tool';
    /** Of `tool`: its name. */
    toolName?: string | undefined;
  } | undefined;
  /** `includeRaw` of `CallOptions`: the service's frames come as `raw` parts. */
  includeRawChunks?: boolean | undefined;
  /** Stops the call at once, a pending read included. */
  abortSignal?: AbortSignal | undefined;
  /** More headers of the request. */
  headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** `reasoningEffort` of `CallOptions`; `provider-default`: the service decides. */
  reasoning?: string | undefined;
  /** Its member `rivulet` holds any other options of `CallOptions`, which win over those above. */
  providerOptions?: Readonly<Record<string, object>> | undefined;
}

/** What of this package goes with a part and comes back in the next prompt, as the AI SDK keeps it. */
export type ProviderMetadata = {
  /** Members that only this package understands. Plain JSON. */
  rivulet: {
    /** Any member. */
    [key: string]: JsonValue;
  };
};

/** What differs between the versions. */
interface Versions {
  /** `ai` 5. */
  v2: {
    /** Why the answer is over. */
    finishReason: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other' | 'unknown';
    /** Token counts. */
    usage: {
      /** Tokens of the request. */
      inputTokens: number | undefined;
      /** Tokens of the answer. */
      outputTokens: number | undefined;
      /** Tokens of both. */
      totalTokens: number | undefined;
      /** Tokens of the answer that are reasoning. */
      reasoningTokens?: number | undefined;
      /** Tokens of the request that came from a cache. */
      cachedInputTokens?: number | undefined;
    };
    /** What was left out. */
    warning:
      /** An option that the service does not have. */
      | {
          type: 'unsupported-setting';
          /** Its name. */
          setting: string;
          /** What was done, for people. */
          details?: string;
        }
      /** Anything else. */
      | {
          type: 'other';
          /** What it is, for people. */
          message: string;
        };
    /** A file's content. */
    data: string;
  };
  /** `ai` 6. */
  v3: {
    /** Why the answer is over. */
    finishReason: {
      /** In the AI SDK's words. */
      unified: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';
      /** In the service's own word. */
      raw: string | undefined;
    };
    /** Token counts. */
    usage: ModelUsage;
    /** What was left out. */
    warning: ModelWarning;
    /** A file's content. */
    data: string;
  };
  /** `ai` 7. */
  v4: {
    /** Why the answer is over. */
    finishReason: Versions['v3']['finishReason'];
    /** Token counts. */
    usage: ModelUsage;
    /** What was left out. */
    warning: ModelWarning;
    /** A file's content. */
    data:
      /** In Base64. */
      | {
          type: 'data';
          /** The content in Base64. */
          data: string;
        }
      /** At an address. */
      | {
          type: 'url';
          /** The address. */
          url: URL;
        };
  };
}

/** What was left out of a call. */
type ModelWarning =
  /** An option that the service does not have. */
  | {
      type: 'unsupported';
      /** Its name. */
      feature: string;
      /** What was done, for people. */
      details?: string;
    }
  /** Anything else. */
  | {
      type: 'other';
      /** What it is, for people. */
      message: string;
    };

/** Token counts of a call. `undefined`: the service did not say. */
interface ModelUsage {
  /** Of the request. */
  inputTokens: {
    /** All of them. */
    total: number | undefined;
    /** Those that no cache had. */
    noCache: number | undefined;
    /** Those that came from a cache. */
    cacheRead: number | undefined;
    /** Those that were written to a cache. */
    cacheWrite: number | undefined;
  };
  /** Of the answer. */
  outputTokens: {
    /** All of them. */
    total: number | undefined;
    /** Those that are text. */
    text: number | undefined;
    /** Those that are reasoning. */
    reasoning: number | undefined;
  };
  /** The service's own object. */
  raw?: {
    /** Any member. */
    [key: string]: JsonValue;
  };
}

/** A part that stands both in a stream and in a whole answer. */
type CommonPart<S extends Specification> =
  /** A call of a tool. */
  | {
      type: 'tool-call';
      /** Id by which its result names it. */
      toolCallId: string;
      /** Name of the tool. */
      toolName: string;
      /** The arguments as JSON text. */
      input: string;
      /** What comes back with the call in the next prompt. */
      providerMetadata?: ProviderMetadata;
    }
  /** A file, an image or a recording that the model made. */
  | {
      type: 'file';
      /** Its media type. */
      mediaType: string;
      /** Its content. */
      data: Versions[S]['data'];
    }
  /** A source with an address. */
  | {
      type: 'source';
      sourceType: 'url';
      /** Its id. */
      id: string;
      /** Its address. */
      url: string;
      /** Its title. */
      title?: string;
      /** The source or citation in the service's own shape, and the place of the text that it is about. */
      providerMetadata?: ProviderMetadata;
    }
  /** A source without an address. */
  | {
      type: 'source';
      sourceType: 'document';
      /** Its id. */
      id: string;
      /** Its media type; `text/plain` where the service does not say it. */
      mediaType: string;
      /** Its title. */
      title: string;
      /** As of a source with an address. */
      providerMetadata?: ProviderMetadata;
    };

/** A part of an answer that comes as a stream. */
export type ModelStreamPart<S extends Specification = Specification> =
  | CommonPart<S>
  /** The first part. */
  | {
      type: 'stream-start';
      /** What was left out before the first content came. What is learnt later is in `providerMetadata` of `finish`. */
      warnings: Versions[S]['warning'][];
    }
  /** Which answer it is. */
  | {
      type: 'response-metadata';
      /** The id of the answer, where the service's frames were asked for and have one. */
      id?: string;
      /** When the first part came. */
      timestamp: Date;
      /** The model that was asked, or that the service names. */
      modelId: string;
    }
  /** The begin and the end of a text or of a part of the reasoning. */
  | {
      /** Which of them. */
      type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end';
      /** Its id. */
      id: string;
      /** What comes back with the part in the next prompt. */
      providerMetadata?: ProviderMetadata;
    }
  /** A piece of it. */
  | {
      /** Of which it is. */
      type: 'text-delta' | 'reasoning-delta';
      /** The id of the text or of the part. */
      id: string;
      /** The piece. */
      delta: string;
    }
  /** The begin of the arguments of a call. */
  | {
      type: 'tool-input-start';
      /** Id of the call. */
      id: string;
      /** Name of the tool. */
      toolName: string;
    }
  /** A piece of them. */
  | {
      type: 'tool-input-delta';
      /** Id of the call. */
      id: string;
      /** The piece, JSON text. */
      delta: string;
    }
  /** Their end. */
  | {
      type: 'tool-input-end';
      /** Id of the call. */
      id: string;
    }
  /** A frame of the service. */
  | {
      type: 'raw';
      /** The frame: its JSON, parsed, or its text. */
      rawValue: unknown;
    }
  /** The answer broke off; nothing but the end of the stream follows. */
  | {
      type: 'error';
      /** A `ChatError` that the AI SDK takes for its `APICallError`. */
      error: unknown;
    }
  /** The end. */
  | {
      type: 'finish';
      /** Why the answer is over. */
      finishReason: Versions[S]['finishReason'];
      /** Token counts. */
      usage: Versions[S]['usage'];
      /** Warnings that came after the begin, retries, and what else the service said beside its answer. */
      providerMetadata?: ProviderMetadata;
    };

/** A part of an answer in one piece. */
export type ModelContent<S extends Specification = Specification> =
  | CommonPart<S>
  /** Text, or a part of the reasoning. */
  | {
      /** Which of them. */
      type: 'text' | 'reasoning';
      /** All of it. */
      text: string;
      /** What comes back with the part in the next prompt. */
      providerMetadata?: ProviderMetadata;
    };

/**
 * A model for the functions of the AI SDK (`generateText`, `streamText`, `generateObject`, …). Failures are `ChatError`s that the SDK takes for its
 * `APICallError`: before the first content they are thrown, so that its `maxRetries` counts; rivulet itself does not retry.
 */
export interface LanguageModel<S extends Specification = 'v3'> {
  /** The version of the interface. */
  readonly specificationVersion: S;
  /** `rivulet.` and the provider's name. */
  readonly provider: string;
  /** The model that is asked; empty where neither the model's settings nor the provider's name one. */
  readonly modelId: string;
  /** The addresses that go to the service as they are; files at others the SDK fetches itself. */
  readonly supportedUrls: Record<string, RegExp[]>;
  /**
   * The answer in one piece.
   *
   * @param options what the AI SDK gives
   */
  doGenerate(options: ModelCallOptions): Promise<{
    /** The answer. */
    content: ModelContent<S>[];
    /** Why it is over. */
    finishReason: Versions[S]['finishReason'];
    /** Token counts. */
    usage: Versions[S]['usage'];
    /** As of the `finish` part of a stream. */
    providerMetadata?: ProviderMetadata;
    /** Which answer it is. */
    response: {
      /** As of `response-metadata`. */
      id?: string;
      /** When it began. */
      timestamp: Date;
      /** As of `response-metadata`. */
      modelId: string;
    };
    /** What was left out. */
    warnings: Versions[S]['warning'][];
  }>;
  /**
   * The answer as a stream. A part is read when the SDK asks for one, never ahead; cancelling the stream stops the request.
   *
   * @param options what the AI SDK gives
   */
  doStream(options: ModelCallOptions): Promise<{
    /** The parts. */
    stream: ReadableStream<ModelStreamPart<S>>;
  }>;
}

/**
 * A provider of this package as a model of the AI SDK: a service, a `Fallback`, or a WordPress site.
 *
 * @param provider the provider
 * @param settings left out: version 3 of the interface, and the provider's default model
 */
export function languageModel(provider: Provider, settings?: ModelSettings<'v3'>): LanguageModel<'v3'>;
/**
 * A provider of this package as a model of the AI SDK: a service, a `Fallback`, or a WordPress site.
 *
 * @param provider the provider
 * @param settings left out: version 3 of the interface, and the provider's default model
 */
export function languageModel<S extends Specification>(provider: Provider, settings: ModelSettings<S> & {
  /** The version of the interface. */
  specification: S;
}): LanguageModel<S>;

/** A model for `embed` and `embedMany` of the AI SDK. */
export interface EmbeddingModel<S extends Specification = 'v3'> {
  /** The version of the interface. */
  readonly specificationVersion: S;
  /** `rivulet.` and the provider's name. */
  readonly provider: string;
  /** The model that is asked. */
  readonly modelId: string;
  /** `undefined`: any number, since the provider sends as many requests as are needed. */
  readonly maxEmbeddingsPerCall: undefined;
  /** Always false: one call does it all. */
  readonly supportsParallelCalls: false;
  /**
   * The vectors of the texts.
   *
   * @param options what the AI SDK gives; `providerOptions.rivulet` holds other options of `EmbedOptions`
   */
  doEmbed(options: {
    /** The texts. */
    values: readonly string[];
    /** How many numbers each vector is to have (`ai` 7). Left out: as many as the model gives. */
    dimensions?: number | undefined;
    /** Stops all requests. */
    abortSignal?: AbortSignal | undefined;
    /** Its member `rivulet` holds other options of `EmbedOptions`. */
    providerOptions?: Readonly<Record<string, object>> | undefined;
    /** More headers of the requests. */
    headers?: Readonly<Record<string, string | undefined>> | undefined;
  }): Promise<{
    /** The vector of each text. */
    embeddings: number[][];
    /** Token counts. Left out where the service gives none. */
    usage?: {
      /** Tokens of all texts. */
      tokens: number;
    };
    /** What was left out. */
    warnings: Versions[S]['warning'][];
  }>;
}

/**
 * A provider of this package as an embedding model of the AI SDK.
 *
 * @param provider the provider, one with embeddings
 * @param settings left out: version 3 of the interface, and the provider's `embeddingModel`
 */
export function embeddingModel(provider: Provider, settings?: ModelSettings<'v3'>): EmbeddingModel<'v3'>;
/**
 * A provider of this package as an embedding model of the AI SDK.
 *
 * @param provider the provider, one with embeddings
 * @param settings left out: version 3 of the interface, and the provider's `embeddingModel`
 */
export function embeddingModel<S extends Specification>(provider: Provider, settings: ModelSettings<S> & {
  /** The version of the interface. */
  specification: S;
}): EmbeddingModel<S>;

/** Providers of this package as a provider of the AI SDK. */
export interface ModelProvider<S extends Specification = 'v3'> {
  /** The version of the interface. */
  readonly specificationVersion: S;
  /**
   * A model. Throws an error that the AI SDK takes for its `NoSuchModelError` where there is none.
   *
   * @param id of one provider: the model, empty for its default; of several: the name of one, or `name:model`
   */
  languageModel(id: string): LanguageModel<S>;
  /**
   * An embedding model.
   *
   * @param id as of `languageModel`
   */
  embeddingModel(id: string): EmbeddingModel<S>;
  /**
   * The same by its name in `ai` 5.
   *
   * @param id as of `languageModel`
   */
  textEmbeddingModel(id: string): EmbeddingModel<S>;
  /**
   * Throws, since there are no image models here.
   *
   * @param id is named in the error
   */
  imageModel(id: string): never;
}

/**
 * For `createProviderRegistry`, `customProvider` and `globalThis.AI_SDK_DEFAULT_PROVIDER`.
 *
 * @param providers one provider, or several by their names
 * @param settings left out: version 3 of the interface
 */
export function modelProvider(providers: Provider | Readonly<Record<string, Provider>>, settings?: {
  /** As in `ModelSettings`. */
  specification?: 'v3' | undefined;
}): ModelProvider<'v3'>;
/**
 * For `createProviderRegistry`, `customProvider` and `globalThis.AI_SDK_DEFAULT_PROVIDER`.
 *
 * @param providers one provider, or several by their names
 * @param settings left out: version 3 of the interface
 */
export function modelProvider<S extends Specification>(providers: Provider | Readonly<Record<string, Provider>>, settings: {
  /** As in `ModelSettings`. */
  specification: S;
}): ModelProvider<S>;

/** A message of `useChat`: `UIMessage` of `ai` 5 to 7 fits. */
export interface UiMessage {
  /** Its id. */
  readonly id?: string | undefined;
  /** Whose message it is: `system`, `user` or `assistant`. */
  readonly role: string;
  /** Its parts: text, reasoning, files, tools with their state, sources, data. */
  readonly parts: readonly object[];
  /** What the application keeps with it. It is not sent. */
  readonly metadata?: unknown;
}

/** A reply of a provider, or of `runTools` of `rivulet/tools`. It must not have been read. */
export type ReadableReply = Pick<Reply, 'return' | 'usage' | 'message' | 'finish' | 'conversation'> & {
  /** What happens in it. */
  readonly events: AsyncIterable<{
    /** What it is. */
    readonly type: string;
  }>;
};

/** How a reply becomes chunks for `useChat`. */
export interface UiStreamOptions {
  /** Id of the message. Left out: that of the last of `originalMessages`, if it is the assistant's, else the page makes one. */
  messageId?: string | undefined;
  /** The messages of the page, for the id of the one that goes on. */
  originalMessages?: readonly UiMessage[] | undefined;
  /**
   * The text of an error for the page. Left out: `An error occurred.`, since a service's words may hold what is not for everybody.
   *
   * @param error what was thrown
   */
  onError?: ((error: unknown) => string) | undefined;
  /**
   * Called with each warning: what was left out, or what the service warns of. Left out: `console.warn`, each text once; `null`: nobody
   * hears of them.
   *
   * @param message the warning
   */
  onWarning?: ((message: string) => void) | null | undefined;
  /** False: what the model thinks is not sent, and neither is what the service wants back of it. Default true. */
  sendReasoning?: boolean | undefined;
  /** True: sources are sent. Default false. */
  sendSources?: boolean | undefined;
  /** False: no `start`, for a stream that another one goes before. Default true. */
  sendStart?: boolean | undefined;
  /** False: no `finish`, for a stream that another one follows. Default true. */
  sendFinish?: boolean | undefined;
  /**
   * True: a final text that differs from its pieces takes their place by the chunk `reset-step`, which only `ai` 7 knows. Default false: it
   * comes as `data-replace`, `{ text }`, which the page may show.
   */
  resetStep?: boolean | undefined;
  /**
   * What the page keeps with the message as `metadata`: a value, which goes with the start, or a function that is asked at the start and at the
   * end.
   *
   * @param moment which of them it is; at the end with the counts and the reason
   */
  messageMetadata?: object | ((moment: {
    /** The start or the end of the message. */
    part: {
      /** Which of them. */
      type: 'start' | 'finish';
    };
    /** At the end, where the service gives them. */
    usage: Usage | undefined;
    /** At the end: the reason in the AI SDK's words. */
    finishReason: string | undefined;
  }) => unknown) | undefined;
}

/** A chunk for `useChat`: `UIMessageChunk` of `ai`. */
export type UiChunk =
  /** The start of the message. */
  | {
      type: 'start';
      /** Its id. Left out: the page makes one. */
      messageId?: string;
      /** What the page keeps with it. */
      messageMetadata?: unknown;
    }
  /** The begin or the end of an answer of the model. */
  | {
      /** Which of them. */
      type: 'start-step' | 'finish-step';
    }
  /** The begin and the end of a text or of a part of the reasoning. */
  | {
      /** Which of them. */
      type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end';
      /** Its id. */
      id: string;
      /** What comes back with the part. */
      providerMetadata?: ProviderMetadata;
    }
  /** A piece of it. */
  | {
      /** Of which it is. */
      type: 'text-delta' | 'reasoning-delta';
      /** The id of the text or of the part. */
      id: string;
      /** The piece. */
      delta: string;
    }
  /** The begin of a call. */
  | {
      type: 'tool-input-start';
      /** Id of the call. */
      toolCallId: string;
      /** Name of the tool. */
      toolName: string;
    }
  /** A piece of its arguments. */
  | {
      type: 'tool-input-delta';
      /** Id of the call. */
      toolCallId: string;
      /** The piece, JSON text. */
      inputTextDelta: string;
    }
  /** A call that is complete. */
  | {
      type: 'tool-input-available';
      /** Id of the call. */
      toolCallId: string;
      /** Name of the tool. */
      toolName: string;
      /** The arguments. */
      input: unknown;
      /** What comes back with the call. */
      providerMetadata?: ProviderMetadata;
    }
  /** A call whose arguments are no JSON. */
  | {
      type: 'tool-input-error';
      /** Id of the call. */
      toolCallId: string;
      /** Name of the tool. */
      toolName: string;
      /** The arguments as text. */
      input: unknown;
      /** What is wrong. */
      errorText: string;
      /** What comes back with the call. */
      providerMetadata?: ProviderMetadata;
    }
  /** The result of a call. */
  | {
      type: 'tool-output-available';
      /** Id of the call. */
      toolCallId: string;
      /** The result. */
      output: unknown;
    }
  /** The failure of a call. */
  | {
      type: 'tool-output-error';
      /** Id of the call. */
      toolCallId: string;
      /** What went wrong. */
      errorText: string;
    }
  /** A source with an address. */
  | {
      type: 'source-url';
      /** Its id. */
      sourceId: string;
      /** Its address. */
      url: string;
      /** Its title. */
      title?: string;
    }
  /** A source without an address. */
  | {
      type: 'source-document';
      /** Its id. */
      sourceId: string;
      /** Its media type. */
      mediaType: string;
      /** Its title. */
      title: string;
    }
  /** A file that the model made. */
  | {
      type: 'file';
      /** A `data:` URL, or the address. */
      url: string;
      /** Its media type. */
      mediaType: string;
    }
  /**
   * Data of this package: `data-replace` (`{ text }`), `data-action` (what a site wants done), `data-file` (a file that the service has under an id),
   * and, for `onData` alone, `data-status` (`{ kind, text }`) and `data-retry` (`{ attempt, waitMs }`).
   */
  | {
      /** Its name. */
      type: `data-${string}`;
      /** The data. */
      data: unknown;
      /** True: it reaches `onData` of the page, and no message. */
      transient?: boolean;
    }
  /** The reply failed. */
  | {
      type: 'error';
      /** The text for the page. */
      errorText: string;
    }
  /** The reply was stopped. */
  | {
      /** Which of them. */
      type: 'abort';
    }
  /** The end of the message. */
  | {
      type: 'finish';
      /** Why it is over. */
      finishReason?: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';
      /** What the page keeps with the message. */
      messageMetadata?: unknown;
    };

/** A chunk about whether a tool may run. `ai` 6 and 7 have it. */
export type UiApprovalChunk =
  /** The question. */
  | {
      type: 'tool-approval-request';
      /** Id by which the answer names the question. */
      approvalId: string;
      /** Id of the call. */
      toolCallId: string;
    }
  /** The call was not run, since the person refused it. */
  | {
      type: 'tool-output-denied';
      /** Id of the call. */
      toolCallId: string;
    };

/** A chunk behind which the step is sent anew, with `resetStep`. `ai` 7 has it. */
export type UiResetChunk = {
  type: 'reset-step';
};

/**
 * A reply as chunks for `useChat`, for code that sends them in its own way. Failures become an `error` chunk. Cancelling the stream stops
 * the request.
 *
 * @param reply a reply that was not read
 * @param options left out: errors are hidden, sources are not sent
 */
export function toUIMessageStream(reply: ReadableReply, options?: UiStreamOptions): ReadableStream<UiChunk | UiApprovalChunk | UiResetChunk>;

/**
 * A reply as the response that `useChat` reads.
 *
 * @param reply a reply that was not read
 * @param options left out: errors are hidden, sources are not sent; and status, text of the status and headers of the response
 */
export function toUIMessageStreamResponse(reply: ReadableReply, options?: UiStreamOptions & ResponseInit): Response;

/**
 * The messages of `useChat` as messages of this package. A call of a tool goes on only with its result; parts that are for the page alone
 * (sources, `data-…`) are left out, and other parts that are not known with a warning.
 *
 * @param messages the messages
 * @param options left out: warnings go to the console
 */
export function fromUIMessages(messages: readonly UiMessage[], options?: Pick<UiStreamOptions, 'onWarning'> & {
  /**
   * True: calls of the newest message that a person let run, or did not, stay without a result, as `runTools` takes them with `approvals`. Default
   * false.
   */
  openCalls?: boolean | undefined;
}): Message[];

/** What a page asks, for functions that make the reply. */
export interface ChatContext {
  /** The messages: `fromUIMessages` with `openCalls`, after the system message, if there is one. */
  messages: Message[];
  /** The messages as the page has them. */
  uiMessages: readonly UiMessage[];
  /**
   * What a person said to questions whether a tool may run, by the ids of the calls: `true`, `false`, or the reason why not. For `approvals` of
   * `runTools`.
   */
  approvals: Record<string, boolean | string>;
  /** `conversation` for the call, which sites need; `undefined` where there is none. */
  conversation: Conversation | undefined;
  /** Id of the chat. */
  id: string | undefined;
  /** `submit-message` or `regenerate-message`. */
  trigger: string | undefined;
  /** The message that is made anew. */
  messageId: string | undefined;
  /** What else the page sent. Check it before you use it. */
  body: Readonly<Record<string, unknown>>;
  /** Stops the reply: the client left, or `stop()` was called. */
  signal: AbortSignal;
  /** Of `chatRoute`: the request. */
  request: Request | undefined;
}

/** Options of `chatRoute` and settings of `chatTransport`. */
export interface ChatOptions extends UiStreamOptions {
  /** The system message. Left out: none. */
  system?: string | undefined;
  /** Options of the call where a provider is given: `model`, `temperature`, `maxTokens`, … */
  call?: CallDefaults | undefined;
}

/** Options of `chatRoute`. */
export interface ChatRouteOptions extends ChatOptions {
  /** True: system messages of the page are taken. Default false. */
  allowSystem?: boolean | undefined;
  /** The most bytes that a request may have; a larger one gets status 413. Default 16 777 216 (16 MiB). */
  maxBodyBytes?: number | undefined;
  /** The most messages that a request may have; more get status 400. Default 1000. */
  maxMessages?: number | undefined;
  /** Headers of the answers, errors included. */
  headers?: HeadersInit | undefined;
}

/**
 * A route for `useChat`: `export const POST = chatRoute(provider)`. It takes POST with JSON; what is wrong with a request is said in plain text
 * with status 400, 405 or 413. Nobody is kept out: ask who it is before you call it, or in the function, which may give a `Response`.
 *
 * @param source the provider, or a function that gives one, a reply, or a response
 * @param options left out: no system message, errors are hidden
 */
export function chatRoute(
  source: Provider | ((chat: ChatContext) => Provider | ReadableReply | Response | Promise<Provider | ReadableReply | Response>),
  options?: ChatRouteOptions,
): (request: Request) => Promise<Response>;

/** What `useChat` asks and reads, without a server. `ChatTransport` of `ai` 5 to 7 is satisfied. */
export interface Transport {
  /**
   * Begins a reply.
   *
   * @param options what `useChat` gives
   */
  sendMessages(options: {
    /** Id of the chat. */
    chatId: string;
    /** The messages so far. */
    messages: readonly UiMessage[];
    /** Stops the reply. */
    abortSignal?: AbortSignal | undefined;
    /** Why it is asked. */
    trigger?: string | undefined;
    /** The message that is made anew. */
    messageId?: string | undefined;
    /** What the page gives besides, for functions that make the reply. */
    body?: object | undefined;
  }): Promise<ReadableStream<UiChunk>>;
  /**
   * There is nothing to come back to: always `null`.
   *
   * @param options not used
   */
  reconnectToStream(options: object): Promise<null>;
}

/**
 * `useChat` without a server: `useChat({ transport: chatTransport(provider) })`. Errors are the chat's `error` as they are.
 *
 * @param source the provider, or a function that gives one or a reply
 * @param settings left out: no system message
 */
export function chatTransport(
  source: Provider | ((chat: ChatContext) => Provider | ReadableReply | Promise<Provider | ReadableReply>),
  settings?: ChatOptions,
): Transport;
