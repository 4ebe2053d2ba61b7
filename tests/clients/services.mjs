// Services that keep their documented rules, as strictly as the real ones do: what they refuse they refuse with the same status and words.
// One server, a path for each. `asked` has all requests; what `services/NAME.mjs` exports is what tells them apart.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { isScripted, plan, Refusal } from './script.mjs';
import * as anthropic from './services/anthropic.mjs';
import * as chat from './services/chat.mjs';
import * as gemini from './services/gemini.mjs';
import * as ollama from './services/ollama.mjs';
import * as responses from './services/responses.mjs';
import { talk } from './talk.mjs';

export const SERVICE_KEY = 'sk-placeholder-of-the-services';

/**
 * @typedef {object} Service
 * @property {RegExp} route of the path behind the service's own folder
 * @property {(body: any, request: { path: string, headers: Record<string, string>, strict: boolean }) => import('./script.mjs').Asked} read throws a `Refusal`
 * @property {(why: string) => Refusal} refusal
 * @property {(plan: import('./script.mjs').Plan, body: any, asked: import('./script.mjs').Asked) => { type: string, before: string[], pieces: string[], after: string[], error: string[], whole: any }} answer
 *   a stream as texts: what comes first, a frame for each piece, what ends it, and what stands in its place when it fails
 */

/** @type {Record<string, Service>} */
const SERVICES = { chat, responses, anthropic, gemini, ollama };

/** The models that the stubs list, each service in its own form, and where. A call may name any other. */
const MODELS = ['stub-small', 'stub-large'];
const data = MODELS.map((id) => ({ id, type: 'model', object: 'model', display_name: id, created: 0, owned_by: 'stub' }));
const LISTS = {
  chat: ['/v1/models', { object: 'list', data }],
  responses: ['/v1/models', { object: 'list', data }],
  anthropic: ['/v1/models', { data, has_more: false, first_id: MODELS[0], last_id: MODELS.at(-1) }],
  gemini: ['/v1beta/models', { models: MODELS.map((name) => ({ name: `models/${name}`, supportedGenerationMethods: ['generateContent'] })) }],
  ollama: ['/api/tags', { models: MODELS.map((name) => ({ name, model: name })) }],
};

/**
 * @typedef {object} Options
 * @property {boolean} [strict] an unknown key anywhere is refused, as by the strictest services that are compatible. Some packages add such keys
 *   by themselves, which OpenAI lets pass
 * @property {boolean} [talks] prompts without a script are answered as talk.mjs does
 * @property {string} [prefix] where the listener is mounted, without a slash at its end
 */

/** @param {Options} [options] */
export async function startServices(options) {
  const { listener, ...services } = serviceListener(options);
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    ...services,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The services as a request listener. @param {Options} [options] */
export function serviceListener({ strict = false, talks = false, prefix = '' } = {}) {
  /** @type {{ service: string, method: string, path: string, headers: any, body: any, status?: number, refusal?: any, closed?: 'aborted' | 'whole' }[]} */
  const asked = [];
  const failures = [];
  const faults = new Map();

  async function serve(incoming, outgoing) {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const [, name, path] = /^\/([a-z]+)(\/.*)$/.exec(incoming.url.slice(prefix.length)) ?? [];
    const service = SERVICES[name];
    const entry = { service: name, method: incoming.method, path, headers: incoming.headers, body: undefined };
    asked.push(entry);
    outgoing.on('close', () => { entry.closed = outgoing.writableFinished ? 'whole' : 'aborted'; });
    const send = (status, body, headers = {}) => {
      entry.status = status;
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    };
    try {
      if (service && incoming.method === 'GET' && path.split('?')[0] === LISTS[name][0]) return send(200, LISTS[name][1]);
      if (!service || !service.route.test(path)) return send(404, { error: { message: `no such route: ${incoming.method} ${incoming.url}` } });
      let body;
      try {
        body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      } catch {
        throw service.refusal('We could not parse the JSON body of your request.');
      }
      entry.body = body;
      const request = service.read(body, { path, headers: incoming.headers, strict });
      if (service.other) {
        const other = service.other(path, request, body);
        if (other) return send(200, other);
      }
      const made = talks && !isScripted(request) ? talk(request, body) : plan(request, faults);
      if (made.refusal) throw service.refusals[made.refusal]();
      const { type, before, pieces, after, error, whole } = service.answer(made, body, request);
      if (service.isWhole(body, path)) {
        if (made.silent) await sleep(made.silent);
        if (made.fault) throw service.refusals.overloaded();
        return send(200, whole);
      }
      entry.status = 200;
      outgoing.writeHead(200, { 'content-type': type });
      // Split as a network might: not at the ends of frames.
      const write = async (text) => void (outgoing.destroyed || outgoing.write(text) || await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]));
      if (made.silent) {
        outgoing.flushHeaders();
        await sleep(made.silent);
      }
      for (const text of before) await write(text);
      for (const [nth, text] of pieces.entries()) {
        if (made.fault?.after === nth) break;
        if (nth && made.pause) await sleep(made.pause);
        if (outgoing.destroyed) return undefined;
        await write(text);
      }
      if (made.fault) {
        await sleep(5);
        if (made.fault.kind === 'cut') return outgoing.destroy();
        return outgoing.end(error.join(''));
      }
      return outgoing.end(after.join(''));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      entry.refusal = error.body;
      return send(error.status, error.body, error.headers);
    }
  }

  return {
    listener: (incoming, outgoing) => void serve(incoming, outgoing).catch((error) => {
      failures.push(error);
      outgoing.destroy();
    }),
    asked,
    /** What went wrong in the stubs themselves. */
    failures,
  };
}
