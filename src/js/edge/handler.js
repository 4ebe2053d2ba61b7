import { edge } from '#parts';
import { ofPart } from '../core.js';
import { pausesEnd, readTimeouts } from '../deadline.js';
import { ChatError } from '../error.js';
import { checkedProviders, findProvider, firstItem, modelEntries, modelEntry } from '../serving.js';
import { ownProperties, refuseUnknown } from '../options.js';
import { encoded, callCoreOnce } from '../provider.js';
import { hasContent } from '../reply.js';
import { APIS } from './apis.js';
import { authorizer } from './authorize.js';
import { readText } from './body.js';
import { embeddings } from './embeddings.js';
import { errorFrames, failure } from './failure.js';
import { checkPositive, MAX_BODY_BYTES } from './limits.js';
import { allowList, crossOrigin, preflight } from './origins.js';
import { about, addWarnings, Facts, paid } from './facts.js';
import { Refusal } from './refusal.js';
import { streamed } from './stream.js';

/** A fault of the endpoint's own configuration, which is nobody's business but that of its owner: `onEvent` gets the cause. */
class ConfigurationError extends Error {}

/** Timers cannot wait longer: such a time counts as none. */
const LONGEST_MS = 2 ** 31;

/** Default of `keepAlive`: milliseconds of silence in a stream before a comment is sent. */
const KEEP_ALIVE_MS = 15_000;

/** Default of `headAfter`: milliseconds without content after which the head of a stream is sent all the same. */
const HEAD_AFTER_MS = 10_000;

/** Default of `timeout`. A model may think for minutes before its first word, and `openai` waits as long for it. */
const TIMEOUTS = { firstChunk: 600_000, idle: 300_000 };

/** Response headers that a page of another origin may read. */
const EXPOSED = 'retry-after, retry-after-ms, x-request-id, x-rivulet-warnings, x-should-retry';

const OPTIONS = [
  'providers', 'authorize', 'allowedOrigins', 'basePath', 'maxBodyBytes', 'timeout', 'headAfter', 'keepAlive', 'session', 'fetch', 'onEvent',
];

const ROUTES = {
  '/health': { GET: () => json({ status: 'ok' }), isOpen: true },
  '/models': { GET: listModels },
  '/chat/completions': { POST: (call) => complete(call, 'chat') },
  '/responses': { POST: (call) => complete(call, 'responses') },
  '/completions': { POST: (call) => complete(call, 'completions') },
  '/messages': { POST: (call) => complete(call, 'messages'), api: 'messages' },
  '/messages/count_tokens': { POST: countTokens, api: 'messages' },
  '/embeddings': { POST: embeddings },
};

/** The providers as an endpoint for the clients of OpenAI and Anthropic: `(request, env, ctx) => Promise<Response>`. */
export function createHandler(options) {
  const given = ownProperties(options);
  refuseUnknown(given, OPTIONS, 'createHandler');
  const {
    providers, authorize, allowedOrigins, basePath = '', maxBodyBytes = MAX_BODY_BYTES, timeout = TIMEOUTS, headAfter = HEAD_AFTER_MS,
    keepAlive = KEEP_ALIVE_MS, session, fetch, onEvent,
  } = given;
  const providersOf = registry(providers);
  const isAuthorized = authorizer(authorize);
  const callerOf = allowList(allowedOrigins);
  const base = checkedBase(basePath);
  checkPositive({ maxBodyBytes, keepAlive, headAfter });
  const { firstChunk = Infinity } = readTimeouts(timeout);
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new ChatError('input', 'onEvent must be a function');
  // A listener that throws, now or later, must not change the answer.
  const emit = (event) => void new Promise((resolve) => resolve(onEvent?.(event))).catch(() => {});

  return async function handler(request, env) {
    const requestId = crypto.randomUUID();
    const caller = callerOf(request);
    let api = request.headers.has('anthropic-version') ? 'messages' : 'chat';
    const finish = (response) => {
      response.headers.set('x-request-id', requestId);
      if (APIS[api].isAnthropic) response.headers.set('request-id', requestId);
      response.headers.set('x-content-type-options', 'nosniff');
      crossOrigin(response.headers, caller, EXPOSED);
      if (request.method !== 'HEAD') return response;
      response.body?.cancel().catch(() => {});
      return new Response(null, response);
    };
    try {
      const { pathname } = new URL(request.url);
      const path = pathOf(pathname, base);
      const route = ROUTES[Object.hasOwn(ROUTES, path) ? path : undefined] ?? modelRoute(path);
      if (route === undefined) throw new Refusal(404, 'unknown_url', `Unknown request URL: ${request.method} ${pathname.slice(0, 200)}`);
      api = route.api ?? api;
      if (request.method === 'OPTIONS') return preflight(request, caller);
      if (caller.origin !== null && !caller.isAllowed) throw new Refusal(403, 'origin_not_allowed', 'this origin is not allowed');
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const work = Object.hasOwn(route, method) && typeof route[method] === 'function' ? route[method] : undefined;
      if (work === undefined) throw notAllowed(request.method, route);
      if (!route.isOpen && !(await isAuthorized(request, env))) throw notAuthorized();
      const call = {
        request, requestId, api, maxBodyBytes, timeout, firstChunk, headAfter, keepAlive, fetch, emit,
        providers: route.isOpen ? undefined : await providersOf(env),
        session: sessionOf(session, env),
      };
      return finish(await work(call));
    } catch (error) {
      emit({ type: 'error', requestId, error: error instanceof ConfigurationError ? error.cause : error, ...error?.[about] });
      return finish(failure(error, api, requestId));
    }
  };
}

