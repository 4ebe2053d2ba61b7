import type {
  AssistantMessage, CallOptions, Client, ContentPart, Finish, Message, Provider, Reply, Tool as ServiceTool, ToolCall, Usage,
} from './index.js';

export { ChatError } from './index.js';

/** A JSON schema. */
export type JsonSchema = {
  /** A keyword of JSON Schema. */
  readonly [keyword: string]: unknown;
};

/**
 * A schema of a library that follows Standard Schema (https://standardschema.dev): zod, valibot, arktype and others. Their schemas are
 * objects or functions with this member.
 */
export interface StandardSchema<Input = any, Output = Input> {
  /** What the library says of the schema. */
  readonly '~standard': {
    /** The version of Standard Schema. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Types alone; it has no value. */
    readonly types?:
      | {
          /** What is validated. */
          readonly input: Input;
          /** What comes of it. */
          readonly output: Output;
        }
      | undefined;
    /**
     * Validates a value.
     *
     * @param value what is validated
     */
    readonly validate: (value: unknown, ...rest: any[]) => any;
  };
}

/**
 * A schema of a library that cannot write JSON Schema by itself, with the JSON schema that another package made of it: zod 3 (by
 * `zod-to-json-schema`), zod/mini (by its `toJSONSchema`), valibot (by `toJsonSchema` of `@valibot/to-json-schema`).
 */
export interface SchemaPair<S extends StandardSchema = StandardSchema> {
  /** Validates, and has the types. */
  readonly schema: S;
  /** What the service gets. */
  readonly jsonSchema: JsonSchema;
}

/**
 * What arguments or an answer look like. JSON Schema is sent as it is, and nothing is validated. By a Standard Schema they are also validated,
 * and have its type. Its JSON Schema comes from the schema itself (zod 4.2, arktype 2.1.28 and later); of others give a `SchemaPair`.
 * A Standard Schema that has none is a `ChatError` `input`, whose message has the line to write.
 */
export type Schema = StandardSchema | SchemaPair | JsonSchema;

/** The type of what a schema has validated; `any` for JSON Schema. */
export type SchemaOutput<S> = S extends StandardSchema<any, infer O> ? O : S extends SchemaPair<StandardSchema<any, infer O>> ? O : any;

/** An object that is not complete yet: any member may be missing, at each level, and texts may be cut. */
export type PartialObject<T> = T extends (infer Item)[] ? PartialObject<Item>[] : T extends object ? { [K in keyof T]?: PartialObject<T[K]> } : T;

/** What a tool gets beside its arguments. */
export interface ToolContext {
  /** The id of the call. */
  toolCallId: string;
  /** The conversation up to the message that has the call, this one included. */
  messages: readonly Message[];
  /** Aborted as soon as nobody wants the result any more: at the caller's `signal`, at `return()`, and where a loop is left. */
  signal: AbortSignal;
}

/**
 * What a tool is made of. `S` is its schema, `R` what `run` returns.
 */
export interface ToolDefinition<S = any, R = any> {
  /** Its name. Services take letters, digits, `_` and `-`, most of them up to 64. */
  readonly name: string;
  /** What it does and when to call it, for the model. */
  readonly description?: string;
  /** What its arguments look like: an object. Left out: it has none. */
  readonly parameters?: S;
  /**
   * Does the work, when the model calls it. A text goes to the model as it is; an array of content parts (images, files) as these parts;
   * any other value as JSON, `undefined` as `null`. What it throws, and what JSON has no form for, is told to the model as an error. Left out: a call ends the run, and is yours to answer.
   *
   * @param args the arguments: what the schema has made of them
   * @param context the call, the messages, and a signal
   */
  readonly run?: (args: SchemaOutput<S>, context: ToolContext) => R;
  /**
   * True, or a function that returns true: the call is not run. The run ends with it, and with an event `tool-approval`; `approvals` of
   * the next run says what becomes of it. Default false.
   *
   * @param args the arguments: what the schema has made of them
   * @param context the call, the messages, and a signal
   */
  readonly needsApproval?: boolean | ((args: SchemaOutput<S>, context: ToolContext) => boolean | Promise<boolean>);
  /** True: the arguments follow the schema exactly, where the service can do that. Left out: the service's default. */
  readonly strict?: boolean;
}

/** A tool that `runTools` can run: what `tool` gives. */
export interface Tool<S = any, R = any> extends ToolDefinition<S, R> {}

/**
 * Checks a tool, and gives its `run` the types of its schema. Throws a `ChatError` `input` for what is wrong in it.
 *
 * @param definition what the tool is made of
 */
export function tool<const S extends Schema = JsonSchema, R = unknown>(definition: ToolDefinition<S, R>): Tool<S, R>;

/** The result of a call, as the model is told it. */
export type ToolMessage = {
  role: 'tool';
  /** The id of the call. */
  tool_call_id: string;
  /** The text, or its parts. That of an error begins with `Error: `. */
  content: string | ContentPart[];
  /** True: the call failed, or was not run. Left out: it did not fail. */
  is_error?: true;
};

