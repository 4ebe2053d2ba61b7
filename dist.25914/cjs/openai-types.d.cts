// Types with the names that programs for the npm package `openai` use. `Client` has them in its namespace: `OpenAI.Chat.…`,
// `OpenAI.Responses.…`. Only types: there is no module of this name to import.

import {
  ChatCompletion, ChatCompletionChunk, ChatCompletionCreateParams, ChatCompletionTokenLogprob, ChatCompletionUsage, ChatError, ModelDescription,
  ModelPage,
} from './index.cjs';

/** A text as part of a message. */
export interface ChatCompletionContentPartText {
  type: 'text';
  /** The text. */
  text: string;
}

/** An image as part of a message. */
export interface ChatCompletionContentPartImage {
  type: 'image_url';
  /** Where it is. */
  image_url: ChatCompletionContentPartImage.ImageURL;
}

/** Types of an image. */
export declare namespace ChatCompletionContentPartImage {
  /** Where an image is. */
  interface ImageURL {
    /** Its address, or a `data:` URL with its bytes. */
    url: string;
    /** How closely the model is to look. */
    detail?: 'auto' | 'low' | 'high';
  }
}

/** Recorded speech as part of a message. */
export interface ChatCompletionContentPartInputAudio {
  type: 'input_audio';
  /** The recording. */
  input_audio: {
    /** Its bytes in base64. */
    data: string;
    /** How they are encoded. */
    format: 'wav' | 'mp3';
  };
}

/** The text of a refusal as part of a message of the assistant. */
export interface ChatCompletionContentPartRefusal {
  type: 'refusal';
  /** The text. */
  refusal: string;
}

/** A part of a message of the user. */
export type ChatCompletionContentPart =
  | ChatCompletionContentPartText | ChatCompletionContentPartImage | ChatCompletionContentPartInputAudio | ChatCompletionContentPart.File;

/** Types of a part of a message. */
export declare namespace ChatCompletionContentPart {
  /** A file as part of a message. */
  interface File {
    type: 'file';
    /** The file: its bytes, or the id under which the service has it. */
    file: {
      /** A `data:` URL with its bytes. */
      file_data?: string;
      /** The service's id of the file. */
      file_id?: string;
      /** Its name. */
      filename?: string;
    };
  }
}

/** A message that tells the model how to behave, by its old name. */
export interface ChatCompletionSystemMessageParam {
  role: 'system';
  /** The text, or parts of it. */
  content: string | ChatCompletionContentPartText[];
  /** Name of the participant. */
  name?: string;
}

/** A message that tells the model how to behave. */
export interface ChatCompletionDeveloperMessageParam {
  role: 'developer';
  /** The text, or parts of it. */
  content: string | ChatCompletionContentPartText[];
  /** Name of the participant. */
  name?: string;
}

/** A message of the user. */
export interface ChatCompletionUserMessageParam {
  role: 'user';
  /** The text, or parts: texts, images, recordings, files. */
  content: string | ChatCompletionContentPart[];
  /** Name of the participant. */
  name?: string;
}

/** An earlier answer of the model. */
export interface ChatCompletionAssistantMessageParam {
  role: 'assistant';
  /** The text, or parts of it; `null` or left out where the message only calls tools. */
  content?: string | (ChatCompletionContentPartText | ChatCompletionContentPartRefusal)[] | null;
  /** Name of the participant. */
  name?: string;
  /** The text in which the model refused. */
  refusal?: string | null;
  /** The tools that it called. */
  tool_calls?: ChatCompletionMessageToolCall[];
  /** A reference to an earlier audio answer. */
  audio?: {
    /** Its id. */
    id: string;
  } | null;
  /** The old form of `tool_calls`. */
  function_call?: {
    /** Name of the function. */
    name: string;
    /** JSON text. */
    arguments: string;
  } | null;
}

/** The result of a tool. */
export interface ChatCompletionToolMessageParam {
  role: 'tool';
  /** The text, or parts of it. */
  content: string | ChatCompletionContentPartText[];
  /** Id of the call that it answers. */
  tool_call_id: string;
}

/** The result of a function, in the form before tools. */
export interface ChatCompletionFunctionMessageParam {
  role: 'function';
  /** The text. */
  content: string | null;
  /** Name of the function. */
  name: string;
}

/** A message of a conversation. */
export type ChatCompletionMessageParam =
  | ChatCompletionDeveloperMessageParam | ChatCompletionSystemMessageParam | ChatCompletionUserMessageParam
  | ChatCompletionAssistantMessageParam | ChatCompletionToolMessageParam | ChatCompletionFunctionMessageParam;

/** Whose message it is: `developer`, `system`, `user`, `assistant`, `tool` or `function`. */
export type ChatCompletionRole = 'developer' | 'system' | 'user' | 'assistant' | 'tool' | 'function';

/** The JSON Schema of a function's arguments. */
export type FunctionParameters = {
  /** Members of a JSON Schema. */
  [key: string]: unknown;
};

