import * as OpenAiTypes from './openai-types.js';

/// <reference lib="esnext.disposable" />

/**
 * Whose message it is. `system`: instructions of the application; `developer`: OpenAI's newer name for `system`, sent as
 * `system` to services that know only that name; `user`: the person who asks; `assistant`: the model; `tool`: the result of a
 * tool that the model called.
 */
export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

/**
 * Roles of other libraries and services: `human` stands for `user`, `model`, `ai`, `bot` and `chatbot` for `assistant`, `sys` for `system`,
 * `function` and `tool_result` for `tool`. Any other one is a `ChatError` `input`.
 */
export type ForeignRole = 'human' | 'model' | 'ai' | 'bot' | 'chatbot' | 'sys' | 'function' | 'tool_result';

/**
 * The mark of a cache, in Anthropic's form: what comes before it, and what it stands at, may be kept by the service. Given to `Anthropic`,
 * and to OpenRouter, DashScope, the AI Gateway and unknown services of `OpenAiChat`; left out with a warning by all others.
 */
export type CacheControl = {
  /** The kind of mark; services know `ephemeral`. */
  type: 'ephemeral' | (string & {});
  /** How long it is kept, in the service's words. Left out: the service's default. */
  ttl?: '5m' | '1h' | (string & {});
};

/**
 * One part of a message. The first four forms are those of OpenAI's Chat Completions, and every provider writes them as its service wants
 * them. The same content is read in the forms of OpenAI's Responses, of Anthropic, Gemini and the AI SDK, so messages of other libraries
 * need no rewriting. A part that a service has no way to take is a `ChatError` `input` that names its place, and nothing is sent;
 * `docs/providers.md` says what each service takes. WordPress sites take text, and images of the newest message, `AiEngine` also a
 * PDF (`file` with `file_data`): other parts, and those of earlier messages, are left out, each with a `warning` event.
 */
export type ContentPart =
  /** Text. */
  | {
      type: 'text';
      /** The text. Several text parts of a message are joined without a separator where a service takes only one text. */
      text: string;
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    }
  /** An image for the model to look at. */
  | {
      type: 'image_url';
      /** Where the image is, and how closely to look at it. */
      image_url: {
        /**
         * A `data:` URL with the image in Base64, or the address of the image. `Ollama`, `WorkersAi` and WordPress sites take `data:` URLs
         * only: `AiEngine` up to 4 (PNG, JPEG, WebP, GIF), `AiPuffer` up to 4 (no GIF) and with a text beside them, `AiPower` one with a
         * text, which reaches models of a few names only, such as `gpt-4o`.
         */
        url: string;
        /** How closely the model looks at the image. Left out: the service decides. Passed on where the service has it. */
        detail?: 'auto' | 'low' | 'high';
      };
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    }
  /** A recording for the model to listen to. `OpenAiChat`, `Gemini` and `Ollama` take it. */
  | {
      type: 'input_audio';
      /** The sound, and its format. */
      input_audio: {
        /** The sound in Base64. */
        data: string;
        /** Its format: `wav`, `mp3`, and what else the service knows. */
        format: 'wav' | 'mp3' | (string & {});
      };
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    }
  /**
   * A file for the model to read, such as a PDF. `Anthropic` takes PDF and text, `Ollama` and `Cohere` text, which goes into the text of the
   * message; `WorkersAi` takes no files.
   */
  | {
      type: 'file';
      /** The file: one of `file_data`, `file_url` and `file_id`. */
      file: {
        /** A `data:` URL with the file in Base64. */
        file_data?: string;
        /** The address of the file, for `Anthropic`, `Gemini`, `OpenAiResponses`, and OpenRouter as an `OpenAiChat`. */
        file_url?: string;
        /** The id by which the service has the file since it was uploaded, for `OpenAiChat`, `OpenAiResponses` and `Anthropic`. */
        file_id?: string;
        /** The name of the file, for the model. Left out: one that its type gives. */
        filename?: string;
      };
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    }
  /** Text in the form of OpenAI's Responses. */
  | {
      /** `output_text` in messages of the assistant. */
      type: 'input_text' | 'output_text';
      /** The text. */
      text: string;
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    }
  /**
   * A part of another form. Read for every service: `input_image` and `input_file` (Responses), `image` and `document` (Anthropic, with
   * `source`), `image`, `file`, `media`, `image-data`, `image-url`, `file-data` and `file-url` (AI SDK, with bytes, Base64, a `data:` URL
   * or an address as `image`, `data` or `url`), `image` and `audio` (MCP, with `data` and `mimeType`), `document_url`, `file_url`,
   * `audio_url`, `video_url` and `input_video` (Mistral, Perplexity, OpenRouter, llama.cpp); in messages of the assistant `reasoning`,
   * `thinking` and `redacted_thinking`; calls and results of tools (`tool_use`, `tool_result`, `tool-call`, `tool-result`), which
   * become `tool_calls` and messages of the role `tool`. A part of any other type goes as it is to `OpenAiChat` and `Anthropic`.
   */
  | {
      /** Name of the kind of part. */
      type: string;
      /** The other members of the part. */
      [key: string]: unknown;
    }
  /** A part of Gemini's, which has no type. */
  | GeminiPart;

/** A part in the form of Google's Gemini, which is read for every service: one of its three members. */
export type GeminiPart = {
  /** Left out. */
  type?: undefined;
  /** Text. */
  text?: string;
  /** Content: an image, a recording, a film or a file. */
  inlineData?: {
    /** The media type, such as `image/png`. */
    mimeType: string;
    /** The content in Base64. */
    data: string;
  };
  /** Where the content is. */
  fileData?: {
    /** The media type. Left out: what the address ends with shows it. */
    mimeType?: string;
    /** The address. */
    fileUri: string;
  };
};

/**
 * One message of a conversation, in OpenAI's shape. Messages that other libraries wrote are read as well: roles such as `human` and
 * `model`, the role `function` and `function_call`, arguments that are an object, results that stand elsewhere than behind their call,
 * calls and results without an id, which belong together in their order. Bytes anywhere in a message (`Uint8Array`, `ArrayBuffer`,
 * Node's `Buffer`) become their Base64; an object that JSON has no form for, such as a `Blob`, is a `ChatError` `input`.
 */
export interface Message {
  /** Whose message it is. WordPress sites that know only users and assistants take every other role for the user's. */
  role: Role | ForeignRole;
  /**
   * The text, or its parts; `null` where a message of the assistant only calls tools. The result of a tool may have parts, too: where a
   * service takes only text there (`OpenAiChat`, `Ollama`, `Cohere`, `WorkersAi`), images and files follow the results in a message of
   * the user that says from which call they are.
   */
  content: string | readonly ContentPart[] | null;
  /**
   * The calls in a message of the assistant. `Anthropic` and Mistral take ids of a certain form only: other ids are sent as one of that
   * form, the same for the call and its result.
   */
  tool_calls?: readonly unknown[];
  /** Of the result of a tool: the id of the call that it answers. */
  tool_call_id?: string;
  /**
   * Of the result of a tool: true if the tool failed. `Anthropic` has the same member and `Gemini` a place for errors; left out by all
   * other services, with a warning unless the text begins with `Error`.
   */
  is_error?: boolean;
  /**
   * The reasoning that led to a message of the assistant. It goes back to services that take it, under the name that they read. `Anthropic`,
   * `Gemini` and `OpenAiResponses` take only their own, which `provider_data` holds; other reasoning is left out there with a warning.
   */
  reasoning_content?: string | null;
  /** Marks the end of what a cache may keep: behind the last part of the message. */
  cache_control?: CacheControl | null;
  /**
   * Other members: those of `reply.message` (`provider_data`, `reasoning_details`, `images`), which each provider puts where its service
   * has them, and any others (`name` for one), which only `OpenAiChat` and `WorkersAi` send, as they are. WordPress sites get roles and
   * texts only; calls, reasoning, images and cache marks are left out there, each with a warning.
   */
  [key: string]: unknown;
}

/**
 * The assistant's message of a reply, in OpenAI's shape and as plain JSON: push it into `messages`, and the conversation goes on, with
 * the same provider or with another one. What only its own provider understands is in it, too, and is not sent to any other.
 */
export type AssistantMessage = {
  role: 'assistant';
  /** The text, with which the reply itself was read; `null` where there is none and tools are called. */
  content: string | null;
  /** What the model thought before it answered. Left out where nothing came. */
  reasoning_content?: string;
  /** The calls of tools, each of which needs a result. Left out where there are none. */
  tool_calls?: {
    /** Id by which the result names the call. */
    id: string;
    type: 'function';
    /** Which tool, and with which arguments. */
    function: {
      /** Name of the tool. */
      name: string;
      /** JSON text. */
      arguments: string;
    };
    /** What the service gave with the call and wants back, such as a signature of Google's compatible API. */
    extra_content?: unknown;
  }[];
  /** Images that the model made. Left out where there are none. Services that do not take them back leave them out with a warning. */
  images?: {
    type: 'image_url';
    /** Where the image is. */
    image_url: {
      /** A `data:` URL, or the address of the image. */
      url: string;
    };
  }[];
  /** The reasoning in the parts of OpenRouter and MiniMax, with what those want back. Left out by other services. */
  reasoning_details?: unknown[];
  /**
   * The answer as its provider wants it back: signed or encrypted reasoning, and what the service ran itself, in their places. Left out
   * where there is nothing beyond the members above.
   */
  provider_data?: {
    /** The class of the provider that reads it. */
    provider: string;
    /** `OpenAiResponses` at another address than OpenAI's: that address, since no other host can read what is encrypted there. */
    url?: string;
    /** Only for that provider. */
    content: unknown[];
  };
};

/** A function that the model may call. It has its members itself, or OpenAI's Chat Completions put them into `function`. */
export type FunctionTool = {
  /** Its name. */
  name: string;
  /** What it does, for the model. */
  description?: string;
  /** JSON schema of the arguments. Left out: there are none. */
  parameters?: object | null;
  /** True: the arguments follow the schema exactly, where the service can do that. */
  strict?: boolean | null;
};

/**
 * The types of tools that OpenAI's Responses run themselves (`code_interpreter`, `file_search`, `image_generation`, `mcp`,
 * `web_search`, `web_search_preview`), that the caller runs and tells the result by `extra` (`apply_patch`, `computer`,
 * `computer_use_preview`, `local_shell`, `shell`), or that say how others are found and called (`namespace`,
 * `programmatic_tool_calling`, `tool_search`).
 */
export type ResponsesToolType =
  | 'apply_patch' | 'code_interpreter' | 'computer' | 'computer_use_preview' | 'file_search' | 'image_generation' | 'local_shell' | 'mcp'
  | 'namespace' | 'programmatic_tool_calling' | 'shell' | 'tool_search' | 'web_search' | 'web_search_preview';