/** One request of a run, and the calls that followed it. */
export interface Step {
  /** Its number, from 0. */
  step: number;
  /** The assistant's message. */
  message: AssistantMessage;
  /** The calls of tools in it. */
  toolCalls: readonly ToolCall[];
  /** Their results, in the order of the calls. A call without one is yours to answer, or waits for approval. */
  results: readonly ToolMessage[];
  /** Why the answer is over. `undefined`: the service did not say. */
  finish: Finish | undefined;
  /** Token counts of this request. `undefined`: the service gave none. */
  usage: Usage | undefined;
  /** Name of the provider that answered; of a `Fallback`, the one of its providers. */
  provider: string;
}

/** Which tool is called, as `toolChoice` of `CallOptions`. */
export type ToolChoice = NonNullable<CallOptions['toolChoice']>;

/** Options of `runTools`: those of `createAsyncGenerator`, for each request, and these. */
export interface RunOptions<S = undefined> extends Omit<CallOptions, 'tools' | 'toolChoice'> {
  /**
   * The tools: those of `tool`, plain objects with the same members, and those that `createAsyncGenerator` takes, of which a call ends the
   * run, and which the service runs itself. Left out: those of the provider's settings, whose calls are yours to answer.
   */
  tools?: readonly (Tool | ServiceTool)[];
  /**
   * Whether the model calls a tool, or a function that says so for each step, which gets its number, from 0. A value that forces a
   * call (`required`, or one tool) counts for the first step only, since a run that has to call in each step never ends; give a function
   * where you mean that. Left out: the service's default, `auto`.
   */
  toolChoice?: ToolChoice | ((step: number) => ToolChoice | undefined);
  /**
   * The most requests, a whole number above 0. Default 20. The run ends normally after the last one: its calls are run and their results are in `messages`,
   * `finish.reason` is `tool_calls`, and `toolCalls` is empty. Run again with `messages` to go on.
   */
  maxSteps?: number;
  /** The most calls that are run in one step, a whole number above 0. Default 64. Those beyond are told to the model as not run. */
  maxCallsPerStep?: number;
  /**
   * Called after each step, when its calls have their results. What it throws is ignored, and nobody waits for its promise.
   *
   * @param step the step
   */
  onStep?: (step: Step) => void;
  /**
   * What becomes of calls without a result at the end of `messages`, by their ids: `true` runs one that waits for approval, `false`, or a text with the
   * reason, tells the model that it was denied. What is left out still waits, and the run ends at once with an event `tool-approval`.
   * Calls that need no approval are run. `true` counts for none of several calls with one id.
   */
  approvals?: Readonly<Record<string, boolean | string>>;
  /**
   * What the answer looks like: it is asked for as JSON (`responseFormat`, `strict` where the service can do that), and read with `object()` and `partialObjects`. A schema whose root is no
   * object is put into one for the service. Left out: the answer is text.
   */
  output?: S;
  /**
   * Milliseconds for the whole run, its tools included, or limits: `total` is for the whole run, too, and `connect`, `firstChunk` and
   * `idle` hold for each request. Left out: those of the provider for each request.
   */
  timeout?: NonNullable<CallOptions['timeout']>;
}

/**
 * The reply of a run: a `Reply` over all its requests. Its text is that of all steps; `message`, `finish`, `conversation` and `provider` are those
 * of the last one; `events` come of all steps, with `tool-result` and `tool-approval` between them, and `usage`, `conversation` and `finish` once, at
 * the end. After an error or an abort, `messages` and `steps` have what was done until then.
 */
export interface RunReply<T = never> extends Reply {
  /**
   * What the run has added to the conversation: the assistant's messages and the results of their calls, to be pushed behind your `messages`.
   * It is whole after an abort or an error, too: a call that was stopped has a result that says so. Only calls that are yours to answer
   * (`toolCalls`) have none. While you read, the last one is the answer so far, so a page can show this array. It is a new array at each read.
   */
  readonly messages: (AssistantMessage | ToolMessage)[];
  /** The steps that are complete. */
  readonly steps: readonly Step[];
  /** Token counts of all steps together, each where any step has it; `raw` is that of the last one. `undefined` before the end. */
  readonly usage: Usage | undefined;
  /** The calls that have no result after the end: of tools without `run`, and those that wait for approval. */
  readonly toolCalls: readonly ToolCall[];
  /**
   * The answer as an object, by `output`: reads the reply to its end, or waits for the end where it is being read. Rejects where the reply
   * fails, with a `ChatError` `output` where the last text is no JSON or does not fit the schema (`error.text`: that text), and with `input` without `output`.
   */
  object(): Promise<T>;
  /**
   * The answer as it grows, by `output`: each time it differs, an object that is completed where it was cut, not validated. The last one is the
   * whole answer. Ends with the errors of `object()`. Of an answer of more than 4 kB one comes only when it has grown by 1/64, so that a long
   * one costs no more than a short one for each letter.
   */
  readonly partialObjects: AsyncIterableIterator<PartialObject<T>>;
}

