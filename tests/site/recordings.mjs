// The recorded exchanges of tests/wire, and what in them changes from site to site.

import { readdirSync, readFileSync } from 'node:fs';

const WIRE = new URL('../wire/', import.meta.url);

/** @typedef {{ method: string, path: string, headers: [string, string][], body: string }} RecordedRequest */
/** @typedef {{ status: number, headers: [string, string][], body: string }} RecordedResponse */

/** @returns {{ name: string, request: RecordedRequest, response: RecordedResponse }[]} */
export function recordings(folders = ['ai-engine', 'ai-power']) {
  return folders.flatMap((folder) => {
    const files = readdirSync(new URL(folder, WIRE));
    return files.filter((file) => file.endsWith('.http')).map((file) => {
      const stem = file.slice(0, -'.http'.length);
      // The body stands alone in a file of its own, byte for byte; an empty one has none.
      const body = files.find((other) => other !== file && other.replace(/\.\w+$/, '') === stem);
      return { name: `${folder}/${stem}`, ...read(`${folder}/${file}`, body && `${folder}/${body}`) };
    });
  });
}

function read(exchange, body) {
  const text = readFileSync(new URL(exchange, WIRE), 'utf8');
  const [, requestText, responseText] = text.match(/^--- request ---\n([^]*?)--- response ---\n([^]*)$/);
  const request = message(requestText);
  const response = message(responseText);
  const received = body ? readFileSync(new URL(body, WIRE), 'utf8') : '';
  const [method, path] = request.start.split(' ');
  return {
    // The transcript ends the request with a line feed of its own.
    request: { method, path, headers: request.headers, body: request.body.replace(/\n$/, '') },
    response: { status: Number(response.start.split(' ')[1]), headers: response.headers, body: dechunk(received) },
  };
}

function message(text) {
  const [head, ...rest] = text.split(/\r?\n\r?\n/);
  const at = head.length + (text.startsWith('\r\n\r\n', head.length) ? 4 : 2);
  const [start, ...lines] = head.split(/\r?\n/);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
  });
  return { start, headers, body: rest.length ? text.slice(at) : '' };
}

/** One case was recorded with the chunked framing left in. */
function dechunk(body) {
  if (!/^[\da-f]+\r\n/i.test(body)) return body;
  let whole = '';
  for (let rest = body; ;) {
    const [line] = rest.split('\r\n', 1);
    const size = parseInt(line, 16);
    if (!size) return whole;
    whole += rest.slice(line.length + 2, line.length + 2 + size);
    rest = rest.slice(line.length + 4 + size);
  }
}

/** Nonces of the recorded sites: plugin and how many periods old they were. */
export const NONCES = {
  f49d8b472e: ['engine', 0], ae03661fbf: ['engine', 1], '16b3edb97a': ['engine', 2],
  dc3705de36: ['engine', 0], '627fa3908d': ['engine', 0],
  '29a96788e8': ['power', 0], '8527461e63': ['power', 1], cfa7685dab: ['power', 2], '1a53908d5a': ['power', 0],
  e0c7ddddf9: ['puffer', 0],
};

/** What `start_session` gave out to a visitor with a login cookie, in two recordings. */
export const LOGIN_NONCES = ['7fd781b35d', 'b46a67d1cc'];

const CHANGING = [
  [/http:(?<slash>\\*\/)\k<slash>127\.0\.0\.1:\d+/g, 'HOME'],
  [/("sessionId\\*":\\*")[\da-f]{13}/g, '$1SESSION'],
  [/(mwai_session_id=)[\da-f]{13}/g, '$1SESSION'],
  [/(PHPSESSID=)\w{26}/g, '$1PHP'],
  [/(uploads\\*\/\d{4}\\*\/\d+\\*\/)[\da-f]{32}/g, '$1FILE'],
  [/("id":")[\da-f]{32}/g, '$1FILE'],
  [/(shortcutId\\*":\\*")[\w+\\/=]+(?=\\*")/g, '$1SHORTCUT'],
  [/aipkit_sse_\w{32}/g, 'KEY'],
  [/aipkit-msg-[\da-f]{13,14}\.?\d{8}/g, 'MESSAGE'],
  [/err-\d{10}/g, 'err-TIME'],
  [/("timestamp":)[\d.]+/g, '$1TIME'],
  [/date is \w+ \d+, \d+/g, 'date is DATE'],
];

/** The same text with names in the place of what two runs cannot have in common. */
export function normalise(text, nonces) {
  const named = Object.entries(nonces).reduce((so, [nonce, name]) => so.replaceAll(nonce, name), text);
  return CHANGING.reduce((so, [pattern, name]) => so.replace(pattern, name), named);
}

/** Headers that the web server writes and not WordPress. */
const TRANSPORT = new Set(['date', 'server', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

export function normaliseHeaders(headers, nonces) {
  return headers
    .filter(([name]) => !TRANSPORT.has(name.toLowerCase()))
    .map(([name, value]) => `${name.toLowerCase()}: ${normalise(value, nonces)}`)
    .sort();
}