/** The form of an answer. Anything else is a `ChatError` `input`; `runTools` of `rivulet/tools` takes a schema of zod, valibot or arktype. */
export type ResponseFormat =
  /** Text: the default. */
  | {
      type: 'text';
    }
  /** JSON of any kind. */
  | {
      type: 'json_object';
    }
  /** JSON that follows a schema, in the form of Chat Completions. */
  | {
      type: 'json_schema';
      /** The schema, and how the service is to use it. */
      json_schema: JsonFormat;
    }
  /** JSON that follows a schema, in the form of Responses. */
  | (JsonFormat & {
      type: 'json_schema';
    })
  /** JSON, in the form of the AI SDK: of any kind where there is no schema. */
  | (Partial<JsonFormat> & {
      type: 'json';
    });

/** A schema that an answer is to follow. */
export interface JsonFormat {
  /** What the answer is called. OpenAI takes letters, digits, `_` and `-`. */
  name: string;
  /** What it is for, for the model. */
  description?: string;
  /** The JSON schema. */
  schema?: object;
  /** True: the answer follows the schema exactly, where the service can do that and takes schemas of this kind. */
  strict?: boolean | null;
}

/** A tool that the model may call, or that the service runs itself. */
export type Tool =
  /** A function, in the form of Chat Completions: the form that every provider takes. */
  | {
      type: 'function';
      /** The function. */
      function: FunctionTool;
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    }
  /** A function in the form of OpenAI's Responses; every provider takes it. */
  | (FunctionTool & {
      type: 'function';
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
    })
  /** A function in the form of Anthropic; every provider takes it. */
  | {
      /** Left out or `custom`. */
      type?: 'custom' | 'function' | null;
      /** Its name. */
      name: string;
      /** What it does, for the model. */
      description?: string;
      /** JSON schema of the arguments. */
      input_schema: object;
      /** True: the arguments follow the schema exactly, where the service can do that. */
      strict?: boolean | null;
      /** Marks the end of what a cache may keep. */
      cache_control?: CacheControl | null;
      /** Its other members, for `Anthropic`. */
      [key: string]: unknown;
    }
  /** A tool of `OpenAiResponses` and `OpenAiChat` that takes text and no JSON. */
  | {
      type: 'custom';
      /** The tool, in the form of Chat Completions. */
      custom: {
        /** Its name. */
        name: string;
        /** What it does, for the model. */
        description?: string;
        /** What its text must look like. */
        format?: object;
      };
    }
  /** The same in the form of Responses, for `OpenAiResponses` alone. */
  | {
      type: 'custom';
      /** Its name. */
      name: string;
      /** What it does, for the model. */
      description?: string;
      /** What its text must look like. */
      format?: object;
    }
  /**
   * A tool that a service runs itself, in its own form: of Anthropic (`web_search_20250305`: the type ends with a date), or of Responses.
   * Given to another provider than those it is a `ChatError` `input`. An `OpenAiChat` of a service other than OpenAI and Azure sends it as
   * it is, unless it is Anthropic's and the service is known to be another.
   */
  | {
      /** Which tool it is. */
      type: ResponsesToolType | `${string}_20${number}` | 'mcp_toolset';
      /** Its members, as the service calls them. */
      [key: string]: unknown;
    }
  /** A tool that Gemini runs itself: an object whose member is its name. Any other service that is known refuses it. */
  | GeminiTool;

/** A tool that Gemini runs itself: one of these members, with its settings. */
export type GeminiTool = {
  /** Left out. */
  type?: undefined;
  /** Search. */
  googleSearch?: object;
  /** Search, as models before Gemini 2 have it. */
  googleSearchRetrieval?: object;
  /** Reads the addresses in the messages. */
  urlContext?: object;
  /** Writes and runs code. */
  codeExecution?: object;
  /** Places and ways. */
  googleMaps?: object;
  /** Searches the files that were uploaded. */
  fileSearch?: object;
  /** Works with a computer. */
  computerUse?: object;
  /** Servers of the Model Context Protocol. */
  mcpServers?: readonly object[];
};

/**
 * Time limits of a call, all in milliseconds, each a number above 0. A limit that is left out has its default; `Infinity` is no
 * limit. What runs out ends the call with a `ChatError` `timeout`, which names the limit and is `retryable`; it is not tried
 * again by itself. The pause before a retry counts as part of `total`, and of no other limit.
 */
export interface Timeouts {
  /** From sending a request until the head of its response arrives, for each request of the call. No limit by default. */
  connect?: number;
  /**
   * From the first read until the first content (text, reasoning, a tool call, ...), all requests and retries together; the time in
   * which nobody reads does not count. Default 600 000, as in the npm package `openai`: a model may think for minutes.
   */
  firstChunk?: number;
  /**
   * Silence after the first content: how long no more of it may come while the reply is being read. Keep-alives and warnings do not
   * count as content, and the time in which nobody reads does not count as silence. Measured to about an eighth of its length.
   * Default 120 000.
   */
  idle?: number;
  /**
   * From the first read until the end of the reply, retries and their pauses included. A pause that would last until then is not
   * begun: the call fails at once with the error that it would have been for, which has `retryAfterMs`. No limit by default.
   */
  total?: number;
}

/** Something was left out, or the service says something that people should hear of: the event, and what `onWarning` gets. */
export interface Warning {
  type: 'warning';
  /** What was left out, or what the service says, for people. */
  message: string;
}

/** A request failed before any content was handed out, and is sent again after a pause. */
export interface Retry {
  type: 'retry';
  /** Which retry of the reply it is, from 1. */
  attempt: number;
  /** How long the pause is that has just begun, in milliseconds. */
  waitMs: number;
  /** What went wrong. */
  error: ChatError;
}

/**
 * Where session tokens (nonces of WordPress sites) are kept between calls. A store that throws or rejects costs one more request
 * for a nonce, and never the reply. Keys begin with `rivulet:`.
 */
export interface SessionStore {
  /**
   * The value that was set for the key; `undefined` or `null` where there is none or it has expired.
   *
   * @param key an opaque text
   */
  get(key: string): Promise<string | null | undefined> | string | null | undefined;
  /**
   * Keeps a value. Nobody waits for it.
   *
   * @param key an opaque text
   * @param value an opaque text, which holds a nonce
   * @param options how long the value is of use
   */
  set(
    key: string,
    value: string,
    options: {
      /** Milliseconds from now after which the value is of no use any more: 36 000 000, ten hours. */
      ttlMs: number;
    },
  ): Promise<void> | void;
  /**
   * Forgets the value: the site refused the nonce in it.
   *
   * @param key an opaque text
   */
  delete(key: string): Promise<void> | void;
}

/**
 * What a service needs to go on with a conversation, as plain JSON that can be stored: `reply.conversation` of one reply, to be
 * given to the next call. Its members differ by provider and are not part of this interface.
 */
export type Conversation = {
  /** A member that only the provider understands. */
  readonly [key: string]: unknown;
};

/**
 * Options of one call. All but `messages`, `signal` and `conversation` may also be settings of the provider, for every call; an
 * option of the call wins over the setting. `undefined` counts as left out; for `signal`, `timeout`, `fetch`, `session`,
 * `coalesce` and `onRetry`, `null` takes the setting away for this call, and for `onWarning` it turns warnings off.
 *
 * What a provider has no way to pass on is left out, with a `warning` event that names the option. An option of the wrong type, one
 * that does not exist (`max_tokens`) and a setting that is no option (`baseUrl`) are a `ChatError` `input`, thrown at the first read,
 * with the name that was probably meant.
 */
