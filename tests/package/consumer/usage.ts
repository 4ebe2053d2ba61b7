// What a user writes, and with `@ts-expect-error` what must not pass. Compiled, never run.

import {
  AiEngine, AiPower, AiPuffer, ChatError, Chatgpt4Online, Chatgpt4o, Fallback, OpenAiChat, formatPrompt, storageSession,
  type Attempt, type ChatErrorCode, type Conversation, type FinishReason, type Message, type Provider, type Reply, type ReplyEvent,
  type SessionStore, type Usage,
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
      case 'tool-call': same<typeof event.done, boolean>(true); break;
      case 'source': event.source; break;
      case 'status': event.kind + event.text; break;
      case 'image': event.url.length; break;
      case 'action': event.kind; break;
      case 'warning': event.message.length; break;
      case 'usage': same<typeof event.usage, Usage>(true); break;
      case 'finish': same<typeof event.reason, FinishReason>(true); break;
      case 'conversation': same<typeof event.conversation, Conversation>(true); break;
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
  const plain: Error = error;
  switch (error.code) {
    case 'input': case 'model_not_found': case 'auth': case 'nonce': case 'rate_limited': case 'payment_required':
    case 'refused': case 'blocked': case 'service': case 'network': case 'timeout': case 'protocol': case 'truncated':
    case 'too_large': case 'all_failed': case 'wasm_blocked': return plain.message;
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

export async function aFallbackIsAProvider(): Promise<Provider> {
  const onAttempt = ({ provider, state, ms }: Attempt): void => void [provider.length, state === 'stopped', ms];
  const fallback = new Fallback([Chatgpt4o, new OpenAiChat({ apiKey: 'key' })], { order: 'rotate', hedgeAfter: 2_000, retriesEach: 0, onAttempt });
  const reply = fallback.createAsyncGenerator({ messages });
  for await (const text of reply) same<typeof text, string>(true);
  same<typeof reply.attempts, readonly Attempt[]>(true);
  createHandler({ providers: { any: fallback } });
  // @ts-expect-error providers are needed
  new Fallback();
  // @ts-expect-error no such order
  new Fallback([fallback], { order: 'random' });
  return fallback;
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
