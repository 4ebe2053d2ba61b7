import type { FinishReason, Provider, SessionStore, Timeouts, Usage } from './index.js';

export { ChatError } from './index.js';

/** What `export default { fetch }` of a Worker calls; `env` and `ctx` are the platform's, and may be absent elsewhere. */
export type Handler<Env = unknown> = (request: Request, env?: Env, ctx?: unknown) => Promise<Response>;

export type EdgeEvent =
  | { type: 'request'; requestId: string; model: string; provider: string; stream: boolean }
  | { type: 'end'; requestId: string; usage: Usage | undefined; finishReason: FinishReason | undefined }
  | { type: 'error'; requestId: string; error: unknown };

export interface HandlerOptions<Env = unknown> {
  /** Model names to providers; `name:model` reaches a model of a provider. A function of `env` is called once for each `env`. */
  providers: Record<string, Provider> | ((env: Env) => Record<string, Provider> | Promise<Record<string, Provider>>);
  /** Keys that clients send as `Authorization: Bearer …`, or who decides by himself (only `true` is yes), or `'public'`: everybody. Nobody without. */
  authorize?: readonly string[] | ((request: Request, env: Env) => boolean | Promise<boolean>) | 'public';
  /** Origins of pages that may call, compared exactly. None by default; what sends no `Origin` is no page. */
  allowedOrigins?: readonly string[];
  /** Bytes of a request's body. Default 1 MiB. */
  maxBodyBytes?: number;
  /** Milliseconds for the whole reply, or each limit of its own. Default `{ firstChunk: 60_000, idle: 120_000 }`. */
  timeout?: number | Timeouts;
  /** Milliseconds of silence before a comment is sent. Default 15 000. */
  keepAlive?: number;
  /** Where nonces live between requests, or a function of `env` that gives it; by default what the provider has. */
  session?: SessionStore | ((env: Env) => SessionStore);
  /** Called for upstream requests instead of the global `fetch`. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** For logs: never a key, never a text. What it throws is ignored. */
  onEvent?: (event: EdgeEvent) => void;
}

/**
 * Providers as an endpoint that OpenAI's clients talk to: `POST /v1/chat/completions`, `POST /v1/responses`,
 * `GET /v1/models`, `GET /v1/models/{id}` and `GET /health`, with and without `/v1`. Settings that could only be a mistake
 * are a `ChatError` `input`.
 */
export function createHandler<Env = unknown>(options: HandlerOptions<Env>): Handler<Env>;

export interface RelayOptions {
  /** Addresses of the sites whose chats are forwarded to, each with the folder WordPress is in. Required. */
  allow: readonly string[];
  /** Addresses of pages of those sites that hold a chat, where the provider has a `page`. The home page is always one. */
  pages?: readonly string[];
  /** Origins of pages that may call, compared exactly. */
  allowedOrigins?: readonly string[];
  /** What may call without being a page, as for `createHandler`: keys, a function, or `'public'`. Nobody by default. */
  authorize?: HandlerOptions['authorize'];
  /** `true` hands on the caller's `Authorization`, for the API of AI Puffer. Default `false`: no key leaves the relay. */
  forwardAuthorization?: boolean;
  /** Bytes of a request's body. Default 1 MiB. */
  maxBodyBytes?: number;
  /** Milliseconds to the response head, and between two chunks of its body. Default 120 000. */
  timeout?: number;
  /** Called instead of the global `fetch`. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
}

/**
 * Forwards the chat requests of pages to the listed sites, and streams the answers back: the `proxy` of the WordPress
 * providers. Only the exact requests of their protocols pass, with the parameters and bodies that these have.
 */
export function createRelay(options: RelayOptions): (request: Request, env?: unknown) => Promise<Response>;

/** The part of Workers KV that is used. */
export interface KvNamespace {
  get(key: string, type: 'text'): Promise<string | null>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Sessions in Workers KV: nonces travel between isolates. */
export function kvStore(namespace: KvNamespace): SessionStore;

/** The part of the Cache API that is used. */
export interface CacheLike {
  match(request: string): Promise<Response | undefined>;
  put(request: string, response: Response): Promise<void>;
  delete(request: string): Promise<boolean>;
}

/** Sessions in the Cache API, of one data centre. `base` is the address that keys are put behind. */
export function cacheStore(cache: CacheLike, options?: { base?: string }): SessionStore;