export interface CallOptions {
  /**
   * The conversation so far, oldest message first, the new message of the user last. A bare string is one message of the user. To go on
   * after a reply, push `reply.message`, the results of the tools that it calls, and what the user says next.
   */
  messages: string | readonly Message[];
  /**
   * Name or alias of a model. Left out: `defaultModel`; a service without either is a `ChatError` `input`. A name that is not among
   * the provider's `models`, if it has any, is a `ChatError` `model_not_found`. The bots of WordPress sites have their own model:
   * there the name is checked, not sent.
   */
  model?: string;
  /**
   * Stops the call, a pending read included, and counts until the last piece was handed out. The read rejects with `signal.reason`
   * itself, not with a `ChatError`.
   */
  signal?: AbortSignal;
  /**
   * Milliseconds for the whole reply, or the four limits. Left out: ten minutes until the first content (`firstChunk`), from then on
   * 120 000 of silence (`idle`), and no other limit.
   */
  timeout?: number | Timeouts;
  /**
   * URL of a relay (`createRelay` of `rivulet/edge` is one), for pages that may not read the site themselves: requests go to this
   * URL with the site's own URL appended. Not a forward proxy, which `fetch` cannot use (a `ChatError` `input`).
   */
  proxy?: string;
  /** Called instead of the global `fetch`, with the URL and an init that has `method`, `headers`, `body`, `signal`, ... */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /**
   * How often a request is sent again after an error that may heal, as long as no content was handed out: 0 to 100, default 2.
   *
   * - After which: statuses 408, 409, 429, 500, 502 to 504 and 520 to 529 (of `AiEngine` not 500 and 520 to 529, with which the plugin
   *   refuses messages), no response, a connection that breaks, and failures that the service itself calls temporary. Not after a
   *   `timeout` of yours, nor where the account has no money left.
   * - How long the pause is: what the service asks for (`retry-after-ms`, `retry-after`), else 0.5 s, 1 s, 2 s, ... 8 s, each less up
   *   to a quarter. A pause of more than a minute, or one that `timeout.total` has no room for, is not begun: the error is thrown at
   *   once, with `retryAfterMs`.
   * - Who is told: `onRetry`, and those who read `reply.events`.
   */
  retries?: number;
  /**
   * Called when the pause before a retry begins, with the event of it. What it throws is ignored, and so is a promise that it returns
   * and that rejects.
   *
   * @param retry which retry, why, and how long the pause is
   */
  onRetry?: (retry: Retry) => void;
  /**
   * Called with each warning: something that was asked for and that this service has no way to do, or that the service says. For those
   * who read the text of a reply; readers of `reply.events` get the same events there. Left out: in development, `console.warn` says each
   * warning once where nobody reads the events (development: `process.env.NODE_ENV` is not `production`, which bundlers fill in; without
   * a `process`, the page is one of `localhost`). `null`: nobody hears of them. What the function throws is ignored, and so is a promise
   * that it returns and that rejects. With `Fallback`: the warnings of the provider that answers.
   *
   * @param warning what was left out, or what the service says
   */
  onWarning?: ((warning: Warning) => void) | null;
  /**
   * The most bytes that one event, line or JSON answer may have, and so may all that has to be kept of one reply until its end
   * (calls, reasoning that goes back to the service, text that is compared with a final one, what an endpoint repeats); beyond it the
   * call fails with a `ChatError` `too_large`. The values of one event may take four times as much memory, or 1 MiB. Default
   * 16 777 216 (16 MiB), with which one reply fits into an isolate of 128 MB; where many replies may be that large at once, give
   * less. Text that was handed out is not kept, but `createAsync` and `text()` collect it, up to this bound as well.
   */
  maxEventBytes?: number;
  /** True: pieces of one kind that arrive in the same network chunk come as one piece, which costs less. Default false. */
  coalesce?: boolean;
  /**
   * More request headers. The protocol's own win over them. In a page the browser decides which ones may be sent. Requests for a
   * nonce are then not shared with other calls.
   */
  headers?: Record<string, string>;
  /**
   * Cookies for the site, by name. With those of a WordPress login (`wordpress_logged_in_…`) the site's chat knows the user: `AiEngine`
   * then asks WordPress for the login's nonce. A page cannot send them, so there they are a `ChatError` `input`.
   */
  cookies?: Record<string, string>;
  /** Where nonces of WordPress sites live between calls. Left out: the memory of this process or page, for up to 256 sites. */
  session?: SessionStore;
  /**
   * `reply.conversation` of an earlier reply of the same provider: what only a site or service knows by an id. `AiPuffer` needs it to go
   * on, `AiEngine` and `AiPower` stay in the same conversation of the site by it, and `OpenAiResponses` then sends only new messages. Left out or `null`: `messages` are all there is, which is enough for all
   * other services where `reply.message` is in them.
   */
  conversation?: Conversation | null;
  /**
   * Follows a shortcut that an earlier reply of `AiEngine` offered: `action.data.shortcutId` of an `action` event of the kind
   * `shortcut`. It stands in the place of a new message, so all `messages` are earlier ones, and may be an empty list. Of sites before
   * version 3.3.3 a shortcut has `action.data.message` instead, which is a message like any other.
   */
  shortcutId?: string;
  /**
   * Where earlier messages go. `messages` (the default): to the place that the protocol has for them. `prompt` (the default of
   * `Chatgpt4Online` and `Chatgpt4o`): into the new message, as `formatPrompt` writes them.
   */
  history?: 'messages' | 'prompt';
  /**
   * How freely the model chooses its words: 0 always takes the likeliest, higher values vary more. The usual range is 0 to 2, for
   * Anthropic and Cohere 0 to 1; the service checks it. Left out: the service's default. Left out with a warning by WordPress sites
   * and by `Anthropic`, unless its `version` is one before 2026-10-21.
   */
  temperature?: number;
  /**
   * Nucleus sampling: the model chooses among the likeliest tokens that together have this probability, above 0 up to 1. Give it or
   * `temperature`, not both. Left out: the service's default. Left out with a warning by WordPress sites and by `Anthropic`, unless
   * its `version` is one before 2026-10-21.
   */
  topP?: number;
  /**
   * The most tokens that the answer may have, a whole number above 0; many services count reasoning among them. A reply that
   * reaches it ends with the finish reason `length`. Left out: the service's default, for `Anthropic`, which requires a limit, 8192.
   * Left out with a warning by WordPress sites.
   */
  maxTokens?: number;
  /**
   * Texts that end the answer and are not part of it; none may be empty. Where the service has no such option (`OpenAiResponses`,
   * WordPress sites, and models of `OpenAiChat` that refuse it), rivulet cuts the text there and stops the request; then 64 are the
   * most. The same holds for words beyond the number that a service of `OpenAiChat` takes, usually four.
   */
  stop?: string | readonly string[];
  /**
   * True: what stands between `<think>` and `</think>` in the text becomes `reasoning` events instead. `'open'`: the reply begins inside
   * a thought, since the template of the model (DeepSeek R1, QwQ) ends with `<think>` and only `</think>` comes. Default false.
   */
  thinkTags?: boolean | 'open';
  /**
   * True: in front of the events that come of a frame, `reply.events` has an event `raw` with the frame itself: for what a service says
   * and no event shows. Costs speed, since each frame is parsed twice. Default false.
   */
  includeRaw?: boolean;
  /**
   * A whole number: the same seed and request should give the same answer, which services promise only as far as they can. Left
   * out: the service chooses. Left out with a warning by `Anthropic`, `OpenAiResponses`, WordPress sites and some services of
   * `OpenAiChat`.
   */
  seed?: number;
  /**
   * Tools that the model may call, in OpenAI's shape for every service: `{ type: 'function', function: { name, description,
   * parameters } }`, `parameters` being a JSON schema; and tools that the service runs itself, in the service's own form. Calls come as
   * `tool-call` events. Left out: no tools. Left out with a warning by WordPress sites. A tool that only another service runs is a
   * `ChatError` `input`.
   */
  tools?: readonly Tool[];
  /**
   * Whether the model calls a tool, in OpenAI's shape for every service: `auto` (it decides), `none`, `required` (at least one), or
   * this one. Left out: the service's default, which is `auto`. Left out with a warning by `Ollama` and WordPress sites, and, by all but
   * `WorkersAi`, where there are no `tools`. Where a model or service refuses to be forced to call a tool, `auto` is sent, with a warning.
   */
  toolChoice?:
    | 'auto'
    | 'none'
    | 'required'
    /** The tool with this name. */
    | {
        type: 'function';
        /** Which tool to call. */
        function: {
          /** Its name in `tools`. */
          name: string;
        };
      }
    /** This tool, as Responses (`function`) and Anthropic (`tool`) write it. */
    | {
        /** `function` or `tool`. */
        type: 'function' | 'tool';
        /** Its name in `tools`. */
        name: string;
      }
    /** A choice in the form of OpenAI's own APIs, for `OpenAiResponses` and `OpenAiChat`: among some of the tools, or a tool that is no function. */
    | {
        /** What is chosen. */
        type: 'allowed_tools' | 'custom' | ResponsesToolType;
        /** Its members, as the service calls them. */
        [key: string]: unknown;
      };
  /**
   * False: the model calls one tool at most, and gets its result before it may call another. True: it may call several at once. Left
   * out: the service's default, which for most is true. `OpenAiChat`, `OpenAiResponses` and `Anthropic` have it; it means nothing
   * without `tools`. False is left out with a warning by all others, and by `OpenAiChat` for services that have no such switch.
   */
  parallelToolCalls?: boolean;
  /**
   * How much the model thinks before it answers: `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, and what else the service
   * knows, in its own terms (Anthropic `output_config.effort`, Gemini `thinkingLevel`, Ollama `think`, Cohere and Gemini
   * before 3 a budget of tokens). `none` turns reasoning off; for a model or service that cannot do without it, it is the lowest that there
   * is, with a warning. For a service that has fewer words the nearest of its own is sent, or, for some of `OpenAiChat`, what switches its
   * reasoning on or off (`thinking`, `enable_thinking`, `reasoning`). `Cohere` refuses any other word; elsewhere it goes as it is. Left out: the service's
   * default. Left out with a warning by WordPress sites and for models of xAI that refuse it.
   */
  reasoningEffort?: string;
  /**
   * The form of the answer, in OpenAI's shape for every service: `{ type: 'json_schema', json_schema: { name, schema } }`,
   * `{ type: 'json_object' }` or `{ type: 'text' }`, the default. Left out with a warning by WordPress sites, and `json_object` by
   * `Anthropic`, which has no JSON without a schema. `Anthropic` takes no limits in a schema (`minimum`, `pattern`): they go into its
   * descriptions, with a warning.
   */
  responseFormat?: ResponseFormat;
  /**
   * More members for the body of the request, as the service calls them. They are laid over the body, objects over objects, first
   * `extra` of the settings, then that of the call; `null` takes a member away. Left out with a warning by WordPress sites.
   */
  extra?: Record<string, unknown>;
}

/** The options of a call that may also be settings of a provider; each is the default of its calls. */
export type CallDefaults = Partial<Omit<CallOptions, 'messages' | 'signal' | 'conversation'>>;

/** Settings of every provider of a WordPress site. A setting of the wrong type is a `ChatError` `input` at the first use. */
export interface WordPressSettings extends CallDefaults {
  /** Address of the site, with the folder that WordPress is in: `https://shop.example/blog`. */
  url: string;
  /** Id of a bot of the site. Left out: the bot that the page names, else the site's default bot. */
  botId?: string | number;
  /**
   * Path or URL of the page that holds the chat; nonce, post id and bot are read there. A path begins at the host, so of a site in a
   * folder it is `/blog/chat/`. Left out: the home page, where one is needed. Where a cache keeps pages longer than nonces live and
   * minds no query, give a page that it does not keep.
   */
  page?: string;
  /** A session token that you already have. Left out: one is fetched, and kept in the session store. `AiPower` needs `postId` with it. */
  nonce?: string;
  /** Name of the provider in errors and in `reply.provider`. Left out: the name of the class. */
  name?: string;
  /** The models that a call may ask for. Left out: any. */
  models?: readonly string[];
  /** The model of calls that name none. Left out: the first of `models`, if there are any. */
  defaultModel?: string;
  /** Other names of models, and the models that they stand for. */
  modelAliases?: Record<string, string>;
}

/** Settings of `AiEngine`. */
export interface AiEngineSettings extends WordPressSettings {
  /** Id of a chatbot whose shortcode overrides settings (`custom_id`). It wins over `botId`. Left out: what the page names. */
  customId?: string;
  /** REST root of the site, a path or URL. Left out: the one that the page announces, else `/wp-json/` below `url`. */
  restRoot?: string;
  /**
   * The site's token of AI Engine's public API. With it, messages go to `simpleChatbotQuery`, which answers in one piece and knows no
   * earlier messages: all turns become one text. Left out: the requests of the plugin's own chat window, which stream.
   */
  apiKey?: ApiKey;
  /** True: `apiKey` may be used in a page, where everybody can read it. Default false: there it is a `ChatError` `input`. */
  allowBrowser?: boolean;
}

/** Settings of `AiPower`. */
export interface AiPowerSettings extends WordPressSettings {
  /** `data-post-id` of the page. Left out: read from the page. */
  postId?: string | number;
  /** True for the widget bot (action `wpaicg_chatbox_message`), false for a shortcode's. Left out: read from the page. */
  widget?: boolean;
}

/** Settings of `AiPuffer`. */
export interface AiPufferSettings extends WordPressSettings {
  /**
   * The site's own API key. With it, messages go to the plugin's REST route, which needs `botId` and answers in one piece. Left out:
   * the two AJAX requests of the plugin's own chat window, which stream.
   */
  apiKey?: ApiKey;
  /**
   * With `apiKey` and without `botId`: the AI service that the site asks, `openai` for one, with a model of the call or `defaultModel`,
   * by the plugin's route `generate`. Left out: a bot is asked.
   */
  provider?: string;
  /** True: `apiKey` may be used in a page, where everybody can read it. Default false: there it is a `ChatError` `input`. */
  allowBrowser?: boolean;
}

