// The server of all cells: a port for each provider, since a browser opens no more than six connections to one; and below it a folder
// for each cell, `/c/ID`, with a site or a service of its own in it.

import { once } from 'node:events';
import { createServer } from 'node:http';

import { freePort } from '../js/free-port.mjs';
import { answerer, COLUMNS } from './providers.mjs';

const OVER = '/-over';

/**
 * How long a request may still be open when its call is over. Chromium takes 5 s where it was not reading at that moment: it would rather
 * read the body to its end and keep the connection (net/http/http_response_body_drainer.cc).
 */
const CLOSING_MS = 8_000;

/** @param {Record<string, (incoming: any, outgoing: any) => void>} files what else is served at each port, by its path */
export async function startCells(files) {
  const cells = new Map();
  const reached = [];
  const dead = await freePort();
  const serve = (incoming, outgoing) => {
    const { pathname } = new URL(incoming.url, 'http://cells.invalid');
    const file = files[pathname];
    if (file) return file(incoming, outgoing);
    const [, base, rest] = /^(\/c\/[\w-]+)(.*)$/.exec(pathname) ?? [];
    const cell = cells.get(base);
    if (!cell) return outgoing.writeHead(404).end();
    if (rest === OVER) return cell.over().then(() => outgoing.end('over'));
    return cell.serve(incoming, outgoing);
  };
  const servers = [];
  const listen = async (handler) => {
    const server = createServer({ keepAliveTimeout: 60_000 }, handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return `http://127.0.0.1:${server.address().port}`;
  };
  const origins = Object.fromEntries(await Promise.all(Object.keys(COLUMNS).map(async (name) => [name, await listen(serve)])));
  const elsewhere = await listen((incoming, outgoing) => {
    reached.push(incoming.url);
    outgoing.end('{}');
  });

  return {
    origins,
    /** Other addresses that a fault may need. */
    addresses: { dead: `http://127.0.0.1:${dead}`, elsewhere },
    /** What came where nothing may come. */
    reached,
    /** Makes the place of a cell. @param {string} id @param {string} provider @param {import('./faults.mjs').Row} row */
    add(id, provider, row) {
      const base = `/c/${id}`;
      const cell = new Cell(COLUMNS[provider], origins[provider], base, row);
      cells.set(base, cell);
      return cell;
    },
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

class Cell {
  #answerer;
  /** What the server saw of the call: requests with a message, and those that were still open long after its end. */
  seen;

  constructor(column, origin, base, { faults = [], refused = 0 }) {
    this.#answerer = answerer(column, origin, base);
    this.url = this.#answerer.url;
    this.overUrl = `${this.url}${OVER}`;
    for (const fault of faults) this.#answerer.fault(faultFor(column, fault));
    if (refused > 0) this.#refuse(refused);
  }

  serve(incoming, outgoing) {
    return this.#answerer.serve(incoming, outgoing);
  }

  async over() {
    const requests = Array.from(this.#answerer.requests);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSING_MS);
    });
    await Promise.race([Promise.all(requests.map(({ closed }) => closed)), late]);
    clearTimeout(timer);
    this.seen = {
      requests: requests.filter(({ kind }) => kind === 'chat').length,
      all: requests.map(({ kind, end }) => `${kind} ${end}`),
      open: requests.filter(({ end }) => end === 'open').length,
    };
    this.#answerer.clearFaults();
    this.#accept?.();
  }

  #accept;

  /** The site refuses so many nonces, whatever they are, as it refuses old ones. */
  #refuse(times) {
    const { nonces } = this.#answerer;
    let left = times;
    nonces.verify = (...given) => (left-- > 0 ? 0 : Object.getPrototypeOf(nonces).verify.apply(nonces, given));
    this.#accept = () => delete nonces.verify;
  }
}

/** A fault of a row, for the provider: `content` pieces of text are `after` so many events, and the first request is of some kind. */
function faultFor({ lead, first }, { content, on = 'chat', ...fault }) {
  return { times: Infinity, ...fault, ...(content !== undefined && { after: lead + content }), on: on === 'first' ? first : on };
}
