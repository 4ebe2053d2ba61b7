import type { FinishReason, Provider, SessionStore, Timeouts, Usage } from './index.js';

export { ChatError } from './index.js';

/**
 * An endpoint, as `createHandler` makes it: what `export default { fetch }` of a Worker calls. It never rejects; failures are
 * responses.
 *
 * @param request the client's request
 * @param env the platform's environment, where keys live; it goes to the functions of `HandlerOptions`. Left out: they get `undefined`
 * @param ctx the platform's context, which is not used
 */
export type Handler<Env = unknown> = (request: Request, env?: Env, ctx?: unknown) => Promise<Response>;

/** What happens at the endpoint, for logs. It holds no key, no message and no text of an answer. */
export type EdgeEvent =
  /** A request was accepted, and its provider is asked now. */
  | {
      type: 'request';
      /** Id of the request, which the client gets as `x-request-id`. */
      requestId: string;
      /** The API that the client speaks. */
      api: EdgeApi;
      /** The model as the client named it. */
      model: string;
      /** Name of the provider. */
      provider: string;
      /** Whether the client wants a stream. */
      stream: boolean;
    }
  /** The answer is complete. */
  | ({
      type: 'end';
      /** Id of the request. */
      requestId: string;
      /** Token counts; `undefined` where the service gave none. */
      usage: Usage | undefined;
      /** Why the answer is over. */
      finishReason: FinishReason | undefined;
    } & EdgeFacts)
  /** The client left before the end of a streamed answer. */
  | ({
      type: 'abort';
      /** Id of the request. */
      requestId: string;
      /** Token counts so far; `undefined` where the service gave none by then. */
      usage: Usage | undefined;
    } & EdgeFacts)
  /** A request was refused, or its answer failed. Its facts are there as soon as a provider was asked. */
  | ({
      type: 'error';
      /** Id of the request. */
      requestId: string;
      /** A `ChatError`, or anything that your own functions threw. */
      error: unknown;
    } & Partial<EdgeFacts>);

/**
 * An API that the endpoint serves: OpenAI's Chat Completions (`chat`), Responses (`responses`), legacy Completions (`completions`) and Embeddings
 * (`embeddings`), and Anthropic's Messages (`messages`).
 */
export type EdgeApi = 'chat' | 'responses' | 'completions' | 'messages' | 'embeddings';

/** What is known of an answer, as OpenTelemetry's conventions for GenAI name it (docs/edge.md has the lines that make spans of it). */
export interface EdgeFacts {
  /** The API that the client speaks. */
  api: EdgeApi;
  /** The model as the client named it. */
  model: string;
  /** Name of the provider that answered; of a `Fallback`, the one of its providers. */
  provider: string;
  /** Milliseconds from the request to the provider until its first content. `undefined`: none came. */
  firstContentMs: number | undefined;
  /** Milliseconds from the request to the provider until the end. */
  durationMs: number;
}

/** Options of `createHandler`. */
export interface HandlerOptions<Env = unknown> {
  /**
   * Names, and the provider of each; the names are the models of the endpoint, and `name:model` a model of that provider. A function
   * of `env` is called once for each `env`. Without a provider: a `ChatError` `input`.
   */
  providers: Record<string, Provider> | ((env: Env) => Record<string, Provider> | Promise<Record<string, Provider>>);
  /**
   * Which clients may call: those that send one of these keys as `Authorization: Bearer …`, as `x-api-key` or as `api-key`, or those for which the function returns
   * `true` (anything else is no), or with `'public'` everybody. Left out: nobody.
   */
  authorize?: readonly string[] | ((request: Request, env: Env) => boolean | Promise<boolean>) | 'public';
  /**
   * Origins of the pages that may call, such as `https://app.example`, compared exactly. Left out: none. Requests without the header
   * `Origin` do not come from a page, and are not affected.
   */
  allowedOrigins?: readonly string[];
  /** The beginning of the path below which the endpoint is served, such as `/api/ai`. Default none. `/v1` behind it may be left out. */
  basePath?: string;
  /**
   * The most bytes that the body of a request may have; a larger one is refused with 413. Default 10 485 760 (10 MiB): a photo fits, and
   * an isolate of 128 MB survives it.
   */
  maxBodyBytes?: number;
  /**
   * Milliseconds for the whole reply, or the four limits. Default `{ firstChunk: 600_000, idle: 300_000 }`: a model may think for minutes
   * before its first word. The pause before a retry is begun only if it ends within `firstChunk`: otherwise the client gets the error at
   * once, and tries again by itself.
   */
  timeout?: number | Timeouts;
  /**
   * Milliseconds without content after which the head of a stream is sent all the same, and comments keep the connection. An error after
   * that is an event of the stream; before it, the response has the status of the error. Default 10 000.
   */
  headAfter?: number;
  /**
   * Milliseconds of silence in a stream after which a comment is sent, so that proxies keep the connection, and a client that left is
   * noticed. Default 15 000.
   */
  keepAlive?: number;
  /** Where nonces of WordPress sites live between requests, or a function of `env` that gives the store. Left out: the provider's own. */
  session?: SessionStore | ((env: Env) => SessionStore);
  /** Called for requests to the services, instead of the provider's `fetch` and the global one. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /**
   * Called for each event, for logs. What it throws is ignored.
   *
   * @param event what happened
   */
  onEvent?: (event: EdgeEvent) => void;
}