/**
 * A key, or a function that gives one: it is called before each request, each try included, so that a token that is valid for minutes
 * (Microsoft Entra, Google Vertex, Amazon) can be renewed. `signal` and `timeout` count while its promise is awaited. Where it throws, or
 * gives no string that a header may hold, nothing is sent, and the reply fails with a `ChatError` `auth` (`cause`: what it threw).
 */
export type ApiKey = string | (() => string | Promise<string>);

/** Settings of a service you have an API key for. One of the wrong type, or one that does not exist, is a `ChatError` `input` at the first use. */
export interface ServiceSettings extends CallDefaults {
  /**
   * Address of the API, its version included. Its query, such as `?api-version=2024-10-21`, goes behind the path of each request. Left
   * out: the service's own, which `provider.url` says.
   */
  baseUrl?: string;
  /** Another name of `baseUrl`, which the npm package `openai` has. Both with different values: a `ChatError` `input`. */
  baseURL?: string;
  /** Your key, or a function that gives it. Left out: none is sent, as local servers want it. No error ever holds it. */
  apiKey?: ApiKey;
  /** True: `apiKey` may be used in a page, where everybody can read it. Default false: there it is a `ChatError` `input`. */
  allowBrowser?: boolean;
  /**
   * Which service it is, as `SERVICES` names it; read by `OpenAiChat`, and without effect elsewhere. By it options get the names and
   * values that the service documents (`seed` is `random_seed` at Mistral, `maxTokens` is `max_completion_tokens` at Azure), the role
   * `developer` becomes `system` where it is unknown, and reasoning in messages of the assistant (`reasoning_content`, `reasoning`,
   * `reasoning_details`) goes back under the name that the service reads; what it has no way for is left out with a `warning`.
   * `'azure'`: the key goes as `api-key`, and a token of Entra (a JSON Web Token) as `Authorization: Bearer`. Left out: OpenAI and
   * Azure are known by their addresses, and others get what you give. A name that `SERVICES` does not have, and one without its `baseUrl`,
   * is a `ChatError` `input`.
   */
  service?: keyof typeof SERVICES;
  /** Name of the provider in errors and in `reply.provider`. Left out: the name of the class. */
  name?: string;
  /** The models that a call may ask for. Left out: any. */
  models?: readonly string[];
  /** The model of calls that name none. Left out: the first of `models`; without that, a call has to name one. */
  defaultModel?: string;
  /**
   * The model of `embed` where the call names none, and of the endpoint's `POST /v1/embeddings`. It counts whatever `models` has. Left out:
   * such a call is a `ChatError` `input`, since a model for chats makes no vectors. Providers without embeddings pass over it.
   */
  embeddingModel?: string;
  /** Other names of models, and the models that they stand for. */
  modelAliases?: Record<string, string>;
}

/** Settings of `Anthropic`. */
export interface AnthropicSettings extends ServiceSettings {
  /** The header `anthropic-version`. Default `2026-10-21`, which has neither `temperature` nor `topP`; `2023-06-01` has both. */
  version?: string;
}

/** Settings of `WorkersAi`: `binding`, or `accountId` and `apiKey`; without either a call is a `ChatError` `input`. */
export interface WorkersAiSettings extends ServiceSettings {
  /** `env.AI` of the Worker. Then no other setting is needed, and `fetch` is not used. */
  binding?: {
    /**
     * Runs a model.
     *
     * @param model its name
     * @param input the body of the request
     * @param options `{ signal }`
     */
    run(model: string, input: any, options?: any): Promise<unknown>;
    /**
     * Lists models; `listModels` calls it.
     *
     * @param options `{ task, per_page }`
     */
    models?(options?: any): Promise<unknown>;
  };
  /** Id of the Cloudflare account, for the REST API. */
  accountId?: string;
}

/** Options of `embed`. */
export interface EmbedOptions {
  /**
   * The text, or the texts: not empty, and none of them is. At `OpenAiChat` and `OpenAiResponses` a text may be an array of tokens, whole
   * numbers, unless the service is known to take none; an array of numbers is one text. Texts that are too many for one request, or too
   * long together, go in several, one after the other.
   */
  input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  /** The model, one for embeddings. Left out: the setting `embeddingModel`. Without either: a `ChatError` `input`. */
  model?: string;
  /** How many numbers each vector is to have, above 0. Left out: as many as the model gives. Where that cannot be said: a warning. */
  dimensions?: number;
  /**
   * Members that only the service knows, which are laid over the request: `{ input_type: 'search_query' }` at Cohere, where
   * `search_document` is the default; of Gemini they go into the request of each text (`taskType`). Ollama and Cohere get a `truncate` by
   * which a text that is too long is an error and is not cut, unless it stands here. `null` takes a member away. The
   * setting `extra` is for replies, and does not count here.
   */
  extra?: Record<string, unknown>;
  /** Stops all requests. The rejection is its `reason`. */
  signal?: CallOptions['signal'];
  /** Called instead of the global `fetch`. Left out: the provider's. */
  fetch?: CallOptions['fetch'];
  /** Time limits in milliseconds. A number, or `total`, is for all requests together, the others for each. Left out: the provider's. */
  timeout?: CallOptions['timeout'];
  /** How often each request is tried again, after failures that may heal. Left out: the provider's, and 2. */
  retries?: number;
  /**
   * Called before the pause that comes before another try.
   *
   * @param retry which try, how long the pause is, and why
   */
  onRetry?: CallOptions['onRetry'];
  /** Further headers of the requests. Left out: the provider's. */
  headers?: CallOptions['headers'];
  /** Cookies of the requests, outside of pages. Left out: the provider's. */
  cookies?: CallOptions['cookies'];
  /** URL of a relay, to which the address is appended. Left out: the provider's. */
  proxy?: CallOptions['proxy'];
  /** True: `apiKey` may be used in a page. Left out: the provider's. */
  allowBrowser?: boolean;
  /**
   * The most bytes that the answer to one request may have; a larger one is a `ChatError` `too_large`. Default 16 777 216 (16 MiB), which
   * is enough for the texts of a request with vectors of 4,096 numbers.
   */
  maxEventBytes?: number;
}

/** What `embed` gives. */
export interface Embeddings {
  /** The vector of each text, in the order of the texts. All have the same number of numbers. */
  embeddings: number[][];
  /** The model, as the service names it in its last answer, or else as it was asked for. */
  model: string;
  /** Token counts of all requests together; `undefined` where the service gives none. `raw` is that of the last request. */
  usage: Usage | undefined;
  /** What the service has no way for, or passed over. Each text once. */
  warnings: string[];
}

/** How many tokens a reply took, as far as the service says; never an estimate. */
export interface Usage {
  /** Tokens of the request, those that the service had in its cache or wrote there included. `undefined`: the service did not say. */
  inputTokens?: number;
  /** Tokens of the answer, reasoning included. `undefined`: the service did not say. */
  outputTokens?: number;
  /** Tokens of both: the service's own sum, or else that of the two. `undefined`: the service did not say. */
  totalTokens?: number;
  /** Tokens of the request that the service had in its cache. `undefined`: the service did not say. */
  cachedInputTokens?: number;
  /** Tokens of the request that the service wrote to its cache. `undefined`: the service did not say. */
  cacheWriteTokens?: number;
  /** Tokens of the answer that are reasoning. `undefined`: the service did not say. */
  reasoningTokens?: number;
  /** Another name of `inputTokens`. */
  promptTokens?: number;
  /** Another name of `outputTokens`. */
  completionTokens?: number;
  /** The service's own object, unchanged. */
  raw?: unknown;
}

/**
 * Why a reply is over. `stop`: the model was done, or one of `stop` came; `length`: a limit was reached, `maxTokens` for one;
 * `content_filter`: the service or the model refused to go on; `tool_calls`: tools are to be called; `unknown`: the service did not
 * say (`AiEngine` nearly always), or in terms that are not known.
 */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'unknown';

/** Why a reply is over. */
export interface Finish {
  /** The reason, in the same words for all services. */
  reason: FinishReason;
  /** The service's own word for it, such as `end_turn`. `undefined`: it gave none. */
  raw?: string;
}

/** A call of a tool, which is complete. */
export interface ToolCall {
  /** By this the result of the tool refers to the call. Where the service gives none, rivulet makes one. */
  id: string;
  /** The name of the tool. */
  name: string;
  /** The arguments as JSON text; `{}` where there are none. */
  arguments: string;
}