/** A function that a model may call. */
export interface FunctionDefinition {
  /** Its name. */
  name: string;
  /** What it does, for the model. */
  description?: string;
  /** The JSON Schema of its arguments. */
  parameters?: FunctionParameters;
  /** True: the model keeps to the schema exactly. */
  strict?: boolean | null;
}

/** A function as a tool. */
export interface ChatCompletionFunctionTool {
  type: 'function';
  /** The function. */
  function: FunctionDefinition;
}

/** A tool whose input is a text of any form. */
export interface ChatCompletionCustomTool {
  type: 'custom';
  /** The tool. */
  custom: {
    /** Its name. */
    name: string;
    /** What it does, for the model. */
    description?: string;
    /** The grammar of its input. */
    format?: unknown;
  };
}

/** A tool that a model may call. */
export type ChatCompletionTool = ChatCompletionFunctionTool | ChatCompletionCustomTool;

/** The choice of one function. */
export interface ChatCompletionNamedToolChoice {
  type: 'function';
  /** The function. */
  function: {
    /** Its name. */
    name: string;
  };
}

/** Which tools are called: `none`, `auto` (the model decides), `required` (at least one), or the one that is named. */
export type ChatCompletionToolChoiceOption = 'none' | 'auto' | 'required' | ChatCompletionNamedToolChoice;

/** The call of a function. */
export interface ChatCompletionMessageFunctionToolCall {
  /** Id by which the result names the call. */
  id: string;
  type: 'function';
  /** Which function, and with which arguments. */
  function: ChatCompletionMessageFunctionToolCall.Function;
}

/** Types of the call of a function. */
export declare namespace ChatCompletionMessageFunctionToolCall {
  /** Which function is called, and with which arguments. */
  interface Function {
    /** Name of the function. */
    name: string;
    /** JSON text. */
    arguments: string;
  }
}

/** The call of a tool whose input is a text. */
export interface ChatCompletionMessageCustomToolCall {
  /** Id by which the result names the call. */
  id: string;
  type: 'custom';
  /** Which tool, and with which input. */
  custom: {
    /** Name of the tool. */
    name: string;
    /** The text. */
    input: string;
  };
}

/** The call of a tool. */
export type ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall | ChatCompletionMessageCustomToolCall;

/** The answer of a completion. */
export type ChatCompletionMessage = ChatCompletion['choices'][number]['message'];

/** What a stream has beside its chunks. */
export interface ChatCompletionStreamOptions {
  /** True: a last chunk holds the token counts. Default false. */
  include_usage?: boolean;
}

/** How long the model thinks: `none`, `minimal`, `low`, `medium`, `high` or `xhigh`; models do not know all of them. `null`: as usual. */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | null;

/** Names of models: any text. */
export type ChatModel = string;

/** Labels that the service stores. */
export type Metadata = Record<string, string>;

/** An answer of any form. */
export interface ResponseFormatText {
  type: 'text';
}

/** An answer that is a JSON object. */
export interface ResponseFormatJSONObject {
  type: 'json_object';
}

/** An answer that is JSON of this schema. */
export interface ResponseFormatJSONSchema {
  type: 'json_schema';
  /** The schema. */
  json_schema: {
    /** Its name. */
    name: string;
    /** What it is for, for the model. */
    description?: string;
    /** A JSON Schema. */
    schema?: {
      /** Members of a JSON Schema. */
      [key: string]: unknown;
    };
    /** True: the model keeps to the schema exactly. */
    strict?: boolean | null;
  };
}

/** The call of a function with its arguments parsed. */
export interface ParsedFunctionToolCall {
  /** Id by which the result names the call. */
  id: string;
  type: 'function';
  /** Which function, and with which arguments. */
  function: {
    /** Name of the function. */
    name: string;
    /** JSON text. */
    arguments: string;
    /** The value of that JSON; `null` where the tool neither has a parser nor is `strict`. */
    parsed_arguments?: any;
  };
}

/** The answer of a completion, parsed. */
export interface ParsedChatCompletionMessage<T> extends Omit<ChatCompletionMessage, 'tool_calls'> {
  /** What the text is by the `response_format`; `null` where there is no text, or no such format. */
  parsed: T | null;
  /** The tools to call. Left out where there are none. */
  tool_calls?: ParsedFunctionToolCall[];
}

/** The one choice of a completion, its message parsed. */
export interface ParsedChoice<T> extends Omit<ChatCompletion['choices'][number], 'message'> {
  /** The answer. */
  message: ParsedChatCompletionMessage<T>;
}

/** A completion whose message is parsed. */
export interface ParsedChatCompletion<T> extends Omit<ChatCompletion, 'choices'> {
  /** The one answer. */
  choices: ParsedChoice<T>[];
}

/** What a request asks to be parsed into: the output of `zodResponseFormat` and its like, else any JSON. */
export type ParsedOf<Format> = Format extends {
  /** What the format is parsed into; only a type. */
  __output: infer T;
} ? T : any;