/**
 * Asks a model, runs the tools that it calls, and asks again with their results, until it answers without a call. Calls of one step run at the same
 * time. What is wrong in a call (arguments that are no JSON or do not fit, a name that no tool has, a tool that throws) is told to the
 * model, and the run goes on. It is lazy, as every reply is.
 *
 * A call without `run`, or one that waits for approval, ends the run, and so does an answer that was cut (`length`, `content_filter`). WordPress
 * sites, which have no tools, are a `ChatError` `input`, also in a `Fallback`.
 *
 * @param provider any provider, a `Fallback`, or a `Client`, whose `chat.completions` would be asked
 * @param options the messages, the tools, and what else the call needs
 */
export function runTools<const S extends Schema | undefined = undefined>(
  provider: Provider | Client,
  options: RunOptions<S>,
): RunReply<[S] extends [undefined] ? never : SchemaOutput<S>>;

/** A client of the Model Context Protocol, as `@modelcontextprotocol/sdk` has it: what of it is called. */
export interface McpClient {
  /**
   * Lists the tools, page by page.
   *
   * @param params which page
   * @param options `{ signal, timeout }`
   */
  listTools(
    params?: {
      /** Where the page begins. */
      cursor?: string;
    },
    options?: any,
  ): Promise<{
    /** The tools. */
    tools: {
      /** Its name. */
      name: string;
      /** Its title, for people. */
      title?: string | undefined;
      /** What it does. */
      description?: string | undefined;
      /** JSON schema of the arguments. */
      inputSchema: object;
      /** What it says of itself: `readOnlyHint`, `destructiveHint`, … */
      annotations?: object | undefined;
    }[];
    /** Where the next page begins. */
    nextCursor?: string | undefined;
  }>;
  /**
   * Calls a tool.
   *
   * @param params its name and its arguments
   * @param schema left out
   * @param options `{ signal, timeout }`
   */
  callTool(
    params: {
      /** Its name at the server. */
      name: string;
      /** The arguments. */
      arguments?: Record<string, unknown>;
    },
    schema?: any,
    options?: any,
  ): Promise<any>;
}

/** What a server says of a tool, for `needsApproval`. */
export interface ForeignTool {
  /** Its name at the server. */
  name: string;
  /** Its title, for people. */
  title?: string;
  /** What it does. */
  description?: string;
  /** What the server says of it: `readOnlyHint`, `destructiveHint` (MCP), `readonly`, `destructive`, `idempotent` (WordPress), … */
  annotations?: {
    /** One of them. */
    readonly [name: string]: unknown;
  };
}

/** What the tools of an MCP server and of a WordPress site have in common. */
export interface ForeignToolsOptions {
  /**
   * Which of the tools wait for approval before they are run: all of them (`true`), or those for which it returns true. Left out: none.
   *
   * @param tool what the server says of it
   */
  needsApproval?: boolean | ((tool: ForeignTool) => boolean);
  /** What their names begin with, so that tools of several servers do not have the same names. Left out: nothing. */
  prefix?: string;
  /** Milliseconds for each request. Default 60 000. */
  timeout?: number;
  /** Stops the list. */
  signal?: AbortSignal;
}

/**
 * The tools of an MCP server, for `runTools`. Texts and text resources go to the model as text, images as images, audio and files as such,
 * links as text; results that the server marks as errors (`isError`) as errors.
 *
 * @param client a client that is connected
 * @param options left out: as they are
 */
export function mcpTools(client: McpClient, options?: ForeignToolsOptions): Promise<Tool<JsonSchema>[]>;

/** Options of `abilityTools`. */
export interface AbilityOptions extends ForeignToolsOptions {
  /** Address of the site, with the folder that WordPress is in. */
  siteUrl: string;
  /** REST root of the site, a path or URL. Left out: `/wp-json/` below `siteUrl`, or, where that is not there, `?rest_route=`. */
  restRoot?: string;
  /** The name of the user, for `applicationPassword`. */
  username?: string;
  /** An application password of the user (Users > Profile in WordPress); blanks in it do not matter. */
  applicationPassword?: string;
  /** The header `Authorization`, or a function that gives it for each request. Given instead of the two above. */
  authorization?: string | (() => string | Promise<string>);
  /** More request headers, `X-WP-Nonce` for one, in a page of the site itself. */
  headers?: Record<string, string>;
  /** Called instead of the global `fetch`. */
  fetch?: CallOptions['fetch'];
  /** Only abilities of this category. Left out: all. */
  category?: string;
}

/**
 * The abilities of a WordPress site (6.9 and later, `wp-abilities/v1`) that this user may see, for `runTools`. Rejects with a `ChatError`: `auth` where
 * the login is refused, `service` where the site has no such list. In names `/` becomes `__`, since services take no slash.
 *
 * @param options the site, and a login
 */
export function abilityTools(options: AbilityOptions): Promise<Tool<JsonSchema>[]>;
