// The columns of the matrix: every provider of the package, what answers it, and what that answer says.

import { readFileSync } from 'node:fs';

import { RequestLog, readRequest } from '../site/request.mjs';
import { FaultQueue } from '../site/fault-queue.mjs';
import { FAULTS } from '../site/faults.mjs';
import { pieces, replyTo } from '../site/replies.mjs';
import { endOf, fail, send } from '../site/send.mjs';
import { siteAt } from '../site/server.mjs';

export const MESSAGE = 'Hi there';

const ANSWER_OF_SITE = replyTo([{ role: 'user', content: MESSAGE }], 0);

/** The mock that most services were recorded with cuts its text after so many characters. */
const OF_MOCK = 'Hello from the mock model. Slashes / and <b>tags</b> & "quotes" are kept.'.match(/.{1,8}/g);

/** No real one, and long enough to be taken for one where errors are searched for keys. */
const KEY = 'sk-canary-0123456789';

/**
 * @typedef {object} Column
 * @property {number} lead events before the first with content
 * @property {readonly string[]} pieces of the text, one an event from there on
 * @property {object} settings of the provider, beside its address
 * @property {'url' | 'baseUrl'} address which setting that is
 * @property {'engine' | 'power' | 'puffer'} [plugin] of a site
 * @property {string} [first] kind of a site's first request
 * @property {[string, string]} [recording] of a service, below tests/wire, and its type
 */

const site = (plugin, first, lead) => ({ plugin, first, lead, address: 'url', settings: {}, pieces: pieces(ANSWER_OF_SITE) });

const service = (recording, lead, { words = OF_MOCK, type = 'text/event-stream', ...settings } = {}) => ({
  lead, pieces: words, recording: [recording, type], address: 'baseUrl',
  settings: { apiKey: KEY, allowBrowser: true, defaultModel: 'model', ...settings },
});

/** @type {Record<string, Column>} */
export const COLUMNS = {
  AiEngine: site('engine', 'session', 0),
  AiPower: site('power', 'page', 1),
  AiPuffer: { ...site('puffer', 'page', 4), page: 'chat-puffer/' },
  Anthropic: service('anthropic/stream-ascii.sse', 2),
  Cohere: service('cohere/doc-text.sse', 2, {
    words: ['Hello', ' from', ' the', ' model', '.', ' Slashes', ' /', ' and', ' <b>tags</b>', ' &', ' "quotes"', ' are', ' kept', '.'],
  }),
  Gemini: service('gemini/stream-ascii.sse', 0),
  Ollama: service('ollama/stream-ascii.ndjson', 0, { type: 'application/x-ndjson' }),
  OpenAiChat: service('openai-chat/stream-ascii.sse', 1),
  OpenAiResponses: service('openai-responses/stream-ascii.sse', 4),
  WorkersAi: service('workers-ai/doc-native.sse', 0, { words: ['Hel', 'lo', ' there'], accountId: 'account' }),
};

/**
 * What answers one cell, below an address of its own: `url`, `requests`, `fault(fault)`, `clearFaults()` and `serve(incoming, outgoing)`.
 *
 * @param {Column} column
 * @param {string} origin
 * @param {string} base
 */
export function answerer(column, origin, base) {
  return column.plugin ? siteAt(origin, { base, delay: 0 }) : new Service(column, origin, base);
}

/** A service that gives its recorded answer to whatever it is asked. */
class Service {
  #faults = new FaultQueue();
  #frames;
  #type;
  requests = new RequestLog();

  constructor({ recording: [file, type] }, origin, base) {
    this.#frames = framesOf(file);
    this.#type = type;
    this.origin = origin;
    this.url = origin + base;
  }

  fault(fault) {
    this.#faults.add(fault);
  }

  clearFaults() {
    this.#faults.clear();
  }

  serve(incoming, outgoing) {
    return this.#serve(incoming, outgoing).catch((error) => fail(outgoing, error));
  }

  async #serve(incoming, outgoing) {
    const closed = endOf(outgoing);
    const request = await readRequest(incoming);
    this.requests.record(request, 'chat', closed);
    const meant = { kind: 'chat', status: 200, headers: [['Content-Type', this.#type], ['Cache-Control', 'no-cache']], body: this.#frames };
    const fault = this.#faults.take(meant);
    const answer = fault ? await FAULTS[fault.name].bend(meant, fault, { origin: this.origin, url: request.url }) : meant;
    return send(outgoing, answer, closed);
  }
}

const read = new Map();

/** Events of a stream, or lines of JSON: each is a write to the socket, as services send them. */
function framesOf(file) {
  if (!read.has(file)) {
    const text = readFileSync(new URL(`../wire/${file}`, import.meta.url), 'utf8');
    const end = file.endsWith('.ndjson') ? '\n' : '\n\n';
    read.set(file, text.split(end).filter(Boolean).map((frame) => frame + end));
  }
  return read.get(file);
}