/** What happens in a reply, as `reply.events` gives it. */
export type ReplyEvent =
  /** A piece of the text. */
  | {
      type: 'text';
      /** The piece; all pieces joined are the text. */
      text: string;
    }
  /** A piece of what the model thinks before it answers; it is no part of the text. */
  | {
      type: 'reasoning';
      /** The piece. Between parts that follow each other directly there is a piece with a blank line. */
      text: string;
      /**
       * The number of the part of the reasoning that the piece belongs to, from 0: a block of thinking, a part of a summary, or what
       * stands between two stretches of the text.
       */
      part: number;
    }
  /** A piece of a tool call. */
  | {
      type: 'tool-call';
      /** Id by which the result names the call (`tool_call_id`). Left out until the service gives it. */
      id?: string;
      /** Place of the call among those of the reply, from 0. */
      index: number;
      /** Name of the tool. Left out until the service gives it. */
      name?: string;
      /** A piece of the arguments, which are JSON text. */
      arguments: string;
      /** This is not the whole call. */
      done: false;
    }
  /** A whole tool call: each call comes so once, at the end of the reply. */
  | {
      type: 'tool-call';
      /** Id by which the result names the call (`tool_call_id`). Where the service gives none, the core makes one. */
      id: string;
      /** Place of the call among those of the reply, from 0. */
      index: number;
      /** Name of the tool. Empty if the service gave none. */
      name: string;
      /** The arguments as JSON text; `{}` where there are none. Models may write JSON that is not valid. */
      arguments: string;
      /** This is the whole call. */
      done: true;
    }
  /** How likely the tokens of the text that follows were, if `extra` asked for it (`logprobs`) and the service speaks Chat Completions. */
  | {
      type: 'logprobs';
      /** In the service's own shape; OpenAI's is `{ content, refusal }`. */
      logprobs: unknown;
    }
  /** A source that the service names or cites. */
  | {
      type: 'source';
      /** The source, in the service's own shape. */
      source: unknown;
      /** Its address, if it has one. */
      url?: string;
      /** Its title, if it has one. */
      title?: string;
      /** As of `citation`, where the service says it of the source. */
      text?: string;
      /** As of `citation`. */
      start?: number;
      /** As of `citation`. */
      end?: number;
      /** As of `citation`. */
      unit?: 'characters' | 'bytes';
    }
  /**
   * What the service cites for a place of the answer. The source itself comes as `source`, mostly just before. No `citation` comes for
   * all of the text so far (OpenAI's `url_citation`): there `source` says the same.
   */
  | {
      type: 'citation';
      /** The address of the source, if it has one. Of several sources (Gemini, Cohere): of the first. */
      url?: string;
      /** The title of the source, if it has one. */
      title?: string;
      /** The cited words of the source (Anthropic), or the words of the answer that rest on it (Gemini, Cohere). */
      text?: string;
      /** Where the place begins in the text of the reply, in `unit`s. Left out where the service does not say. */
      start?: number;
      /** Where the place ends, behind its last unit. */
      end?: number;
      /** What `start` and `end` count: Unicode characters (code points), or bytes of UTF-8 (Gemini). */
      unit?: 'characters' | 'bytes';
      /** The citation, in the service's own shape. Of Gemini with the source that is named first. */
      raw: unknown;
    }
  /**
   * Progress of a WordPress site, or what a service did or found beside the text: a tool that it ran (`web_search_call`, `server_tool_use`,
   * `executableCode`, …), its result or its failure, a filter's judgement (`content_filter_results`), a block of a kind that is not known. One
   * event for a whole block. It is no part of the answer.
   */
  | {
      type: 'status';
      /** The site's or service's own name for it. */
      kind: string;
      /** What it says, for people; the name of the tool, its code or output. May be empty. */
      text: string;
      /** The site's or service's own object, unchanged. */
      raw?: unknown;
    }
  /** An image that the model made. */
  | {
      type: 'image';
      /** A `data:` URL, or the address of the image. */
      url: string;
    }
  /** A file that the model made, or that a tool of the service wrote. */
  | {
      type: 'file';
      /** Its media type, if the service says it. */
      mediaType?: string;
      /** A `data:` URL, or the address of the file. Left out where the service keeps it under an `id`. */
      url?: string;
      /** The id by which the service gives the file out. */
      id?: string;
      /** Its name, if it has one. */
      name?: string;
      /** The service's own object, where there is more to it than data. */
      raw?: unknown;
    }
  /** A piece of the answer as sound; all pieces of `data` and of `transcript` joined are the whole. */
  | {
      type: 'audio';
      /** Its media type. Left out by services where the request chooses it. */
      mediaType?: string;
      /** Sound, in Base64. Left out in pieces that hold only words. */
      data?: string;
      /** The words that are spoken. */
      transcript?: string;
      /** The id by which a later message refers to it. */
      id?: string;
      /** Until when the id holds, in seconds since 1970. */
      expiresAt?: number;
    }
  /**
   * Something that the page should do or show, of a WordPress site: a form, a shortcut, a block, a call of a function. Of `OpenAiResponses`: a
   * call that the caller runs and that is no function (`computer_call`, `shell_call`, `local_shell_call`, `apply_patch_call`,
   * `mcp_approval_request`); its answer is an item of `input` in `extra`.
   */
  | {
      type: 'action';
      /** What it is: `form`, `shortcut`, `block`, or the site's or service's own name. */
      kind: string;
      /** The action, in the site's own shape. */
      action: unknown;
    }
  /** With `includeRaw`: the frame that the events behind this one come from. */
  | {
      type: 'raw';
      /** The name of its server-sent event, if it has one. */
      event?: string;
      /** Its JSON, parsed, or its text where it is no JSON (`[DONE]`). */
      raw: unknown;
    }
  /** Something was left out, or the service warns. The reply goes on. */
  | Warning
  /** Token counts, near the end, where the service gives any. */
  | {
      type: 'usage';
      /** The counts. */
      usage: Usage;
    }
  /** The end of a reply that is complete. */
  | {
      type: 'finish';
      /** Why it is over. */
      reason: FinishReason;
      /** The service's own word for it, such as `end_turn`. `undefined`: it gave none. */
      raw?: string;
    }
  /** What the next call needs to go on, before `finish`, where the provider has anything to remember. */
  | {
      type: 'conversation';
      /** For `conversation` of the next call. */
      conversation: Conversation;
    }
  /** A retry, at the beginning of its pause. Of a `Fallback`: those of the provider that answers, when it answers. */
  | Retry
  /** The service's final text, where it differs from the pieces: show it instead of them. */
  | {
      type: 'replace';
      /** The whole text. */
      text: string;
    }
  /** The result of a tool that `runTools` of `rivulet/tools` has run, in the order of the calls. Other replies have none. */
  | {
      type: 'tool-result';
      /** Id of the call. */
      id: string;
      /** Name of the tool. */
      name: string;
      /** What the tool returned; what the model is told where `isError` is true. */
      result: unknown;
      /** True: the tool failed, or was not run. Left out: it did not fail. */
      isError?: true;
    }
  /** A call that `runTools` of `rivulet/tools` does not run before it is approved. The run ends with it. Other replies have none. */
  | {
      type: 'tool-approval';
      /** Id of the call, for `approvals` of the next run. */
      id: string;
      /** Name of the tool. */
      name: string;
      /** The arguments as JSON text. */
      arguments: string;
    };

/**
 * One reply: an async iterable of the pieces of its text as they arrive. It is lazy, so that nothing is checked, started or sent
 * before the first read. It can be read once: iterating it again, or reading it in a second way, is a `TypeError`.
 *
 * Errors are `ChatError`s; text that came before an error is delivered before it.
 */
export interface Reply extends AsyncIterable<string> {
  /** The reply itself, for `for await`. Leaving the loop stops the request upstream. */
  [Symbol.asyncIterator](): Reply;
  /** The next piece of text. Rejects with the error that ended the reply, once. */
  next(): Promise<IteratorResult<string, undefined>>;
  /**
   * Stops the request upstream and ends the reply without an error.
   *
   * @param value what the result holds
   */
  return(value?: unknown): Promise<IteratorReturnResult<undefined>>;
  /**
   * Stops the request upstream and rejects with `error`.
   *
   * @param error anything
   */
  throw(error?: unknown): Promise<IteratorResult<string, undefined>>;
  /** For `await using`: stops the request upstream, as leaving the loop does. */
  [Symbol.asyncDispose](): Promise<void>;
  /** All events of the reply, text included, instead of the text alone. */
  readonly events: AsyncIterableIterator<ReplyEvent>;
  /** Reads the reply to its end and resolves to the whole text; rejects where the reply fails. */
  text(): Promise<string>;
  /** The text as a stream of UTF-8 bytes. A piece is read when the consumer asks for one, never ahead. Cancelling it stops the request. */
  toReadableStream(): ReadableStream<Uint8Array>;
  /**
   * The text as a streaming HTTP response, for an edge function to return.
   *
   * @param init status and headers of the response. Unless they are given, `content-type` is `text/plain; charset=utf-8`, and `content-encoding`
   *   is `identity`, without which `wrangler dev` compresses the text and holds it back until the end
   */
  toResponse(init?: ResponseInit): Response;
  /**
   * The assistant's message, to be pushed into `messages`: the text and the reasoning so far while the reply is being read, and whole
   * after the end. After an abort or an error it has what came until then; calls of tools, and what the service wants back, come at the
   * end only. It is a new object at each read. `undefined`: the text, the reasoning or the images are longer than `maxEventBytes`.
   */
  readonly message: AssistantMessage | undefined;
  /**
   * Token counts. `undefined` before the end, and where the service gives none. After an abort, an error, or a loop that was left, those
   * that came until then.
   */
  readonly usage: Usage | undefined;
  /** Why the reply is over. `undefined` before the end, and where it failed. */
  readonly finishReason: FinishReason | undefined;
  /** Why the reply is over, with the service's own word for it. `undefined` before the end, and where it failed. */
  readonly finish: Finish | undefined;
  /** The calls of tools that are complete, in their order; all of them after the end. */
  readonly toolCalls: readonly ToolCall[];
  /** For `conversation` of the next call. `undefined` before the end, and where the provider has nothing to remember. */
  readonly conversation: Conversation | undefined;
  /** Name of the provider that answers. */
  readonly provider: string;
}

/** The mark of this package's providers. Nothing else has it, at run time either, so what only looks like a provider is none. */
declare const encoded: unique symbol;

/**
 * A provider of this package, of any class. `Fallback`, `Client` and `createHandler` take no other objects. Reading a property
 * checks the settings, so it may throw a `ChatError` `input`, or `wasm_blocked` where WebAssembly is not allowed.
 */
export interface Provider {
  /** Marks the providers of this package; not for callers. */
  readonly [encoded]: unknown;
  /**
   * Begins a reply, which is lazy: options are checked, and requests sent, at the first read.
   *
   * @param options the messages, and what else the call needs
   */
  createAsyncGenerator(options: CallOptions): Reply;
  /**
   * The whole text of a reply; rejects where the reply fails. `AiEngine` is asked for one piece then, since its streams make another
   * line break of each one that is a token by itself.
   *
   * @param options the messages, and what else the call needs
   */
  createAsync(options: CallOptions): Promise<string>;
  /**
   * Names of the models, as the service lists them. WordPress sites have no list: there they are the `models` of the settings.
   *
   * @param options options of the request, `signal` and `timeout` for example
   */
  listModels(options?: Partial<CallOptions>): Promise<string[]>;
  /**
   * Makes vectors of texts. Rejects with the errors of a reply, with `input` where the provider has no embeddings (`Anthropic`, WordPress
   * sites, and some of `SERVICES`), and with `protocol` where the answer has not one vector for each text.
   *
   * @param options the texts, and how to ask
   */
  embed(options: EmbedOptions): Promise<Embeddings>;
  /**
   * The model that a name stands for: an alias is resolved. Throws a `ChatError` `model_not_found` where the provider has `models`
   * and this is none of them.
   *
   * @param name name or alias; left out or empty: the default model
   */
  getModel(name?: string): string;
  /** Name of the provider: `name` of the settings, or that of its class. */
  readonly name: string;
  /** Address of the site or of the API, without a slash at its end. */
  readonly url: string;
  /**
   * The path below `url` at which replies are asked for, `/wp-json/mwai-ui/v1/chats/submit` for AI Engine. In braces stands what a
   * call fills in, the model for example. A site with plain permalinks or with `restRoot`, or one asked with `apiKey`, is asked elsewhere.
   */
  readonly apiEndpoint: string;
  /** False for `Chatgpt4Online` and `Chatgpt4o` at their original addresses, whose sites are gone; true for everything else. */
  readonly working: boolean;
  /** Whether the service wants a key. */
  readonly needsAuth: boolean;
  /** Whether a reply can come in pieces. */
  readonly supportsStream: boolean;
  /** Whether earlier messages are passed on, and not only the newest one. */
  readonly supportsMessageHistory: boolean;
  /** Whether messages of the role `system` have a place of their own. */
  readonly supportsSystemMessage: boolean;
  /** The model of calls that name none; empty where the settings give none. */
  readonly defaultModel: string;
  /** The model of `embed` where the call names none; empty where the settings give none. */
  readonly embeddingModel: string;
  /** The models that a call may ask for, as the settings give them; empty: any. */
  readonly models: readonly string[];
  /** Other names of models, and the models that they stand for. */
  readonly modelAliases: Readonly<Record<string, string>>;
}