/** A vector for a text. */
export interface Embedding {
  object: 'embedding';
  /** Place of its text in the request, from 0. */
  index: number;
  /** The numbers; of `base64` one text with their bytes, 32-bit floats with the lowest byte first. */
  embedding: number[];
}

/** The vectors for the texts of a request. */
export interface CreateEmbeddingResponse {
  object: 'list';
  /** One for each text, in their order. */
  data: Embedding[];
  /** The model. */
  model: string;
  /** Token counts; 0 where the service does not say. */
  usage: {
    /** Tokens of the texts. */
    prompt_tokens: number;
    /** The same. */
    total_tokens: number;
    /** True: the service gave no counts, and those above are 0. */
    x_usage_unknown?: true;
  };
  /** What of the request was left out. Left out where there is nothing. */
  warnings?: string[];
}

/** What `embeddings.create` takes. */
export interface EmbeddingCreateParams {
  /** The texts; tokens where the service takes them. */
  input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  /** Name of a model of the provider; where the client has several providers, the name of one, or `name:model`. */
  model: string;
  /** How many numbers a vector has. Left out: as the model has it. */
  dimensions?: number;
  /** The form of the vectors. Default `float`. */
  encoding_format?: 'float' | 'base64';
  /** Your id of the person who asks. */
  user?: string;
}

/** What `completions.create` takes. The prompt becomes the one message of a chat. */
export interface CompletionCreateParams {
  /** Name of a model of the provider; where the client has several providers, the name of one, or `name:model`. */
  model: string;
  /** One text. */
  prompt: string | readonly [string];
  /** True: chunks as they come; otherwise the completion in one piece. */
  stream?: boolean | null;
  /** What a stream has beside its chunks. */
  stream_options?: ChatCompletionStreamOptions | null;
  /** `maxTokens` of `CallOptions`. */
  max_tokens?: number | null;
  /** `temperature` of `CallOptions`. */
  temperature?: number | null;
  /** `topP` of `CallOptions`. */
  top_p?: number | null;
  /** `stop` of `CallOptions`. */
  stop?: string | readonly string[] | null;
  /** `seed` of `CallOptions`. */
  seed?: number | null;
  /** Only 1. */
  n?: 1 | null;
  /** How many of the likeliest tokens are to be named at each place. */
  logprobs?: number | null;
  /** Makes tokens less likely the more often they came, -2 to 2. */
  frequency_penalty?: number | null;
  /** Makes tokens less likely that came at all, -2 to 2. */
  presence_penalty?: number | null;
  /** Makes single tokens more or less likely. */
  logit_bias?: Record<string, number> | null;
  /** Your id of the person who asks. */
  user?: string;
}

/** How likely the tokens of a completion were. */
export interface CompletionLogprobs {
  /** The tokens. */
  tokens: string[];
  /** The natural logarithm of the probability of each. */
  token_logprobs: number[];
  /** The likeliest tokens at each place, and theirs. */
  top_logprobs: Record<string, number>[];
  /** Where each token begins in the text. */
  text_offset: number[];
}

/** The one choice of a completion. */
export interface CompletionChoice {
  /** Always 0. */
  index: number;
  /** The text; in a stream what is new of it. */
  text: string;
  /** How likely the tokens were, where `logprobs` asked for it and the service said it; else `null`. */
  logprobs: CompletionLogprobs | null;
  /** Why it is over: the model was done (`stop`), a limit was reached (`length`), or a filter came (`content_filter`). In a stream `null` before. */
  finish_reason: 'stop' | 'length' | 'content_filter';
}

/** A completion, or one chunk of a streamed one. */
export interface Completion {
  /** Id that this client made. */
  id: string;
  object: 'text_completion';
  /** Seconds since 1970. */
  created: number;
  /** The model as the caller named it, or the provider's default. */
  model: string;
  /** The one answer. */
  choices: CompletionChoice[];
  /** Token counts. */
  usage?: ChatCompletionUsage;
  /** What of the request was left out. Left out where there is nothing. */
  warnings?: string[];
}

/** OpenAI's own object of an error. */
export interface ErrorObject {
  /** What went wrong, for people. */
  message: string;
  /** The kind of error, such as `invalid_request_error`. */
  type: string | null;
  /** What of the request is wrong. */
  param: string | null;
  /** What went wrong, for programs: the service's own code, or the `code` of the `ChatError`. */
  code: string | null;
}

/** What the errors of services have beside the members of a `ChatError`. */
export declare class APIError extends ChatError {
  /**
   * For tests of your own code. The errors of this package are `ChatError`s, for which `instanceof` holds.
   *
   * @param status HTTP status
   * @param error the object in the body
   * @param message what went wrong, where that object has no text
   * @param headers of the response
   */
  constructor(status?: number, error?: object, message?: string, headers?: Headers);
  /** Headers of the response, without cookies; `undefined` where there was none. */
  readonly headers: Headers | undefined;
  /** The service's own object of the error, or one with what is known; `undefined` where there was no response. */
  readonly error: ErrorObject | undefined;
}

