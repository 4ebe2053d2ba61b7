#!/usr/bin/env node
// A local site that behaves as the recorded WordPress sites do. See README.md beside this file.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { serveAjax } from './ajax.mjs';
import { whole } from './answer.mjs';
import { serveControl } from './control.mjs';
import { FaultQueue } from './fault-queue.mjs';
import { FAULTS } from './faults.mjs';
import { Clock, Nonces } from './nonce.mjs';
import { complete, fromCommandLine, HELP } from './options.mjs';
import { servePage } from './pages.mjs';
import { POWER_NONCE } from './power.mjs';
import { PUFFER_NONCE, Talks } from './puffer.mjs';
import { readRequest, RequestLog } from './request.mjs';
import { serveRest } from './rest.mjs';
import { endOf, fail, send } from './send.mjs';

const ACTIONS = { engine: 'wp_rest', power: POWER_NONCE, puffer: PUFFER_NONCE };

/** @param {Partial<typeof import('./options.mjs').DEFAULTS>} [given] */
export async function startSite(given = {}) {
  const site = new Site(complete(given));
  await site.listen();
  return site;
}

/**
 * A site on a server of somebody else's, which hands `site.serve` what comes for it; with a `base` many can stand on one server.
 *
 * @param {string} origin of that server
 * @param {Partial<typeof import('./options.mjs').DEFAULTS>} [given]
 */
export function siteAt(origin, given = {}) {
  const site = new Site(complete(given));
  site.standAt(origin);
  return site;
}

class Site {
  #server;
  #faults = new FaultQueue();

  constructor(options) {
    this.options = options;
    this.clock = new Clock(options.now);
    this.nonces = new Nonces({ secret: options.secret, tick: options.tick, clock: this.clock });
    this.requests = new RequestLog();
    this.clear();
    this.nonce = {
      /** @param {'engine' | 'power' | 'puffer'} plugin @param {number} [age] periods ago */
      current: (plugin, age = 0) => this.nonces.make(ACTIONS[plugin], undefined, age),
      rotate: () => this.advance(this.nonces.tick),
      expire: () => this.advance(2 * this.nonces.tick),
    };
    this.#server = createServer((incoming, outgoing) => this.serve(incoming, outgoing));
  }

  async listen() {
    const { host, port } = this.options;
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    this.port = this.#server.address().port;
    this.standAt(`http://${host}:${this.port}`);
  }

  /** Says where the site stands, since its pages hold its own address. */
  standAt(origin) {
    const { base, permalinks } = this.options;
    this.origin = origin;
    /** Without a slash at the end, as WordPress has it. */
    this.home = this.origin + base;
    this.url = this.home;
    this.restRoot = permalinks === 'plain' ? `${this.home}/index.php?rest_route=/` : `${this.home}/wp-json/`;
  }

  /** Ends every connection, also the ones that hang. */
  async close() {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }

  /** The next answer of a kind (`on`, default `chat`) goes wrong, `times` times. */
  fault(fault) {
    this.#faults.add(typeof fault === 'string' ? { name: fault } : fault);
  }

  clearFaults() {
    this.#faults.clear();
  }

  /** Moves the site's clock on. */
  advance(ms) {
    this.clock.advance(ms);
  }

  /** Changes options of the running site, such as `{ bannedIp: true }`. */
  set(options) {
    Object.assign(this.options, complete({ ...this.options, ...options }));
  }

  /** Forgets requests, faults and conversations; options, clock and nonces stay. */
  clear() {
    this.requests.clear();
    this.#faults.clear();
    this.files = new Set();
    this.shortcuts = new Map();
    this.stored = new Map();
    this.talks = new Talks();
    this.logged = 0;
  }

  /** Answers a request. Whatever goes wrong here goes to the client and the console. */
  serve(incoming, outgoing) {
    return this.#serve(incoming, outgoing).catch((error) => fail(outgoing, error));
  }

  async #serve(incoming, outgoing) {
    const mounted = Object.keys(this.options.mount).find((prefix) => incoming.url.startsWith(prefix));
    if (mounted) return this.options.mount[mounted](incoming, outgoing);
    const closed = endOf(outgoing);
    const request = await readRequest(incoming);
    const meant = await this.#route(request);
    if (meant.kind === 'control') return send(outgoing, meant, closed);
    const entry = this.requests.record(request, meant.kind, closed);
    const fault = this.#faults.take(meant);
    const answer = fault
      ? await FAULTS[fault.name].bend(meant, fault, { origin: this.origin, url: request.url }) : meant;
    entry.status = answer.status;
    if (this.options.verbose) report(entry, fault);
    return send(outgoing, answer, closed);
  }

  async #route(request) {
    const { base, permalinks } = this.options;
    if (request.path === '/_site') return serveControl(this, request);
    if (base && request.path !== base && !request.path.startsWith(`${base}/`)) return whole('page', 404, []);
    const path = request.path.slice(base.length) || '/';
    const route = request.query.get('rest_route');
    // The web server takes no OPTIONS for a directory (*-cors-preflight-rest-route).
    if (route !== null && path === '/' && request.method === 'OPTIONS') return whole('other', 405, []);
    // ?rest_route= works on every site; /wp-json/ where permalinks are pretty.
    if (route !== null && ['/', '/index.php'].includes(path)) return serveRest(this, request, route);
    if (path.startsWith('/wp-json/') && permalinks === 'pretty') return serveRest(this, request, path.slice(8));
    if (path === '/wp-admin/admin-ajax.php') return serveAjax(this, request);
    return servePage(this, request, path);
  }
}

function report({ method, url, kind, status }, fault) {
  console.log(`${method} ${url} -> ${status || 'no answer'} (${kind}${fault ? `, fault ${fault.name}` : ''})`);
}

async function main() {
  const { help, options } = fromCommandLine(process.argv.slice(2));
  if (help) return console.log(HELP.trimEnd());
  const site = await startSite(options);
  console.log(`Test site on ${site.url}/ (AI Engine ${options.engine}, AI Power ${options.power}, `
    + `AI Puffer ${options.puffer}). Ctrl-C ends it.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().catch((error) => {
    console.error(`${error.message}\nTry --help.`);
    process.exitCode = 1;
  });
}
