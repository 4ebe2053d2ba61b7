import { core } from '../core.js';
import { pausesEnd, readTimeouts } from '../deadline.js';
import { ChatError } from '../error.js';
import { checkedProviders, findProvider, firstItem, modelEntries, modelEntry } from '../serving.js';
import { ownProperties, refuseUnknown } from '../options.js';
import { encoded, callCoreOnce } from '../provider.js';
import { authorizer } from './authorize.js';
import { readText } from './body.js';
import { embeddings } from './embeddings.js';
import { errorFrame, failure } from './failure.js';
import { checkPositive, MAX_BODY_BYTES } from './limits.js';
import { allowList, crossOrigin, preflight } from './origins.js';
import { Refusal } from './refusal.js';
import { streamed } from './stream.js';

/** A fault of the endpoint's own configuration, which is nobody's business but that of its owner: `onEvent` gets the cause. */
class ConfigurationError extends Error {}

/** Default of `keepAlive`: milliseconds of silence in a stream before a comment is sent. */
const KEEP_ALIVE_MS = 15_000;

/** Default of `timeout`. The client gets no head before the first content, so the wait for that is limited, too. */
const TIMEOUTS = { firstChunk: 60_000, idle: 120_000 };

/** Response headers that a page of another origin may read. */
const EXPOSED = 'retry-after, retry-after-ms, x-request-id, x-rivulet-warnings, x-should-retry';

const OPTIONS = ['providers', 'authorize', 'allowedOrigins', 'maxBodyBytes', 'timeout', 'keepAlive', 'session', 'fetch', 'onEvent'];

const ROUTES = {
  '/health': { GET: () => json({ status: 'ok' }), isOpen: true },
  '/models': { GET: (call) => json({ object: 'list', data: modelEntries(call.providers) }) },
  '/chat/completions': { POST: (call) => complete(call, false) },
  '/responses': { POST: (call) => complete(call, true) },
  '/embeddings': { POST: embeddings },
};

/** The providers as an endpoint for OpenAI's clients: `(request, env, ctx) => Promise<Response>`. */
export function createHandler(options) {
  const given = ownProperties(options);
  refuseUnknown(given, OPTIONS, 'createHandler');
  const {
    providers, authorize, allowedOrigins, maxBodyBytes = MAX_BODY_BYTES, timeout = TIMEOUTS, keepAlive = KEEP_ALIVE_MS,
    session, fetch, onEvent,
  } = given;
  const providersOf = registry(providers);
  const isAuthorized = authorizer(authorize);
  const callerOf = allowList(allowedOrigins);
  checkPositive({ maxBodyBytes, keepAlive });
  const { firstChunk = Infinity } = readTimeouts(timeout);
  if (onEvent !== undefined && typeof onEvent !== 'function') throw new ChatError('input', 'onEvent must be a function');
  // A listener that throws, now or later, must not change the answer.
  const emit = (event) => void new Promise((resolve) => resolve(onEvent?.(event))).catch(() => {});

  return async function handler(request, env) {
    const requestId = crypto.randomUUID();
    const caller = callerOf(request);
    const finish = (response) => {
      response.headers.set('x-request-id', requestId);
      crossOrigin(response.headers, caller, EXPOSED);
      if (request.method !== 'HEAD') return response;
      response.body?.cancel().catch(() => {});
      return new Response(null, response);
    };
    try {
      const { pathname } = new URL(request.url);
      const path = pathname.replace(/^\/v1(?=\/)/, '').replace(/(?<=.)\/$/, '');
      const route = ROUTES[Object.hasOwn(ROUTES, path) ? path : undefined] ?? modelRoute(path);
      if (route === undefined) throw new Refusal(404, 'unknown_url', `Unknown request URL: ${request.method} ${pathname.slice(0, 200)}`);
      if (request.method === 'OPTIONS') return preflight(request, caller);
      if (caller.origin !== null && !caller.isAllowed) throw new Refusal(403, 'origin_not_allowed', 'this origin is not allowed');
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const work = Object.hasOwn(route, method) && typeof route[method] === 'function' ? route[method] : undefined;
      if (work === undefined) throw notAllowed(request.method, route);
      if (!route.isOpen && !(await isAuthorized(request, env))) throw notAuthorized();
      const call = {
        request, requestId, maxBodyBytes, timeout, firstChunk, keepAlive, fetch, emit,
        providers: route.isOpen ? undefined : await providersOf(env),
        session: sessionOf(session, env),
      };
      return finish(await work(call));
    } catch (error) {
      emit({ type: 'error', requestId, error: error instanceof ConfigurationError ? error.cause : error });
      return finish(failure(error));
    }
  };
}

const notAuthorized = () =>
  new Refusal(401, 'invalid_api_key', 'Incorrect API key provided, or none: send it as Authorization: Bearer …', { 'www-authenticate': 'Bearer' });

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
    GET({ providers }) {
      let name = encodedName;
      try {
        name = decodeURIComponent(encodedName);
      } catch {
        // Not encoded as a URL is, so it stays as it is, and no model has that name.
      }
      findProvider(providers, name);
      return json(modelEntry(name, name.split(':')[0]));
    },
  };
}

async function complete({ request, requestId, providers, maxBodyBytes, timeout, firstChunk, keepAlive, session, fetch, emit }, responses) {
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, 'unsupported_media_type', 'the body must be application/json');
  }
  const body = await readText(request, maxBodyBytes);
  const parsed = JSON.parse(callCoreOnce(() => core().readRequest(body, responses)));
  const { provider, model } = findProvider(providers, parsed.model);
  const { stream, includeUsage } = parsed;
  const id = requestId.replaceAll('-', '');
  const created = Math.floor(Date.now() / 1000);
  const spec = { responses, stream, includeUsage, created, model: parsed.model, id: responses ? `resp_${id}` : `chatcmpl-${id}` };
  // The client knows better than a pause that it cannot see: it gets the error, and tries again by itself.
  const options = { ...parsed.options, timeout, [pausesEnd]: Date.now() + firstChunk, signal: request.signal };
  // Only options that are given, since `undefined` here must leave the provider's own settings in force.
  for (const [key, value] of Object.entries({ model, session, fetch })) if (value !== undefined) options[key] = value;
  emit({ type: 'request', requestId, model: parsed.model, provider: provider.name, stream });

  const responseMeta = { warnings: parsed.warnings, sequence: 0 };
  const reply = provider[encoded](options, spec, responseMeta);
  const first = await firstItem(reply);
  const { warnings } = responseMeta;
  const headers = { 'cache-control': 'no-store' };
  if (warnings.length > 0) headers['x-rivulet-warnings'] = warnings.map((text) => text.replace(/[^ -~]/g, '?')).join('; ').slice(0, 2000);
  const onEnd = (error) => emit(error ? { type: 'error', requestId, error } : { type: 'end', requestId, usage: reply.usage, finishReason: reply.finishReason });
  if (!stream) {
    // A `Fallback` knows only by a further read that its provider is done.
    await reply.next();
    onEnd();
    return new Response(first, { headers: { ...headers, 'content-type': 'application/json' } });
  }
  return new Response(streamed(first, reply, (error) => errorFrame(error, responses, responseMeta.sequence), onEnd, keepAlive, request.signal), {
    headers: {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