/** There was no response. */
export declare class APIConnectionError extends APIError {
  /**
   * For tests of your own code.
   *
   * @param details text and cause
   */
  constructor(details?: {
    /** What went wrong. */
    message?: string;
    /** What was thrown. */
    cause?: unknown;
  });
}

/** There was no response in time. */
export declare class APIConnectionTimeoutError extends APIConnectionError {}

/** The caller has stopped the request. It is no `ChatError`, since nothing has failed; its `name` is `AbortError`. */
export declare class APIUserAbortError extends Error {
  /**
   * For tests of your own code.
   *
   * @param details text and cause; that of this package's is the signal's `reason`
   */
  constructor(details?: {
    /** What happened. */
    message?: string;
    /** Why. */
    cause?: unknown;
  });
}

/** What a helper says, and no service. */
export declare class OpenAIError extends ChatError {
  /**
   * For tests of your own code.
   *
   * @param message what went wrong
   */
  constructor(message: string);
}

/** Status 400. */
export declare class BadRequestError extends APIError {}
/** Status 401. */
export declare class AuthenticationError extends APIError {}
/** Status 403. */
export declare class PermissionDeniedError extends APIError {}
/** Status 404. */
export declare class NotFoundError extends APIError {}
/** Status 409. */
export declare class ConflictError extends APIError {}
/** Status 422. */
export declare class UnprocessableEntityError extends APIError {}
/** Status 429. */
export declare class RateLimitError extends APIError {}
/** Status 500 or above. */
export declare class InternalServerError extends APIError {}

/** What `create` takes for a completion in one piece. */
export interface ChatCompletionCreateParamsNonStreaming extends ChatCompletionCreateParams {
  stream?: false | null;
}

/** What `create` takes for a stream. */
export interface ChatCompletionCreateParamsStreaming extends ChatCompletionCreateParams {
  stream: true;
}

/** What `responses.create` takes for a response in one piece. */
export interface ResponseCreateParamsNonStreaming extends ResponseCreateParams {
  stream?: false | null;
}

/** What `responses.create` takes for a stream. */
export interface ResponseCreateParamsStreaming extends ResponseCreateParams {
  stream: true;
}

/** The promise of a request: of its data, and of the response. */
export interface APIPromise<T> extends Promise<T & RequestId> {
  /**
   * The response as OpenAI would send it: the headers are those of the service, without cookies; the body is read from it and not from the
   * promise's own data, so wait for one of both.
   */
  asResponse(): Promise<Response>;
  /** The data, the response without its body, and the service's id of the request. */
  withResponse(): Promise<{
    /** What the promise itself gives. */
    data: T & RequestId;
    /** Status and headers. */
    response: Response;
    /** The header `x-request-id` or `request-id`; `null` where the service sends none. */
    request_id: string | null;
  }>;
}

/** What an answer has that is not seen when it is printed. */
export interface RequestId {
  /** The service's id of the request; `null` where it sends none, `undefined` on streams. */
  readonly _request_id?: string | null;
}

/** A stream of items, to be iterated once. */
export interface Stream<Item> extends AsyncIterable<Item> {
  /** `controller.abort()` stops the request upstream and ends the loop without an error. Leaving the loop, or `signal`, does the same. */
  controller: AbortController;
  /** What of the request was left out, and what the service warned of so far. */
  readonly warnings: readonly string[];
  /** Two streams of the same items, which can be read at different speeds; what one of them has not read yet is kept. */
  tee(): [Stream<Item>, Stream<Item>];
  /** The items as bytes, each as JSON in a line of its own, for `ChatCompletionStream.fromReadableStream` in a page. */
  toReadableStream(): ReadableStream<Uint8Array>;
}

// --- Responses -------------------------------------------------------------------------------------------------------

/** A text in the input of a response. */
export interface ResponseInputText {
  type: 'input_text';
  /** The text. */
  text: string;
}

/** An image in the input of a response. */
export interface ResponseInputImage {
  type: 'input_image';
  /** How closely the model is to look. */
  detail: 'low' | 'high' | 'auto';
  /** Its address, or a `data:` URL. */
  image_url?: string | null;
  /** The service's id of the file. */
  file_id?: string | null;
}

/** A file in the input of a response. */
export interface ResponseInputFile {
  type: 'input_file';
  /** A `data:` URL with its bytes. */
  file_data?: string;
  /** The service's id of the file. */
  file_id?: string | null;
  /** Its address. */
  file_url?: string;
  /** Its name. */
  filename?: string;
}

/** A part of a message in the input. */
export type ResponseInputContent = ResponseInputText | ResponseInputImage | ResponseInputFile;