/** What the class of every single provider has. */
declare abstract class Base<S> implements Provider {
  /**
   * Copies the settings. They are checked at the first use, so this throws only where they are no object or no plain data
   * (`ChatError` `input`).
   *
   * @param settings settings of the provider
   */
  constructor(settings: S);
  readonly [encoded]: unknown;
  /**
   * A copy of the provider with other settings; the others stay.
   *
   * @param settings those that change; `null` takes one away
   */
  with(settings: Partial<S>): this;
  createAsyncGenerator(options: CallOptions): Reply;
  createAsync(options: CallOptions): Promise<string>;
  listModels(options?: Partial<CallOptions>): Promise<string[]>;
  embed(options: EmbedOptions): Promise<Embeddings>;
  getModel(name?: string): string;
  readonly embeddingModel: string;
  readonly name: string;
  readonly url: string;
  readonly apiEndpoint: string;
  readonly working: boolean;
  readonly needsAuth: boolean;
  readonly supportsStream: boolean;
  readonly supportsMessageHistory: boolean;
  readonly supportsSystemMessage: boolean;
  readonly defaultModel: string;
  readonly models: readonly string[];
  readonly modelAliases: Readonly<Record<string, string>>;
}

/** What the classes for WordPress sites have in common. */
declare abstract class WordPressProvider<S> extends Base<S> {
  /**
   * The session token (nonce) of the site, from the session store or fetched. Rejects with a `ChatError` `nonce` where the site has
   * none.
   *
   * @param options options of the request, `signal` and `timeout` for example
   */
  getNonce(options?: Partial<CallOptions>): Promise<string>;
}

/** Sites with the WordPress plugin AI Engine (Meow Apps), versions 2.0.9 to 3.6. */
export class AiEngine extends WordPressProvider<AiEngineSettings> {}

/** Sites with the WordPress plugin AI Power, classic protocol (1.x to 2.2). Whether a reply streams is a setting of the bot. */
export class AiPower extends WordPressProvider<AiPowerSettings> {}

/**
 * Sites with the WordPress plugin AI Puffer (AIPKit), 2.3 and later. The site keeps the conversation, so give `conversation` to the
 * next call; without it, earlier messages are put into the new one.
 */
export class AiPuffer extends WordPressProvider<AiPufferSettings> {}

/** OpenAI Chat Completions, and every service and local server that is compatible with it (`SERVICES`). By default OpenAI itself. */
export class OpenAiChat extends Base<ServiceSettings> {}

/** OpenAI Responses. With `conversation` only the new messages are sent, since the service remembers the others. */
export class OpenAiResponses extends Base<ServiceSettings> {}

/** Anthropic's Messages API. `reply.message` holds the reasoning with its signatures, which the service wants back while tools are called. */
export class Anthropic extends Base<AnthropicSettings> {}

/** Cohere's Chat API, version 2. What the model plans before a tool call comes as `reasoning` events. */
export class Cohere extends Base<ServiceSettings> {}

/** Google's Gemini API. `reply.message` holds the signatures of the reasoning, which the service wants back while tools are called. */
export class Gemini extends Base<ServiceSettings> {}

/** Ollama's own API, on `http://localhost:11434` by default. */
export class Ollama extends Base<ServiceSettings> {
  /**
   * A provider of a local server, or of the one at `baseUrl`.
   *
   * @param settings left out: the local server, without a default model
   */
  constructor(settings?: ServiceSettings);
}

/** Cloudflare Workers AI: the binding of a Worker, or the REST API with `accountId` and `apiKey`. */
export class WorkersAi extends Base<WorkersAiSettings> {}

/** The part that one provider has in a reply of a `Fallback`. */
export interface Attempt {
  /** Name of the provider. */
  readonly provider: string;
  /**
   * How far it is. `asked`: it has not ended yet; `answered`: its reply is complete; `failed`: with `error`; `stopped`: another provider
   * was quicker, or the reply was given up; `skipped`: it was not asked, since it is left out for a while (`cooldown`). Where nobody else
   * is left it may be asked after all, which is an attempt of its own.
   */
  readonly state: 'asked' | 'answered' | 'failed' | 'stopped' | 'skipped';
  /** When it was asked, in milliseconds since 1970, as `Date.now()` gives them. */
  readonly startedAt: number;
  /** Milliseconds from there to its end; `undefined` while it is asked. */
  readonly ms: number | undefined;
  /** Why it failed; `undefined` unless the state is `failed`. */
  readonly error: ChatError | undefined;
}

/** Settings of a `Fallback`. A wrong one is a `ChatError` `input`, thrown by the constructor. */
export interface FallbackSettings {
  /**
   * In which order the providers are asked. `given` (the default): as in the array; `rotate`: each call begins with the next one;
   * `shuffled`: at random.
   */
  order?: 'given' | 'rotate' | 'shuffled';
  /**
   * Milliseconds without content after which the next provider is asked as well; the first content wins, and the others are
   * stopped. Left out: the next one is asked only after a failure.
   */
  hedgeAfter?: number;
  /** `retries` of each provider, where the call gives none. Left out: the provider's own. */
  retriesEach?: number;
  /**
   * Leaves a provider out for a while that failed several times in a row, so that no call waits for it. Left out: every call asks again;
   * `{}`: with both defaults.
   *
   * What counts are failures that heal (`retryable` ones, `rate_limited`, `network`, `timeout`, `truncated`, and `service` unless the
   * status says that the request is wrong); others, and a call that was given up, count neither way. Then one call is a trial, and others
   * still leave the provider out until its first content, which ends the cooldown, or its failure, which begins it again. Where all
   * others fail or are left out, too, the provider is asked whose time ends first. Each `Fallback` has its own memory, on Workers one in
   * each isolate.
   */
  cooldown?: {
    /** How many failures in a row. Default 3. */
    failures?: number;
    /** Milliseconds that the provider is left out; longer where its service asks for that, up to 10 minutes. Default 60 000. */
    ms?: number;
  };
  /**
   * Called at the beginning and at the end of every attempt, and for each provider that is left out, for logs. What it throws is ignored.
   *
   * @param attempt the attempt as it is now
   */
  onAttempt?: (attempt: Attempt) => void;
}

/** The reply of a `Fallback`. Its `provider` is the provider that answers, and `Fallback` until one does. */
export interface FallbackReply extends Reply {
  /** The attempts so far, in the order in which they began. */
  readonly attempts: readonly Attempt[];
}

/**
 * Several providers as one. The next provider is asked when one failed, or ended without any content (text, reasoning, a tool call,
 * ...). Once content was handed out, an error of that provider is the reply's. If all fail: a `ChatError` `all_failed`
 * with `errors`, or `input` where all of them refused the call as that.
 *
 * A `timeout` that is a number, and `connect`, `firstChunk` and `idle`, hold for each attempt; `timeout.total` for all attempts together.
 * `onRetry` hears of the retries of all of them.
 * `conversation` holds what each provider remembers; the provider that answered last is then asked first, whatever the order.
 */
export class Fallback implements Provider {
  /**
   * Throws a `ChatError` `input` where `providers` is no array of this package's providers, or empty, and for a setting that does not exist.
   *
   * @param providers the providers, the preferred one first
   * @param settings left out: in the given order, each after the failure of the one before
   */
  constructor(providers: readonly Provider[], settings?: FallbackSettings);
  readonly [encoded]: unknown;
  createAsyncGenerator(options: CallOptions): FallbackReply;
  createAsync(options: CallOptions): Promise<string>;
  /**
   * Names of the models of all providers that answer, each once. Rejects with the first provider's error where none answers.
   *
   * @param options options of the requests, `signal` and `timeout` for example
   */
  listModels(options?: Partial<CallOptions>): Promise<string[]>;
  /**
   * Makes vectors of texts by the first provider that can, one after the other (`hedgeAfter` does not count). All vectors of a call are of
   * one provider. Vectors of different models cannot be compared, so the providers must mean the same model: by the same `embeddingModel`,
   * with `modelAliases` where a service has another name for it, or by the `model` of the call. Providers whose `embeddingModel` differ
   * are a `ChatError` `input`. If all fail: as for a reply.
   *
   * @param options the texts, and how to ask; `timeout` counts as for a reply
   */
  embed(options: EmbedOptions): Promise<Embeddings>;
  /**
   * The model that a name stands for, at the first provider that knows it. Throws the first provider's error where none does.
   *
   * @param name name or alias; left out or empty: the default model
   */
  getModel(name?: string): string;
  /** Always `Fallback`. */
  readonly name: string;
  /** Always empty. */
  readonly url: string;
  /** Always empty. */
  readonly apiEndpoint: string;
  /** Whether any of the providers is. */
  readonly working: boolean;
  /** Whether any of the providers wants a key. */
  readonly needsAuth: boolean;
  /** Whether the reply of any of the providers can come in pieces. */
  readonly supportsStream: boolean;
  /** Whether all of the providers pass earlier messages on. */
  readonly supportsMessageHistory: boolean;
  /** Whether all of the providers have a place for messages of the role `system`. */
  readonly supportsSystemMessage: boolean;
  /** The default model of the first provider. */
  readonly defaultModel: string;
  /** The embedding model of the first provider that has one; empty where none has. */
  readonly embeddingModel: string;
  /** The models of all providers. A provider that does not know the model of a call fails, and the next one is asked. */
  readonly models: readonly string[];
  /** The aliases of all providers; where two have the same alias, the later one's counts. */
  readonly modelAliases: Readonly<Record<string, string>>;
}

/** A message as the npm package `openai` has it. */
export interface ChatCompletionMessageParam {
  /** Whose message it is, as in `Message`. */
  role: string;
  /** Text, or parts; `null` or left out where a message of the assistant only calls tools. */
  content?: unknown;
  /** Name of the participant. */
  name?: string;
  /** The tools that a message of the assistant calls. */
  tool_calls?: unknown;
  /** Of a tool's result: the id of the call that it answers. */
  tool_call_id?: string;
  /** The text in which an earlier message of the assistant refused. */
  refusal?: string | null;
  /** A reference to an earlier audio answer. */
  audio?: unknown;
  /** The old form of `tool_calls`. */
  function_call?: unknown;
}

