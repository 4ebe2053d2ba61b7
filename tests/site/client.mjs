// A plain HTTP client for the site's tests: any header, the raw ones of the answer, no redirects followed.

import { request } from 'node:http';
import { once } from 'node:events';

/** @returns {Promise<{ status: number, headers: [string, string][], body: string, bytes: Buffer }>} */
export async function send(url, { method = 'GET', headers = {}, body = '' } = {}) {
  const incoming = await open(url, { method, headers, body });
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const raw = incoming.rawHeaders;
  const pairs = raw.flatMap((name, at) => (at % 2 ? [] : [[name, raw[at + 1]]]));
  return { status: incoming.statusCode, headers: pairs, body: bytes.toString('utf8'), bytes };
}

/** The answer as soon as its headers are here. */
export async function open(url, { method = 'GET', headers = {}, body = '' } = {}) {
  const length = body ? { 'content-length': Buffer.byteLength(body) } : {};
  const outgoing = request(url, { method, headers: { ...headers, ...length } });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  return incoming;
}

export const header = ({ headers }, wanted) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];

export const form = (fields) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

export const sessionUrl = (site) => `${site.url}/wp-json/mwai/v1/start_session`;
export const chatUrl = (site) => `${site.url}/wp-json/mwai-ui/v1/chats/submit`;

/** One turn with AI Engine. */
export function submit(site, params, headers = {}) {
  return send(chatUrl(site), submission(site, params, headers));
}

export const submission = (site, params, headers = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-wp-nonce': site.nonce.current('engine'), ...headers },
  body: JSON.stringify({ botId: 'default', stream: true, ...params }),
});