/** A message in the input. */
export interface EasyInputMessage {
  type?: 'message';
  /** Whose message it is: `user`, `assistant`, `system` or `developer`. */
  role: 'user' | 'assistant' | 'system' | 'developer';
  /** The text, or parts. */
  content: string | ResponseInputContent[];
}

/** A text of an answer. */
export interface ResponseOutputText {
  type: 'output_text';
  /** The text. */
  text: string;
  /** Where parts of it come from. */
  annotations: any[];
  /** How likely the tokens were. */
  logprobs?: any[];
}

/** The text of a refusal. */
export interface ResponseOutputRefusal {
  type: 'refusal';
  /** The text. */
  refusal: string;
}

/** The message of an answer. */
export interface ResponseOutputMessage {
  /** Id of the item. */
  id: string;
  type: 'message';
  role: 'assistant';
  /** How far it is. */
  status: 'in_progress' | 'completed' | 'incomplete';
  /** Its parts. */
  content: (ResponseOutputText | ResponseOutputRefusal)[];
}

/** The call of a function. */
export interface ResponseFunctionToolCall {
  type: 'function_call';
  /** Id of the item. */
  id?: string;
  /** Id by which the result names the call. */
  call_id: string;
  /** Name of the function. */
  name: string;
  /** JSON text. */
  arguments: string;
  /** How far it is. */
  status?: 'in_progress' | 'completed' | 'incomplete';
}

/** The reasoning of an answer. */
export interface ResponseReasoningItem {
  type: 'reasoning';
  /** Id of the item. */
  id: string;
  /** The reasoning, as far as it may be read. */
  summary: {
    type: 'summary_text';
    /** The text. */
    text: string;
  }[];
  /** The reasoning in a form that only the service reads. */
  encrypted_content?: string | null;
  /** The reasoning in full, where the service tells it. */
  content?: any[];
}

/** The call of a tool whose input is a text. */
export interface ResponseCustomToolCall {
  type: 'custom_tool_call';
  /** Id of the item. */
  id?: string;
  /** Id by which the result names the call. */
  call_id: string;
  /** Name of the tool. */
  name: string;
  /** The text. */
  input: string;
}

/** The call of a tool that a service has of its own. No answer here has one; programs for OpenAI look for it. */
export interface ResponseOwnToolCall {
  /** Which tool. */
  type:
    | 'web_search_call' | 'file_search_call' | 'computer_call' | 'code_interpreter_call' | 'image_generation_call' | 'local_shell_call' | 'mcp_call'
    | 'mcp_list_tools' | 'mcp_approval_request';
  /** Id of the item. */
  id: string;
  /** What else OpenAI's items have. */
  [key: string]: any;
}

/** An item of an answer. */
export type ResponseOutputItem =
  | ResponseOutputMessage | ResponseFunctionToolCall | ResponseReasoningItem | ResponseCustomToolCall | ResponseOwnToolCall;

/** An item of the input. */
export type ResponseInputItem =
  | EasyInputMessage | ResponseOutputItem | ResponseInputItem.FunctionCallOutput | ResponseInputItem.CustomToolCallOutput;

/** Types of an item of the input. */
export declare namespace ResponseInputItem {
  /** The result of a function. */
  interface FunctionCallOutput {
    type: 'function_call_output';
    /** Id of the call that it answers. */
    call_id: string;
    /** The text, or parts. */
    output: string | ResponseInputContent[];
    /** Id of the item. */
    id?: string | null;
  }
  /** The result of a tool whose input is a text. */
  interface CustomToolCallOutput {
    type: 'custom_tool_call_output';
    /** Id of the call that it answers. */
    call_id: string;
    /** The text, or parts. */
    output: string | ResponseInputContent[];
    /** Id of the item. */
    id?: string;
  }
}

/** The input of a response, in its long form. */
export type ResponseInput = ResponseInputItem[];

/** A function that a model may call. */
export interface FunctionTool {
  type: 'function';
  /** Its name. */
  name: string;
  /** What it does, for the model. */
  description?: string | null;
  /** The JSON Schema of its arguments. */
  parameters: FunctionParameters | null;
  /** True: the model keeps to the schema exactly. */
  strict: boolean | null;
}

/** A tool: a function, or one that the service has of its own, which is left out with a warning. */
export type ResponseTool = FunctionTool | {
  /** The kind of tool. */
  type: string;
  /** What it needs. */
  [key: string]: unknown;
};

/** The form of the text of a response. */
export interface ResponseTextConfig {
  /** Text, JSON, or JSON of a schema. */
  format?: ResponseFormatText | ResponseFormatJSONObject | ResponseFormatTextJSONSchemaConfig;
  /** How many words the model makes. */
  verbosity?: 'low' | 'medium' | 'high' | null;
}

/** JSON of this schema. */
export interface ResponseFormatTextJSONSchemaConfig {
  type: 'json_schema';
  /** Name of the schema. */
  name: string;
  /** A JSON Schema. */
  schema: {
    /** Members of a JSON Schema. */
    [key: string]: unknown;
  };
  /** What it is for, for the model. */
  description?: string;
  /** True: the model keeps to the schema exactly. */
  strict?: boolean | null;
}