/**
 * Providers as an endpoint for the clients of OpenAI and Anthropic: `POST /v1/chat/completions`, `/v1/responses`, `/v1/messages`,
 * `/v1/messages/count_tokens`, `/v1/completions` and `/v1/embeddings`, `GET /v1/models`, `GET /v1/models/{id}` and `GET /health`, with and without `/v1`. Options that could only be a mistake throw a `ChatError` `input`.
 *
 * @param options the providers, which clients may call, and limits
 */
export function createHandler<Env = unknown>(options: HandlerOptions<Env>): Handler<Env>;

/** Options of `createRelay`. */
export interface RelayOptions {
  /** Addresses of the sites to forward to, each with the folder that WordPress is in. Empty or left out: a `ChatError` `input`. */
  allow: readonly string[];
  /** Addresses of pages of those sites that hold a chat, for providers with a `page`. Left out: none but the home pages, which always count. */
  pages?: readonly string[];
  /** Origins of the pages that may call, such as `https://app.example`, compared exactly. Left out: none. */
  allowedOrigins?: readonly string[];
  /**
   * Which clients may call that are not pages, as for `createHandler`: those with one of these keys, those for which the function
   * returns `true`, or with `'public'` all. Left out: none; they get 401.
   */
  authorize?: HandlerOptions['authorize'];
  /** True: the client's `Authorization` is forwarded, for the API of AI Puffer. Default false: no key leaves the relay. */
  forwardAuthorization?: boolean;
  /** The most bytes that the body of a request may have; a larger one is refused with 413. Default 1 048 576 (1 MiB). */
  maxBodyBytes?: number;
  /** Milliseconds until the head of the response, and between two chunks of its body. Default 120 000. */
  timeout?: number;
  /** Called instead of the global `fetch`. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
}

/**
 * A relay for the option `proxy` of the WordPress providers: it forwards a page's requests to the listed sites, and streams the
 * responses back. Only the exact requests of those protocols pass, with the parameters and bodies that they have. The function that it
 * returns never rejects; failures are responses. Options that could only be a mistake throw a `ChatError` `input`.
 *
 * @param options the sites, the pages that may call, and limits
 */
export function createRelay(options: RelayOptions): (request: Request, env?: unknown) => Promise<Response>;

/** The part of a Workers KV namespace that `kvStore` uses. */
export interface KvNamespace {
  /**
   * The value of a key, `null` where there is none.
   *
   * @param key the session store's key
   * @param type always `text`
   */
  get(key: string, type: 'text'): Promise<string | null>;
  /**
   * Keeps a value.
   *
   * @param key the session store's key
   * @param value an opaque text, which holds a nonce
   * @param options how long to keep it
   */
  put(
    key: string,
    value: string,
    options: {
      /** Seconds, at least 60, since KV refuses less. */
      expirationTtl: number;
    },
  ): Promise<void>;
  /**
   * Forgets a value.
   *
   * @param key the session store's key
   */
  delete(key: string): Promise<void>;
}

/**
 * A session store in Workers KV, where the Workers of all data centres find the same nonces.
 *
 * @param namespace the binding
 */
export function kvStore(namespace: KvNamespace): SessionStore;

/** The part of the Cache API that `cacheStore` uses. */
export interface CacheLike {
  /**
   * The response that was put under an address, `undefined` where there is none.
   *
   * @param request the address
   */
  match(request: string): Promise<Response | undefined>;
  /**
   * Keeps a response for as long as its `cache-control` says.
   *
   * @param request the address
   * @param response an opaque text, which holds a nonce
   */
  put(request: string, response: Response): Promise<void>;
  /**
   * Forgets the response under an address.
   *
   * @param request the address
   */
  delete(request: string): Promise<boolean>;
}

/**
 * A session store in the Cache API (`caches.default`), which is that of one data centre.
 *
 * @param cache the cache
 * @param options left out: the usual address
 */
export function cacheStore(
  cache: CacheLike,
  options?: {
    /** The address that keys are put behind, since the Cache API knows only addresses. Default `https://rivulet.invalid/session/`. */
    base?: string;
  },
): SessionStore;