/** `basePath` without the slash at its end, or an error. */
function checkedBase(basePath) {
  if (typeof basePath === 'string' && /^(\/[\w.~-]+)*\/?$/.test(basePath)) return basePath.replace(/\/$/, '');
  throw new ChatError('input', "basePath must be the beginning of a path such as '/api/ai'");
}

/** The path below `base`, without `/v1` and without a slash at its end. */
function pathOf(pathname, base) {
  const below = pathname === base || pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : undefined;
  return below?.replace(/^\/v1(?=\/|$)/, '').replace(/\/$/, '') || (below === undefined ? undefined : '/');
}

const notAuthorized = () =>
  new Refusal(401, 'invalid_api_key', 'Incorrect API key provided, or none: send it as Authorization: Bearer …', { 'www-authenticate': 'Bearer' });

function listModels({ api, providers }) {
  const entries = modelEntries(providers);
  if (!APIS[api].isAnthropic) return json({ object: 'list', data: entries });
  const data = entries.map(({ id }) => anthropicModel(id));
  return json({ data, has_more: false, first_id: data[0].id, last_id: data.at(-1).id });
}

/** A model in Anthropic's form. When it was made is not known, and the form wants a date. */
const anthropicModel = (id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' });

function notAllowed(method, route) {
  const allow = [...Object.keys(route).filter((key) => key === 'GET' || key === 'POST'), ...(route.GET ? ['HEAD'] : []), 'OPTIONS'];
  return new Refusal(405, 'method_not_allowed', `Not allowed: ${method}. Use ${allow.join(', ')}`, { allow: allow.join(', ') });
}

function json(value) {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}

/**
 * A function of `env` that gives the providers by their names. The option `providers` may itself be a function of `env`, where keys
 * live; it is then called once for each `env`.
 */
function registry(providers) {
  if (typeof providers !== 'function') {
    const known = checkedProviders(providers);
    return () => known;
  }
  // Keeps the value and not a promise of it: Workers must not await what another request began.
  const byEnv = new WeakMap();
  const noEnv = {};
  return async (env) => {
    const key = env !== null && typeof env === 'object' ? env : noEnv;
    if (!byEnv.has(key)) {
      try {
        byEnv.set(key, checkedProviders(await providers(env)));
      } catch (error) {
        throw new ConfigurationError('providers(env) failed', { cause: error });
      }
    }
    return byEnv.get(key);
  };
}

/** The store of the option `session`, which may be a function of `env`. */
function sessionOf(session, env) {
  if (typeof session !== 'function') return session;
  try {
    const store = session(env);
    const isStore = store === undefined || ['get', 'set', 'delete'].every((name) => typeof store?.[name] === 'function');
    if (!isStore) throw new ChatError('input', 'session(env) must give a store with get, set and delete');
    return store;
  } catch (error) {
    throw new ConfigurationError('session(env) failed', { cause: error });
  }
}

function modelRoute(path) {
  const [, encodedName] = /^\/models\/(.+)$/.exec(path) ?? [];
  if (encodedName === undefined) return undefined;
  return {
    GET({ api, providers }) {
      let name = encodedName;
      try {
        name = decodeURIComponent(encodedName);
      } catch {
        // Not encoded as a URL is, so it stays as it is, and no model has that name.
      }
      findProvider(providers, name);
      return json(APIS[api].isAnthropic ? anthropicModel(name) : modelEntry(name, name.split(':')[0]));
    },
  };
}

/** The body of a request as `readRequest` of the core gives it (src/edge/request/mod.rs). */
async function readRequest({ request, maxBodyBytes }, api) {
  const body = await readText(request, maxBodyBytes);
  return JSON.parse(callCoreOnce(() => ofPart(edge, 'readRequest', body, api)));
}

/** Characters of text that are a token, about: no service but the model's own can count. */
const CHARACTERS_A_TOKEN = 4;
/** Tokens of an image, about. */
const IMAGE_TOKENS = 1500;

/** An estimate of the tokens of a request of Messages. */
async function countTokens(call) {
  const { model, options } = await readRequest(call, 'messages');
  findProvider(call.providers, model);
  let images = 0;
  const text = JSON.stringify([options.messages, options.tools], (key, value) => {
    if (typeof value !== 'string' || !/^(data:[\w/.+-]+;base64,)?[A-Za-z0-9+/_-]{512}/.test(value)) return value;
    images++;
    return '';
  });
  // A letter of Chinese or Japanese is a token, about.
  const others = text.replace(/[\0-\u02ff]+/g, '').length;
  const input_tokens = Math.ceil((text.length - others) / CHARACTERS_A_TOKEN) + others + images * IMAGE_TOKENS;
  const response = json({ input_tokens });
  response.headers.set('x-rivulet-warnings', 'the count is an estimate');
  return response;
}

async function complete(call, api) {
  const { request, requestId, providers, timeout, firstChunk, headAfter, keepAlive, session, fetch, emit } = call;
  const parsed = await readRequest(call, api);
  const { provider, model } = findProvider(providers, parsed.model);
  const { stream } = parsed;
  const spec = {
    ...parsed.spec, api, stream, created: Math.floor(Date.now() / 1000), model: parsed.model, id: `${APIS[api].prefix}${requestId.replaceAll('-', '')}`,
  };
  // The client knows better than a pause that it cannot see: it gets the error, and tries again by itself.
  let options = { ...parsed.options, timeout, [pausesEnd]: Date.now() + firstChunk, signal: request.signal };
  // Only options that are given, since `undefined` here must leave the provider's own settings in force.
  for (const [key, value] of Object.entries({ model, session, fetch })) if (value !== undefined) options[key] = value;
  emit({ type: 'request', requestId, api, model: parsed.model, provider: provider.name, stream });

  const facts = new Facts(api, parsed.model);
  const responseMeta = { warnings: parsed.warnings, sequence: 0 };
  let reply;
  const ask = async (own) => {
    reply = provider[encoded](own, spec, responseMeta, edge);
    const item = await firstItem(reply);
    facts.hasContent();
    return item;
  };
  const onLeave = () => emit({ type: 'abort', requestId, ...facts.of(reply ?? provider), usage: reply?.usage });
  const onEnd = (error) => emit(error === undefined
    ? { type: 'end', requestId, ...facts.of(reply ?? provider), usage: reply.usage, finishReason: reply.finishReason }
    : { type: 'error', requestId, error, ...facts.of(reply ?? provider) });
  try {
    const first = ask(options).catch((error) => {
      const most = mostTokens(error, options.maxTokens);
      if (api !== 'messages' || most === undefined) throw error;
      responseMeta.warnings.push(`max_tokens became ${most}: the service takes no more`);
      return ask({ ...options, maxTokens: most });
    }).finally(() => {
      // An open stream must not keep the conversation.
      options = parsed.options = undefined;
    });
    const headers = { 'cache-control': 'no-store' };
    if (!stream) {
      const body = await first;
      // A `Fallback` knows only by a further read that its provider is done.
      await reply.next();
      onEnd();
      addWarnings(headers, responseMeta.warnings);
      return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } });
    }
    const begun = await within(headAfter, first);
    addWarnings(headers, responseMeta.warnings);
    const framesOf = (error) => errorFrames(error, spec, responseMeta, requestId);
    const body = streamed(begun ?? first, { next: () => reply.next(), return: () => reply.return() }, {
      framesOf, onEnd, onLeave, keepAlive, ping: APIS[api].ping, signal: request.signal, warnings: responseMeta.warnings,
    });
    return new Response(body, {
      headers: {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  } catch (error) {
    if (error instanceof ChatError) Object.assign(error, { [about]: facts.of(reply ?? provider), [paid]: reply?.[hasContent] === true });
    throw error;
  }
}

/** What `promise` resolves to; `undefined` where that takes longer than `ms`. */
async function within(ms, promise) {
  if (ms >= LONGEST_MS) return promise;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How services say how many tokens they take at most, in words about that limit. */
const MOST_TOKENS = [
  /(?:at most|up to|maximum of) (\d+) (?:completion |output |new )?tokens/i,
  /max[\w ]{0,20}tokens[^.]{0,60}?(?:at most|up to|maximum[\w ]{0,20} (?:of|is)|less than or equal to|<=|must not exceed|cannot exceed)\s*`?(\d+)/i,
  /max[\w ]{0,20}tokens[^.]{0,80}\[\s*\d+\s*,\s*(\d+)\s*\]/i,
  /max[\w ]{0,20}tokens: \d+ > (\d+)/i,
];

/** A service that takes fewer means another limit. */
const FEWEST_TOKENS = 256;

/**
 * How many tokens a service takes at most, where it refused a request for more of them. Clients of Messages must give a number, and give
 * that of Anthropic's largest models.
 */
function mostTokens(error, asked) {
  if (!(error instanceof ChatError) || !['refused', 'service'].includes(error.code) || !(error.status >= 400 && error.status < 500)) return undefined;
  const most = Number(MOST_TOKENS.map((words) => words.exec(error.message)?.[1]).find((found) => found));
  return most >= FEWEST_TOKENS && most < asked ? most : undefined;
}