/** Token counts of a response. */
export interface ResponseUsage {
  /** Tokens of the request. */
  input_tokens: number;
  /** Of those. */
  input_tokens_details: {
    /** Those that the service had in its cache. */
    cached_tokens: number;
  };
  /** Tokens of the answer. */
  output_tokens: number;
  /** Of those. */
  output_tokens_details: {
    /** Those that are reasoning. */
    reasoning_tokens: number;
  };
  /** Tokens of both. */
  total_tokens: number;
}

/** An answer of the Responses API. */
export interface ResponseObject {
  /** Id that this client made. */
  id: string;
  object: 'response';
  /** Seconds since 1970. */
  created_at: number;
  /** How far it is. */
  status?: 'completed' | 'failed' | 'in_progress' | 'cancelled' | 'queued' | 'incomplete';
  /** The texts of the answer, joined. */
  output_text: string;
  /** What the answer is made of. */
  output: ResponseOutputItem[];
  /** Why the response failed. */
  error: {
    /** What went wrong, for programs. */
    code: string;
    /** What went wrong, for people. */
    message: string;
  } | null;
  /** Why the response is not complete. */
  incomplete_details: {
    /** A limit was reached (`max_output_tokens`), or a filter came (`content_filter`). */
    reason?: 'max_output_tokens' | 'content_filter';
  } | null;
  /** The model as the caller named it, or the provider's default. */
  model: string;
  /** Token counts. */
  usage?: ResponseUsage;
  /** What of the request was left out. Left out where there is nothing. */
  warnings?: string[];
  /** The other members that OpenAI's responses have. */
  [key: string]: any;
}

/** A response that is parsed. */
export interface ParsedResponse<T> extends ResponseObject {
  /** What the text is by `text.format`; `null` where there is none. */
  output_parsed: T | null;
}

/** An event of a streamed response: its `type` says which members it has. */
export type ResponseStreamEvent =
  | ResponseCreatedEvent | ResponseQueuedEvent | ResponseInProgressEvent | ResponseCompletedEvent | ResponseFailedEvent
  | ResponseIncompleteEvent | ResponseTextDeltaEvent | ResponseTextDoneEvent | ResponseOutputTextAnnotationAddedEvent
  | ResponseRefusalDeltaEvent | ResponseRefusalDoneEvent | ResponseFunctionCallArgumentsDeltaEvent
  | ResponseFunctionCallArgumentsDoneEvent | ResponseCustomToolCallInputDeltaEvent | ResponseCustomToolCallInputDoneEvent
  | ResponseOutputItemAddedEvent | ResponseOutputItemDoneEvent | ResponseContentPartAddedEvent | ResponseContentPartDoneEvent
  | ResponseReasoningTextDeltaEvent | ResponseReasoningTextDoneEvent | ResponseReasoningSummaryTextDeltaEvent
  | ResponseReasoningSummaryTextDoneEvent | ResponseReasoningSummaryPartAddedEvent | ResponseReasoningSummaryPartDoneEvent
  | ResponseErrorEvent;

/** The response began. */
export interface ResponseCreatedEvent {
  type: 'response.created';
  /** The response so far. */
  response: ResponseObject;
  /** Number of the event. */
  sequence_number: number;
}

/** The response waits for its turn. */
export interface ResponseQueuedEvent {
  type: 'response.queued';
  /** The response so far. */
  response: ResponseObject;
  /** Number of the event. */
  sequence_number: number;
}

/** The response is being made. */
export interface ResponseInProgressEvent {
  type: 'response.in_progress';
  /** The response so far. */
  response: ResponseObject;
  /** Number of the event. */
  sequence_number: number;
}

/** The response is complete. */
export interface ResponseCompletedEvent {
  type: 'response.completed';
  /** The response so far. */
  response: ResponseObject;
  /** Number of the event. */
  sequence_number: number;
}

/** The response failed. */
export interface ResponseFailedEvent {
  type: 'response.failed';
  /** The response so far. */
  response: ResponseObject;
  /** Number of the event. */
  sequence_number: number;
}

/** The response is over, and not complete. */
export interface ResponseIncompleteEvent {
  type: 'response.incomplete';
  /** The response so far. */
  response: ResponseObject;
  /** Number of the event. */
  sequence_number: number;
}

