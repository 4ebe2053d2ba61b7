// The site's control door for tests that run in another process: `POST /_site` with orders, `GET /_site` for the log.

import { whole } from './answer.mjs';

const OPEN = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Allow-Headers', '*'],
  ['Cache-Control', 'no-store'],
];

/** Orders, in the order in which they are carried out. */
const ORDERS = {
  clear: (site) => site.clear(),
  set: (site, options) => site.set(options),
  fault: (site, faults) => [faults].flat().forEach((fault) => site.fault(fault)),
  advance: (site, ms) => site.advance(ms),
  rotate: (site) => site.nonce.rotate(),
  expire: (site) => site.nonce.expire(),
};

/** @returns {Promise<import('./answer.mjs').Answer>} */
export async function serveControl(site, request) {
  if (request.method === 'OPTIONS') return reply(204);
  if (request.method === 'POST') return order(site, request);
  const kind = request.query.get('closed');
  // Held until the last request of that kind is over: a test in a page awaits that its abort arrived.
  if (kind) {
    const entry = await site.requests.when(kind);
    return reply(200, { closed: await entry.closed });
  }
  return reply(200, { requests: Array.from(site.requests, describe) });
}

function order(site, request) {
  try {
    const orders = JSON.parse(request.text);
    const unknown = Object.keys(orders).find((name) => !ORDERS[name]);
    if (unknown) throw new TypeError(`no order is called ${unknown}; there are: ${Object.keys(ORDERS).join(', ')}`);
    for (const [name, carryOut] of Object.entries(ORDERS)) if (name in orders) carryOut(site, orders[name]);
    return reply(200, { ok: true });
  } catch (error) {
    return reply(400, { error: error.message });
  }
}

function describe({ kind, method, url, headers, body, status, end }) {
  return { kind, method, url, headers, body, status, end };
}

function reply(status, value) {
  const headers = value ? [['Content-Type', 'application/json'], ...OPEN] : OPEN;
  return whole('control', status, headers, value ? JSON.stringify(value) : '');
}