/**
 * What `create` takes. `null` counts as left out. Members beyond those that `CallOptions` has too, listed here or not, go to an
 * `OpenAiChat` as they are; for other providers each becomes a text in `warnings`.
 */
export interface ChatCompletionCreateParams {
  /** Name of a model of the provider; where the client has several providers, the name of one, or `name:model`. */
  model: string;
  /** The conversation so far, oldest message first. */
  messages: readonly ChatCompletionMessageParam[];
  /** True: chunks as they come; otherwise the completion in one piece. */
  stream?: boolean | null;
  /** What a stream has beside its chunks. */
  stream_options?: {
    /** True: a last chunk holds the token counts. Default false. */
    include_usage?: boolean;
  } | null;
  /** `temperature` of `CallOptions`. */
  temperature?: number | null;
  /** `topP` of `CallOptions`. */
  top_p?: number | null;
  /** `maxTokens` of `CallOptions`; OpenAI, Azure, and a service that is not known get it under this very name. */
  max_completion_tokens?: number | null;
  /** `maxTokens` of `CallOptions`, under its old name; OpenAI, Azure, and a service that is not known get it under this very name. */
  max_tokens?: number | null;
  /** `stop` of `CallOptions`. */
  stop?: string | readonly string[] | null;
  /** `seed` of `CallOptions`. */
  seed?: number | null;
  /** `tools` of `CallOptions`. */
  tools?: readonly unknown[];
  /** `toolChoice` of `CallOptions`. */
  tool_choice?: unknown;
  /** `reasoningEffort` of `CallOptions`. */
  reasoning_effort?: string | null;
  /** `responseFormat` of `CallOptions`. */
  response_format?: unknown;
  /** How many answers to give. Only 1: any other number is a `ChatError` `input`. */
  n?: 1 | null;
  /** Makes tokens less likely the more often they came, -2 to 2. Of another provider than `OpenAiChat` it becomes a warning. */
  frequency_penalty?: number | null;
  /** Makes tokens less likely that came at all, -2 to 2. Of another provider than `OpenAiChat` it becomes a warning. */
  presence_penalty?: number | null;
  /** Makes single tokens more or less likely, by their number in the model's vocabulary. Of another provider than `OpenAiChat` it becomes a warning. */
  logit_bias?: Record<string, number> | null;
  /** Labels that the service stores with the completion. Of another provider than `OpenAiChat` it becomes a warning. */
  metadata?: Record<string, string> | null;
  /** `parallelToolCalls` of `CallOptions`. */
  parallel_tool_calls?: boolean;
  /** At which speed and price the service works. Of another provider than `OpenAiChat` it becomes a warning. */
  service_tier?: string | null;
  /** Whether the service stores the completion. Of another provider than `OpenAiChat` it becomes a warning. */
  store?: boolean | null;
  /** Your id of the person who asks. Of another provider than `OpenAiChat` it becomes a warning. */
  user?: string;
  /** Whether the answer is to say how likely its tokens were. Of another provider than `OpenAiChat` it becomes a warning. */
  logprobs?: boolean | null;
  /** How many of the likeliest tokens are to be named at each place, 0 to 20. Of another provider than `OpenAiChat` it becomes a warning. */
  top_logprobs?: number | null;
}

/** Token counts as the npm package `openai` has them. */
export interface ChatCompletionUsage {
  /** Tokens of the request. */
  prompt_tokens: number;
  /** Tokens of the answer. */
  completion_tokens: number;
  /** Tokens of both. */
  total_tokens: number;
  /** Of the tokens of the request. Left out where the service does not say. */
  prompt_tokens_details?: {
    /** Those that the service had in its cache. */
    cached_tokens: number;
  };
  /** Of the tokens of the answer. Left out where the service does not say. */
  completion_tokens_details?: {
    /** Those that are reasoning. */
    reasoning_tokens: number;
  };
  /** True: the service gave no counts, and those above are 0. */
  x_usage_unknown?: true;
}

/**
 * Why a completion is over: `stop`, `length`, `tool_calls` or `content_filter`, as in `FinishReason`. What that calls `unknown` is
 * `stop` here, since the API has no name for it.
 */
type CompletionFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** How likely a token was. */
export interface ChatCompletionTokenLogprob {
  /** The token. */
  token: string;
  /** The natural logarithm of its probability. */
  logprob: number;
  /** Its bytes in UTF-8; `null` where there are none. */
  bytes: number[] | null;
  /** The likeliest tokens at this place, as many as `top_logprobs` asked for. */
  top_logprobs: {
    /** The token. */
    token: string;
    /** The natural logarithm of its probability. */
    logprob: number;
    /** Its bytes in UTF-8; `null` where there are none. */
    bytes: number[] | null;
  }[];
}

/** How likely the tokens of an answer were, as the service tells it. */
export interface ChatCompletionLogprobs {
  /** The tokens of the text. */
  content: ChatCompletionTokenLogprob[] | null;
  /** The tokens of a refusal. */
  refusal: ChatCompletionTokenLogprob[] | null;
}

/** A completion in one piece. */
export interface ChatCompletion {
  /** Id that this client made. */
  id: string;
  object: 'chat.completion';
  /** Seconds since 1970. */
  created: number;
  /** The model as the caller named it, or the provider's default. */
  model: string;
  /** The one answer. */
  choices: {
    /** Always 0. */
    index: number;
    /** The answer. */
    message: {
      role: 'assistant';
      /** The text; `null` where there is none and tools are to be called. */
      content: string | null;
      refusal: null;
      /** What the model thought before it answered. Left out where it did not. */
      reasoning_content?: string;
      /** The tools to call. Left out where there are none. */
      tool_calls?: {
        /** Id by which the result names the call. */
        id: string;
        type: 'function';
        /** Which tool, and with which arguments. */
        function: {
          /** Name of the tool. */
          name: string;
          /** JSON text. */
          arguments: string;
        };
      }[];
    };
    /** How likely the tokens were, where `logprobs` asked for it and the service said it; else `null`. */
    logprobs: ChatCompletionLogprobs | null;
    /** Why it is over. */
    finish_reason: CompletionFinishReason;
  }[];
  /** Token counts. */
  usage: ChatCompletionUsage;
  /** What of the request was left out, and what the service warned of. Left out where there is nothing. */
  warnings?: string[];
}

/** Types of a completion, by the names of `openai`. */
export declare namespace ChatCompletion {
  /** The one answer. */
  type Choice = ChatCompletion['choices'][number];
}

/** One chunk of a streamed completion. */
export interface ChatCompletionChunk {
  /** Id that this client made, the same in every chunk. */
  id: string;
  object: 'chat.completion.chunk';
  /** Seconds since 1970, the same in every chunk. */
  created: number;
  /** The model as the caller named it, or the provider's default. */
  model: string;
  /** What is new of the one answer; empty in the chunk that holds the token counts. */
  choices: {
    /** Always 0. */
    index: number;
    /** What is new. */
    delta: {
      /** In the first chunk. */
      role?: 'assistant';
      /** A piece of the text. */
      content?: string;
      /** A piece of what the model thinks before it answers. */
      reasoning_content?: string;
      /** Pieces of tool calls. */
      tool_calls?: {
        /** Place of the call among those of the answer, from 0. */
        index: number;
        /** Id by which the result names the call, in its first piece. */
        id?: string;
        /** In the first piece. */
        type?: 'function';
        /** What is new of the call. */
        function: {
          /** Name of the tool, in the first piece. */
          name?: string;
          /** A piece of the JSON text. */
          arguments: string;
        };
      }[];
    };
    /** How likely the tokens were, where `logprobs` asked for it and the service said it; else `null`. */
    logprobs: ChatCompletionLogprobs | null;
    /** Why the answer is over, in the last chunk with a choice; `null` in those before. */
    finish_reason: CompletionFinishReason | null;
  }[];
  /** Token counts, in the last chunk where `include_usage` asked for them; `null` in those before, else left out. */
  usage?: ChatCompletionUsage | null;
}

/** Types of a chunk, by the names of `openai`. */
export declare namespace ChatCompletionChunk {
  /** The one answer. */
  type Choice = ChatCompletionChunk['choices'][number];
  /** Types of the answer. */
  namespace Choice {
    /** What is new. */
    type Delta = ChatCompletionChunk['choices'][number]['delta'];
    /** Types of what is new. */
    namespace Delta {
      /** A piece of a tool call. */
      type ToolCall = NonNullable<ChatCompletionChunk['choices'][number]['delta']['tool_calls']>[number];
    }
  }
}

/** The chunks of a streamed completion, to be iterated once. */
export interface ChatCompletionStream extends OpenAiTypes.Stream<ChatCompletionChunk> {}

/** A model as the npm package `openai` has it. */
export interface ModelDescription {
  /** Name of the model. */
  id: string;
  object: 'model';
  /** Always 0: services do not all say when. */
  created: number;
  /** Name of the provider. */
  owned_by: string;
}

/** All models, on one page. */
export interface ModelPage extends AsyncIterable<ModelDescription> {
  object: 'list';
  /** The models. */
  data: ModelDescription[];
}

/** Options of one request of a `Client`. Members of `CallOptions`, given beside these, count as well. */
export interface RequestOptions {
  /** Stops the request. Before the answer began `create` rejects with `signal.reason`; a stream that began ends without an error. */
  signal?: AbortSignal | null;
  /**
   * Milliseconds, as with `openai`: of a stream until its first content, of a completion in one piece for all of it. Or the limits of
   * `CallOptions`. Left out: `timeout` of the client.
   */
  timeout?: number | Timeouts;
  /** `retries` of `CallOptions`. Left out: the provider's, by default 2. */
  maxRetries?: number;
  /** Request headers, instead of `defaultHeaders`. */
  headers?: Record<string, string>;
}

/** The settings of `openai` that are known here; an `OpenAiChat` is made of them. Any other setting is a `ChatError` `input`. */
export interface ClientOptions {
  /** Your key, or a function that gives it. Left out: `OPENAI_API_KEY` of the environment, where there is one. */
  apiKey?: ApiKey;
  /** Address of the API. Left out: `OPENAI_BASE_URL` of the environment, else OpenAI's own. */
  baseURL?: string;
  /** Another name of `baseURL`, which the providers have. */
  baseUrl?: string;
  /** `timeout` in milliseconds of requests that give none. Left out: the defaults of `CallOptions`. */
  timeout?: number;
  /** `retries` of `CallOptions`. Default 2. */
  maxRetries?: number;
  /** Headers of requests that give none. */
  defaultHeaders?: Record<string, string>;
  /** `allowBrowser` of `ServiceSettings`. Default false. */
  dangerouslyAllowBrowser?: boolean;
  /** Called instead of the global `fetch`. */
  fetch?: CallOptions['fetch'];
}