/** A piece of the text. */
export interface ResponseTextDeltaEvent {
  type: 'response.output_text.delta';
  /** The piece. */
  delta: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** The text is complete. */
export interface ResponseTextDoneEvent {
  type: 'response.output_text.done';
  /** The whole text. */
  text: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A part of the text has a source. */
export interface ResponseOutputTextAnnotationAddedEvent {
  type: 'response.output_text.annotation.added';
  /** The source. */
  annotation: any;
  /** Its place. */
  annotation_index: number;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A piece of a refusal. */
export interface ResponseRefusalDeltaEvent {
  type: 'response.refusal.delta';
  /** The piece. */
  delta: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A refusal is complete. */
export interface ResponseRefusalDoneEvent {
  type: 'response.refusal.done';
  /** The whole text. */
  refusal: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A piece of a function's arguments. */
export interface ResponseFunctionCallArgumentsDeltaEvent {
  type: 'response.function_call_arguments.delta';
  /** The piece. */
  delta: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A function's arguments are complete. */
export interface ResponseFunctionCallArgumentsDoneEvent {
  type: 'response.function_call_arguments.done';
  /** Name of the function. */
  name: string;
  /** The whole JSON text. */
  arguments: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A piece of a tool's input. */
export interface ResponseCustomToolCallInputDeltaEvent {
  type: 'response.custom_tool_call_input.delta';
  /** The piece. */
  delta: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A tool's input is complete. */
export interface ResponseCustomToolCallInputDoneEvent {
  type: 'response.custom_tool_call_input.done';
  /** The whole text. */
  input: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** An item of the answer began. */
export interface ResponseOutputItemAddedEvent {
  type: 'response.output_item.added';
  /** The item. */
  item: ResponseOutputItem;
  /** Its place. */
  output_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** An item of the answer is complete. */
export interface ResponseOutputItemDoneEvent {
  type: 'response.output_item.done';
  /** The item. */
  item: ResponseOutputItem;
  /** Its place. */
  output_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A part of a message began. */
export interface ResponseContentPartAddedEvent {
  type: 'response.content_part.added';
  /** The part. */
  part: ResponseOutputText | ResponseOutputRefusal;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A part of a message is complete. */
export interface ResponseContentPartDoneEvent {
  type: 'response.content_part.done';
  /** The part. */
  part: ResponseOutputText | ResponseOutputRefusal;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A piece of the reasoning in full. */
export interface ResponseReasoningTextDeltaEvent {
  type: 'response.reasoning_text.delta';
  /** The piece. */
  delta: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** The reasoning in full is complete. */
export interface ResponseReasoningTextDoneEvent {
  type: 'response.reasoning_text.done';
  /** The whole text. */
  text: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  content_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A piece of the reasoning. */
export interface ResponseReasoningSummaryTextDeltaEvent {
  type: 'response.reasoning_summary_text.delta';
  /** The piece. */
  delta: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  summary_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** The reasoning is complete. */
export interface ResponseReasoningSummaryTextDoneEvent {
  type: 'response.reasoning_summary_text.done';
  /** The whole text. */
  text: string;
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  summary_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A part of the reasoning began. */
export interface ResponseReasoningSummaryPartAddedEvent {
  type: 'response.reasoning_summary_part.added';
  /** The part. */
  part: ResponseReasoningItem['summary'][number];
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  summary_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** A part of the reasoning is complete. */
export interface ResponseReasoningSummaryPartDoneEvent {
  type: 'response.reasoning_summary_part.done';
  /** The part. */
  part: ResponseReasoningItem['summary'][number];
  /** Id of the item. */
  item_id: string;
  /** Place of that item. */
  output_index: number;
  /** Place of the part. */
  summary_index: number;
  /** Number of the event. */
  sequence_number: number;
}

/** The response failed, as other clients see it: here the loop, or the helper, throws it. */
export interface ResponseErrorEvent {
  type: 'error';
  /** What went wrong, for programs. */
  code: string | null;
  /** What went wrong, for people. */
  message: string;
  /** What of the request is wrong. */
  param: string | null;
  /** Number of the event. */
  sequence_number: number;
}

/** What `responses.create` takes. Responses are not kept, so `previous_response_id` is refused: send the conversation. */
export interface ResponseCreateParams {
  /** Name of a model of the provider; where the client has several providers, the name of one, or `name:model`. */
  model?: string;
  /** A text, or the conversation so far. */
  input?: string | readonly ResponseInputItem[];
  /** What tells the model how to behave. */
  instructions?: string | null;
  /** True: events as they come; otherwise the response in one piece. */
  stream?: boolean | null;
  /** `maxTokens` of `CallOptions`. */
  max_output_tokens?: number | null;
  /** `temperature` of `CallOptions`. */
  temperature?: number | null;
  /** `topP` of `CallOptions`. */
  top_p?: number | null;
  /** Functions that the model may call. */
  tools?: readonly ResponseTool[];
  /** Which of them it calls. */
  tool_choice?: unknown;
  /** `parallelToolCalls` of `CallOptions`. */
  parallel_tool_calls?: boolean | null;
  /** How long the model thinks. */
  reasoning?: {
    /** `reasoningEffort` of `CallOptions`. */
    effort?: ReasoningEffort;
    /** How much of the reasoning is told. */
    summary?: string | null;
  } | null;
  /** The form of the text. */
  text?: ResponseTextConfig;
  /** Whether the service keeps the response: it is never kept here. */
  store?: boolean | null;
  /** What else the answer is to hold. */
  include?: readonly string[] | null;
  /** Labels that a service would store. */
  metadata?: Metadata | null;
  /** Your id of the person who asks. */
  user?: string;
}

// --- The namespaces -----------------------------------------------------------------------------------------------------

/** `OpenAI.Chat`. */
export declare namespace Chat {
  export {
    ChatCompletion, ChatCompletionAssistantMessageParam, ChatCompletionChunk, ChatCompletionContentPart, ChatCompletionContentPartImage,
    ChatCompletionContentPartInputAudio, ChatCompletionContentPartRefusal, ChatCompletionContentPartText, ChatCompletionCreateParams,
    ChatCompletionCreateParamsNonStreaming, ChatCompletionCreateParamsStreaming, ChatCompletionCustomTool,
    ChatCompletionDeveloperMessageParam, ChatCompletionFunctionMessageParam, ChatCompletionFunctionTool, ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall, ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam,
    ChatCompletionMessageToolCall, ChatCompletionNamedToolChoice, ChatCompletionRole, ChatCompletionStreamOptions,
    ChatCompletionSystemMessageParam, ChatCompletionTokenLogprob, ChatCompletionTool, ChatCompletionToolChoiceOption,
    ChatCompletionToolMessageParam, ChatCompletionUserMessageParam, ChatModel,
  };
  /** `OpenAI.Chat.Completions`. */
  export namespace Completions {
    export {
      ChatCompletion, ChatCompletionAssistantMessageParam, ChatCompletionChunk, ChatCompletionContentPart,
      ChatCompletionContentPartImage, ChatCompletionContentPartInputAudio, ChatCompletionContentPartRefusal,
      ChatCompletionContentPartText, ChatCompletionCreateParams, ChatCompletionCreateParamsNonStreaming,
      ChatCompletionCreateParamsStreaming, ChatCompletionCustomTool, ChatCompletionDeveloperMessageParam,
      ChatCompletionFunctionMessageParam, ChatCompletionFunctionTool, ChatCompletionMessage, ChatCompletionMessageCustomToolCall,
      ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam, ChatCompletionMessageToolCall, ChatCompletionNamedToolChoice,
      ChatCompletionRole, ChatCompletionStreamOptions, ChatCompletionSystemMessageParam, ChatCompletionTokenLogprob, ChatCompletionTool,
      ChatCompletionToolChoiceOption, ChatCompletionToolMessageParam, ChatCompletionUserMessageParam, ParsedChatCompletion,
      ParsedChatCompletionMessage, ParsedChoice, ParsedFunctionToolCall,
    };
  }
}

/** `OpenAI.Completions`. */
export declare namespace Completions {
  export {
    Completion, CompletionChoice, CompletionCreateParams, ChatCompletionUsage as CompletionUsage,
  };
}

/** `OpenAI.Embeddings`. */
export declare namespace Embeddings {
  export {
    CreateEmbeddingResponse, Embedding, EmbeddingCreateParams,
  };
}

/** `OpenAI.Models`. */
export declare namespace Models {
  export {
    ModelDescription as Model, ModelPage as ModelsPage,
  };
}

/** `OpenAI.Responses`. */
export declare namespace Responses {
  export {
    EasyInputMessage, FunctionTool, ParsedResponse, ResponseCompletedEvent, ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent, ResponseCreateParams, ResponseCreateParamsNonStreaming, ResponseCreateParamsStreaming,
    ResponseCreatedEvent, ResponseCustomToolCall, ResponseCustomToolCallInputDeltaEvent, ResponseCustomToolCallInputDoneEvent,
    ResponseErrorEvent, ResponseFailedEvent, ResponseFormatTextJSONSchemaConfig, ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent, ResponseFunctionToolCall, ResponseInProgressEvent, ResponseIncompleteEvent, ResponseInput,
    ResponseInputContent, ResponseInputFile, ResponseInputImage, ResponseInputItem, ResponseInputText, ResponseOutputItem,
    ResponseOutputItemAddedEvent, ResponseOutputItemDoneEvent, ResponseOutputMessage, ResponseOutputRefusal, ResponseOutputText,
    ResponseOutputTextAnnotationAddedEvent, ResponseQueuedEvent, ResponseReasoningItem, ResponseReasoningSummaryPartAddedEvent,
    ResponseReasoningSummaryPartDoneEvent, ResponseReasoningSummaryTextDeltaEvent, ResponseReasoningSummaryTextDoneEvent,
    ResponseReasoningTextDeltaEvent, ResponseReasoningTextDoneEvent, ResponseRefusalDeltaEvent, ResponseRefusalDoneEvent,
    ResponseStreamEvent, ResponseTextConfig, ResponseTextDeltaEvent, ResponseTextDoneEvent, ResponseUsage, ResponseObject as Response,
    ResponseTool as Tool,
  };
}
