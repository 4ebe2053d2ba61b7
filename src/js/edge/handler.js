import { core } from '../core.js';
import { readTimeouts } from '../deadline.js';
import { ChatError } from '../error.js';
import { checked, describe, find, firstOf, listOf } from '../serving.js';
import { ownProperties } from '../options.js';
import { encoded, callCore } from '../provider.js';
import { authorizer } from './authorize.js';
import { readText } from './body.js';
import { errorFrame, failure } from './failure.js';
import { checkPositive, MAX_BODY_BYTES } from './limits.js';
import { allowList, crossOrigin, preflight } from './origins.js';
import { Refusal } from './refusal.js';
import { streamed } from './stream.js';

/** Milliseconds of silence before a comment is sent. */
const KEEP_ALIVE_MS = 15_000;

/** The client waits for a head until the first content is there. */
const TIMEOUTS = { firstChunk: 60_000, idle: 120_000 };

const EXPOSED = 'retry-after, retry-after-ms, x-request-id, x-rivulet-warnings, x-should-retry';

const ROUTES = {
  '/health': { GET: () => json({ status: 'ok' }), isOpen: true },
  '/models': { GET: (call) => json({ object: 'list', data: listOf(call.providers) }) },
  '/chat/completions': { POST: (call) => complete(call, false) },
  '/responses': { POST: (call) => complete(call, true) },
};

/** `(request, env, ctx) => Response`: the providers as an endpoint that OpenAI's clients talk to. */
export function createHandler(options) {
  const {
    providers, authorize, allowedOrigins, maxBodyBytes = MAX_BODY_BYTES, timeout = TIMEOUTS, keepAlive = KEEP_ALIVE_MS,
    session, fetch, onEvent,
  } = ownProperties(options);
  const providersOf = registry(providers);
  const isAuthorized = authorizer(authorize);
  const callerOf = allowList(allowedOrigins);
  checkPositive({ maxBodyBytes, keepAlive });
  readTimeouts(timeout);
  const tell = (event) => {
    try {
      onEvent?.(event);
    } catch {
      // Who listens does not decide about the answer.
    }
  };

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
      const work = route[request.method === 'HEAD' ? 'GET' : request.method];
      if (work === undefined) throw notAllowed(request.method, route);
      if (!route.isOpen && !(await isAuthorized(request, env))) throw notAuthorized();
      const call = {
        request, requestId, maxBodyBytes, timeout, keepAlive, fetch, tell,
        providers: route.isOpen ? undefined : await providersOf(env),
        session: typeof session === 'function' ? session(env) : session,
      };
      return finish(await work(call));
    } catch (error) {
      tell({ type: 'error', requestId, error });
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

/** Names to providers, or a function of `env` that gives them: keys live there. Called once for each `env`. */
function registry(providers) {
  if (typeof providers !== 'function') {
    const known = checked(providers);
    return () => known;
  }
  // The value is kept, not a promise: Workers forbid to wait for what another request began.
  const made = new WeakMap();
  const nowhere = {};
  return async (env) => {
    const key = env !== null && typeof env === 'object' ? env : nowhere;
    if (!made.has(key)) made.set(key, checked(await providers(env)));
    return made.get(key);
  };
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
        // No name that there could be.
      }
      find(providers, name);
      return json(describe(name, name.split(':')[0]));
    },
  };
}

async function complete({ request, requestId, providers, maxBodyBytes, timeout, keepAlive, session, fetch, tell }, responses) {
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Refusal(415, 'unsupported_media_type', 'the body must be application/json');
  }
  const body = await readText(request, maxBodyBytes);
  const wanted = JSON.parse(callCore(() => core().readRequest(body, responses)));
  const { provider, model } = find(providers, wanted.model);
  const { stream, includeUsage } = wanted;
  const id = requestId.replaceAll('-', '');
  const created = Math.floor(Date.now() / 1000);
  const spec = { responses, stream, includeUsage, created, model: wanted.model, id: responses ? `resp_${id}` : `chatcmpl-${id}` };
  const options = { ...wanted.options, timeout, signal: request.signal };
  // What is not given here is the provider's own.
  for (const [key, value] of Object.entries({ model, session, fetch })) if (value !== undefined) options[key] = value;
  tell({ type: 'request', requestId, model: wanted.model, provider: provider.name, stream });

  const responseMeta = { warnings: wanted.warnings, sequence: 0 };
  const reply = provider[encoded](options, spec, responseMeta);
  const first = await firstOf(reply);
  const { warnings } = responseMeta;
  const headers = { 'cache-control': 'no-store' };
  if (warnings.length > 0) headers['x-rivulet-warnings'] = warnings.map((text) => text.replace(/[^ -~]/g, '?')).join('; ').slice(0, 2000);
  const over = (error) => tell(error ? { type: 'error', requestId, error } : { type: 'end', requestId, usage: reply.usage, finishReason: reply.finishReason });
  if (!stream) {
    // A fallback notices the end by a read.
    await reply.next();
    over();
    return new Response(first, { headers: { ...headers, 'content-type': 'application/json' } });
  }
  return new Response(streamed(first, reply, (error) => errorFrame(error, responses, responseMeta.sequence), over, keepAlive), {
    headers: {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