/**
 * Any provider behind the interface of the npm package `openai`: `import { Client as OpenAI } from 'rivulet'`. `rivulet/openai-client` has
 * one with more of that interface: helpers for streams and tools, `responses`, `embeddings`, `completions`.
 *
 * Errors are `ChatError`s, and `instanceof` holds for the classes of `openai` that are members here; they have `headers` and `error`, too
 * (`OpenAI.APIError` has their types). A request that was aborted before it began rejects with `signal.reason`; where that is an
 * `AbortError`, it is an `APIUserAbortError`. Where a site tells a limit or a refusal with 200 or 500, or no response was the reason, the
 * error's `status` is that of OpenAI's API: 400 for `input` and `refused`, 401 for `auth`, 402 for `payment_required`, 403 for `blocked`,
 * 404 for `model_not_found`, 429 for `rate_limited`.
 */
export class Client {
  /**
   * Throws a `ChatError` `input` where the providers are not this package's.
   *
   * @param given a provider; or names, and the provider of each; or what `openai` is made with. Left out: `openai`'s environment
   *   variables
   */
  constructor(given?: Provider | Readonly<Record<string, Provider>> | ClientOptions);
  /** Address of the API; empty where the client has several providers. */
  readonly baseURL: string;
  /**
   * A copy with other settings. A client that was made of providers takes `timeout`, `maxRetries`, `defaultHeaders` and `fetch` only: the
   * others are settings of the providers.
   *
   * @param options those that change
   */
  withOptions(options: ClientOptions): this;
  /** `client.chat.completions.create`. */
  readonly chat: {
    /** `client.chat.completions.create`. */
    readonly completions: {
      /**
       * Asks for a completion and resolves to its chunks, when the first one is there.
       *
       * @param params the request
       * @param options left out: the provider's settings
       */
      create(params: ChatCompletionCreateParams & { stream: true }, options?: RequestOptions): OpenAiTypes.APIPromise<ChatCompletionStream>;
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
      create(params: ChatCompletionCreateParams, options?: RequestOptions): OpenAiTypes.APIPromise<ChatCompletionStream | ChatCompletion>;
    };
  };
  /** `client.models.list` and `client.models.retrieve`. */
  readonly models: {
    /** The models: of one provider as the service lists them; of several the providers' names, and `name:model` for their `models`. */
    list(): Promise<ModelPage> & AsyncIterable<ModelDescription>;
    /**
     * A model of that list, or with several providers any `name:model` that its provider does not rule out. Otherwise: a `ChatError`
     * `model_not_found`.
     *
     * @param model its name
     */
    retrieve(model: string): OpenAiTypes.APIPromise<ModelDescription>;
  };
  /** Any error of these, those of helpers included. */
  static readonly OpenAIError: typeof OpenAiTypes.OpenAIError;
  /** Any failure of a service, and an abort. */
  static readonly APIError: typeof OpenAiTypes.APIError;
  /** There was no response. */
  static readonly APIConnectionError: typeof OpenAiTypes.APIConnectionError;
  /** There was no response in time. */
  static readonly APIConnectionTimeoutError: typeof OpenAiTypes.APIConnectionTimeoutError;
  /** The caller stopped the request. */
  static readonly APIUserAbortError: typeof OpenAiTypes.APIUserAbortError;
  /** Status 400. */
  static readonly BadRequestError: typeof OpenAiTypes.BadRequestError;
  /** Status 401. */
  static readonly AuthenticationError: typeof OpenAiTypes.AuthenticationError;
  /** Status 403. */
  static readonly PermissionDeniedError: typeof OpenAiTypes.PermissionDeniedError;
  /** Status 404. */
  static readonly NotFoundError: typeof OpenAiTypes.NotFoundError;
  /** Status 409. */
  static readonly ConflictError: typeof OpenAiTypes.ConflictError;
  /** Status 422. */
  static readonly UnprocessableEntityError: typeof OpenAiTypes.UnprocessableEntityError;
  /** Status 429. An `all_failed` whose every error is one counts as well, as it does for the others. */
  static readonly RateLimitError: typeof OpenAiTypes.RateLimitError;
  /** Status 500 or above. */
  static readonly InternalServerError: typeof OpenAiTypes.InternalServerError;
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

/**
 * Services that are compatible with OpenAI's, as settings of `OpenAiChat`: `new OpenAiChat({ ...SERVICES.groq, apiKey })`. The addresses
 * of `aigateway`, `azure`, `bedrock` and `vertex` have places such as `{resource}`: give a `baseUrl` of your own with them; until then
 * each call is a `ChatError` `input`.
 */
export const SERVICES: Readonly<
  Record<
    | 'aigateway' | 'azure' | 'bedrock' | 'cerebras' | 'cohere' | 'dashscope' | 'deepseek' | 'fireworks' | 'groq' | 'huggingface'
    | 'llamacpp' | 'lmstudio' | 'minimax' | 'mistral' | 'moonshot' | 'nvidia' | 'openrouter' | 'perplexity' | 'sambanova' | 'together'
    | 'vertex' | 'vllm' | 'xai' | 'zai',
    Readonly<{
      /** Which service it is, for what it takes in another way than OpenAI. */
      service: keyof typeof SERVICES;
      /** Name of the service, for errors and `reply.provider`. */
      name: string;
      /** Address of its API. What stands in braces is yours. */
      baseUrl: string;
      /** What its requests need beside the usual; see `CallOptions`. */
      extra?: Readonly<Record<string, unknown>>;
    }>
  >
>;

/** `https://chatgpt4online.org` as it was: an `AiEngine`. The site is gone (`working: false`); point it at another with `with({ url })`. */
export const Chatgpt4Online: AiEngine;
/** `https://chatgpt4o.one` as it was: an `AiPower`. The site is gone (`working: false`); point it at another with `with({ url })`. */
export const Chatgpt4o: AiPower;

/**
 * All messages as one text: lines such as `User: …` and a closing `Assistant:`; a single message as it is. A line within a message
 * that looks like such a label is indented by a space, so that no message can speak for another role. Throws a `ChatError` `input`
 * where no message has text.
 *
 * @param messages the messages, oldest first, or one text
 * @param options left out: as said above
 */
export function formatPrompt(
  messages: string | readonly Message[],
  options?: {
    /** True: a single message gets its label, too. Default false. */
    addSpecialTokens?: boolean;
    /** True: no closing `Assistant:`, so that the model goes on with the last message. Default false. */
    doContinue?: boolean;
    /** False: messages of the roles `system` and `developer` are left out. Default true. */
    includeSystem?: boolean;
  },
): string;

/**
 * A session store in the page's `localStorage`, so that nonces outlive a reload.
 *
 * @param storage any `Storage`; left out: `localStorage`
 */
export function storageSession(storage?: {
  /**
   * The value of the key, `null` where there is none.
   *
   * @param key the session store's key
   */
  getItem(key: string): string | null;
  /**
   * Keeps a value.
   *
   * @param key the session store's key
   * @param value JSON text
   */
  setItem(key: string, value: string): void;
  /**
   * Forgets a value.
   *
   * @param key the session store's key
   */
  removeItem(key: string): void;
}): SessionStore;

/**
 * What went wrong.
 *
 * - `input`: an option or a setting is wrong, and nothing was sent
 * - `model_not_found`: there is no such model
 * - `auth`: the key is missing or wrong
 * - `nonce`: the site gave no session token, or refuses a fresh one
 * - `rate_limited`: too many requests; `retryAfterMs` may say how long to wait
 * - `payment_required`: the account has no money or quota left
 * - `refused`: the service refuses this message: too long, moderated, banned
 * - `blocked`: a firewall or a login page answered in place of the service
 * - `service`: the service failed, or does not take the request
 * - `network`: there was no response, or the connection broke
 * - `timeout`: a limit of `timeout` ran out, or the service's own
 * - `protocol`: the answer is not what the protocol says
 * - `truncated`: the stream ended before the reply did
 * - `too_large`: an answer is beyond `maxEventBytes`, or the message is too large for the service, or for a string
 * - `all_failed`: every provider of a `Fallback` failed
 * - `output`: the answer is no JSON, or does not fit the schema that was given (`runTools` of `rivulet/tools`); `text` has it
 * - `wasm_blocked`: the page or runtime does not allow WebAssembly
 */
export type ChatErrorCode =
  | 'input' | 'model_not_found' | 'auth' | 'nonce' | 'rate_limited' | 'payment_required' | 'refused' | 'blocked'
  | 'service' | 'network' | 'timeout' | 'protocol' | 'truncated' | 'too_large' | 'all_failed' | 'output' | 'wasm_blocked';

/** Every failure that is not the caller's own abort. It holds no key, cookie or nonce. */
export class ChatError extends Error {
  /**
   * For code that wraps a provider and wants to fail in the same way.
   *
   * @param code what went wrong
   * @param message what went wrong, for people
   * @param details the other members, each `undefined` where it is left out, `retryable` false; `cause` as in `Error`
   */
  constructor(code: ChatErrorCode, message: string, details?: Partial<Omit<ChatError, 'code' | 'message' | 'name' | 'stack' | 'requestID'>>);
  readonly name: 'ChatError';
  /** What went wrong, for programs. */
  readonly code: ChatErrorCode;
  /** HTTP status, where a response was the reason; else `undefined`. */
  readonly status: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the service asks to wait, in milliseconds; `undefined` where it does not say. */
  readonly retryAfterMs: number | undefined;
  /** Name of the provider; `undefined` where the error is of none. */
  readonly provider: string | undefined;
  /** The service's own type of the error, such as `invalid_request_error` or Gemini's `NOT_FOUND`; `undefined` where it gives none. */
  readonly type: string | undefined;
  /** What of the request the service names as wrong, such as `messages[0].content`; `undefined` where it names nothing. */
  readonly param: string | undefined;
  /** The service's own code of the error, a word or a number as text (`'1113'`); `undefined` where it gives none. */
  readonly serviceCode: string | undefined;
  /** What the service calls the request, from the headers of the response or its body; support asks for it. `undefined` where it gives none. */
  readonly requestId: string | undefined;
  /** Another name of `requestId`, which the errors of npm `openai` have. */
  readonly requestID: string | undefined;
  /** An excerpt of the response body, at most 2 000 characters; `undefined` where no response was the reason. */
  readonly body: string | undefined;
  /** Of `all_failed`: the error of each provider, in the order in which they were asked. Else `undefined`. */
  readonly errors: readonly ChatError[] | undefined;
  /** Of `output`: the text of the answer. Else `undefined`. */
  readonly text: string | undefined;
}

export {};
