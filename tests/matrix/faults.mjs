// The rows of the matrix: what goes wrong, and what is to come of it, for every provider in every runtime.

/**
 * @typedef {object} Expected
 * @property {string | string[]} [code] of the `ChatError`, or any of these codes; left out: no error
 * @property {number} [content] pieces of text that came before the error; left out: none, or without an error all of them
 * @property {number} [requests] with a message that the server saw; left out: any number
 * @property {boolean} [retryable] of the error
 * @property {string} [says] what its message holds
 */
/**
 * @typedef {object} Row
 * @property {string} title
 * @property {object[]} [faults] of tests/site/faults.mjs, for as long as the call lasts or so many `times`; `content`: after so many
 *   pieces of text; `on`: `chat` (the request with the message, the default), `first` (a site's first one), `any`
 * @property {number} [refused] how many nonces the site refuses
 * @property {'dead' | 'elsewhere'} [at] another address than the cell's
 * @property {boolean} [sites] for sites alone
 * @property {object} [timeout] limits in ms; the others are long
 * @property {'abort' | 'leave'} [stop] the caller aborts the call, or leaves its loop, after `SOME` pieces
 * @property {Expected} expected
 */

/** Limits that nothing meets which is not stopped: a machine may be slow. */
const LONG = { connect: 20_000, firstChunk: 20_000, idle: 20_000, total: 25_000 };
const limit = (name, ms) => ({ ...LONG, [name]: ms });

/** Pieces of text that come before the middle of the body. */
export const SOME = 2;
const ALL = Infinity;

const all = (requests) => ({ requests });
const fails = (code, requests, retryable, content) => ({ code, requests, retryable, content });
/** One limit is short, and is the one that is missed. */
const late = (name, ms, requests, content) => ({
  timeout: { ...LONG, [name]: ms }, expected: { ...fails('timeout', requests, true, content), says: `timeout.${name}` },
});

/** @type {Record<string, Row>} */
const ROWS_GIVEN = {
  control: { title: 'nothing', expected: all(1) },

  // The connection.
  refused: { title: 'connection refused', at: 'dead', expected: fails('network', 0, true) },
  unanswered: { title: 'closed without an answer', faults: [{ name: 'unanswered' }], expected: fails('network', 2, true) },
  'unanswered-once': { title: 'closed without an answer, once', faults: [{ name: 'unanswered', times: 1 }], expected: all(2) },
  head: { title: 'reset in the head', faults: [{ name: 'head' }], expected: fails('network', 2, true) },
  'head-once': { title: 'reset in the head, once', faults: [{ name: 'head', times: 1 }], expected: all(2) },
  'cut-before': { title: 'cut before content', faults: [{ name: 'reset', content: 0, bytes: 7 }], expected: fails('network', 2, true) },
  'cut-before-once': { title: 'cut before content, once', faults: [{ name: 'reset', content: 0, bytes: 7, times: 1 }], expected: all(2) },
  'reset-before': {
    title: 'reset before content', faults: [{ name: 'reset', content: 0, bytes: 7, rst: true }],
    expected: fails('network', 2, true),
  },
  'cut-mid': { title: 'cut in mid-body', faults: [{ name: 'reset', content: SOME, bytes: 7 }], expected: fails('network', 1, true, SOME) },
  'reset-mid': {
    title: 'reset in mid-body', faults: [{ name: 'reset', content: SOME, bytes: 7, rst: true }],
    expected: fails('network', 1, true, SOME),
  },

  'no-http': { title: 'no HTTP', faults: [{ name: 'raw', text: 'SSH-2.0-OpenSSH_9.6\r\n' }], expected: fails('network', 2, true) },
  'big-head': { title: 'a head of 1 MiB', faults: [{ name: 'bighead' }], expected: fails('network', 2, true) },
  'bad-chunk': { title: 'wrong chunk in mid-body', faults: [{ name: 'badchunk', content: SOME }], expected: fails('network', 1, true, SOME) },

  // Silence. The limits are as long as a busy machine may need to get so far.
  mute: { title: 'silence before the head', faults: [{ name: 'mute' }], ...late('connect', 4_000, 1) },
  'stall-before': {
    title: 'silence before content', faults: [{ name: 'stall', content: 0 }], ...late('firstChunk', 4_000, 1),
  },
  'stall-mid': { title: 'silence in mid-body', faults: [{ name: 'stall', content: SOME }], ...late('idle', 1_000, 1, SOME) },
  'stall-total': { title: 'silence in mid-body, total', faults: [{ name: 'stall', content: SOME }], ...late('total', 4_000, 1, SOME) },
  'stall-end': { title: 'silence behind the end', faults: [{ name: 'stall', after: 1_000 }], timeout: limit('idle', 1_000), expected: all(1) },
  'keep-alive': {
    title: 'keep-alives, no content', faults: [{ name: 'comments', every: 20 }], ...late('firstChunk', 4_000, 1),
  },
  'keep-alive-mid': {
    title: 'keep-alives after content', faults: [{ name: 'comments', content: SOME, every: 20 }], ...late('idle', 1_000, 1, SOME),
  },
  // A byte a second would be the same to a client, and take minutes: between two bytes there is nothing to read in either case.
  dribble: { title: '200 bytes one by one, 2 ms each', faults: [{ name: 'dribble', every: 2, bytes: 200 }], expected: all(1) },
  trickle: { title: 'an event each 300 ms', faults: [{ name: 'trickle', every: 300 }], timeout: limit('idle', 3_000), expected: all(1) },

  abort: {
    title: 'silence, and the caller aborts', faults: [{ name: 'stall', content: SOME }], stop: 'abort',
    expected: fails('ABORTED', 1, undefined, SOME),
  },
  leave: {
    title: 'silence, and the caller leaves', faults: [{ name: 'stall', content: SOME }], stop: 'leave',
    expected: { requests: 1, content: SOME },
  },

  // Another answer.
  'html-200': { title: 'HTML with 200', faults: [{ name: 'html' }], expected: fails('blocked', 1, false) },
  'html-403': { title: 'HTML with 403', faults: [{ name: 'html', status: 403 }], expected: fails('blocked', 1, false) },
  'html-503': { title: 'HTML with 503', faults: [{ name: 'html', status: 503 }], expected: fails('service', 2, true) },
  'status-500-once': { title: '500, once', faults: [{ name: 'status', status: 500, times: 1 }], expected: all(2) },
  'status-503-once': { title: '503, once', faults: [{ name: 'status', status: 503, times: 1 }], expected: all(2) },
  'status-401': { title: '401', faults: [{ name: 'status', status: 401 }], expected: fails('auth', 1, false) },
  'status-429': { title: '429, retry-after 0', faults: [{ name: 'status', status: 429, retryAfter: 0 }], expected: fails('rate_limited', 2, true) },
  'status-429-once': { title: '429, retry-after 1, once', faults: [{ name: 'status', status: 429, retryAfter: 1, times: 1 }], expected: all(2) },
  'status-429-hour': {
    title: '429, retry-after 3600', faults: [{ name: 'status', status: 429, retryAfter: 3_600 }],
    expected: fails('rate_limited', 1, true),
  },
  'no-content': { title: '204', faults: [{ name: '204' }], expected: fails('service', 1, false) },
  empty: { title: 'empty body', faults: [{ name: 'empty' }], expected: fails('service', 1, false) },
  redirect: { title: 'redirect to elsewhere', faults: [{ name: 'redirect', to: 'elsewhere' }], expected: fails('service', 1, false) },
  loop: { title: 'redirect to itself', faults: [{ name: 'redirect', status: 307 }], expected: fails('service', undefined, false) },

  // The same answer, in a wrong form.
  truncated: { title: 'clean end in mid-body', faults: [{ name: 'truncate', content: SOME }], expected: fails('truncated', 1, false, SOME) },
  'too-long': { title: 'Content-Length too large', faults: [{ name: 'length', by: 64 }], expected: all(1) },
  'too-long-open': {
    title: 'Content-Length too large, left open', faults: [{ name: 'length', by: 64, hang: true }], timeout: limit('idle', 1_000),
    expected: all(1),
  },
  'too-short': { title: 'Content-Length too small', faults: [{ name: 'length', content: SOME }], expected: fails('truncated', 1, false, SOME) },
  gzip: { title: 'gzip', faults: [{ name: 'gzip' }], expected: all(1) },
  'bad-gzip': { title: 'gzip that is none', faults: [{ name: 'badgzip' }], timeout: limit('firstChunk', 4_000), expected: fails('network', 2, true) },
  'bad-gzip-mid': {
    title: 'gzip that is none in mid-body', faults: [{ name: 'badgzip', content: SOME }], timeout: limit('idle', 1_000),
    expected: fails('network', 1, true, SOME),
  },
  bomb: { title: 'gzip bomb of 16 MiB', faults: [{ name: 'bomb', bytes: 2 ** 24 }], expected: fails('too_large', 1, false) },
  line: { title: 'a line without end', faults: [{ name: 'line', bytes: 2 ** 22 }], expected: fails('too_large', 1, false) },
  json: { title: 'JSON of 4 MiB', faults: [{ name: 'json', bytes: 2 ** 22 }], expected: fails('too_large', 1, false) },
  'no-type': { title: 'no Content-Type', faults: [{ name: 'type', type: '' }], expected: all(1) },
  bom: { title: 'byte order mark', faults: [{ name: 'bom' }], expected: all(1) },
  crlf: { title: 'CR LF', faults: [{ name: 'crlf' }], expected: all(1) },
  cr: { title: 'CR', faults: [{ name: 'cr' }], expected: all(1) },

  // What a site is asked before.
  'nonce-once': { title: 'nonce refused, once', sites: true, refused: 1, expected: {} },
  'nonce-ever': { title: 'nonce refused for ever', sites: true, refused: Infinity, expected: fails('nonce', undefined, false) },
  'first-once': { title: 'first request closed, once', sites: true, faults: [{ name: 'unanswered', on: 'first', times: 1 }], expected: all(1) },
  'first-503': { title: 'first request 503, once', sites: true, faults: [{ name: 'status', on: 'first', times: 1 }], expected: all(1) },
  'first-html': { title: 'HTML from the first request on', sites: true, faults: [{ name: 'html', on: 'any' }], expected: fails('nonce', 0, false) },
  'first-mute': { title: 'silence from the first request on', sites: true, faults: [{ name: 'mute', on: 'any' }], ...late('connect', 4_000, 0) },
  'first-cut': {
    title: 'cut from the first request on', sites: true, faults: [{ name: 'reset', on: 'any', bytes: 5 }],
    expected: fails('network', 0, true),
  },
  'first-bomb': {
    title: 'gzip bomb from the first request on', sites: true, faults: [{ name: 'bomb', on: 'any', bytes: 2 ** 24 }],
    expected: fails('too_large', 0, false),
  },
};

export const ROWS = Object.entries(ROWS_GIVEN).map(([id, row]) => ({ id, timeout: LONG, ...row }));

/**
 * Where something else is right, and why. `rows` and `providers` are ids, `runtimes` as well; left out: all of them. `expected` has what
 * differs.
 *
 * @type {{ rows: string[], providers?: string[], runtimes?: string[], expected: Expected, because: string }[]}
 */
export const EXCEPTIONS = [
  {
    rows: ['big-head'],
    runtimes: ['bun'],
    expected: { code: undefined, requests: 1, retryable: undefined },
    because: 'Bun takes a head of that size, and the answer is right',
  },
  {
    rows: ['unanswered', 'unanswered-once', 'head', 'head-once'],
    runtimes: ['deno', 'bun', 'chromium'],
    expected: { requests: undefined },
    because: 'their fetch sends a request again by itself where a connection that had been used before closes without an answer; Bun only a GET',
  },
  {
    rows: ['stall-end', 'too-long-open'],
    providers: ['Gemini'],
    expected: { code: 'timeout', retryable: true, content: ALL },
    because: "Gemini's stream has no event that ends it: its end is that of the body, so a body that stays open is a reply that does",
  },
  {
    rows: ['too-long'],
    providers: ['Gemini'],
    expected: { code: 'network', retryable: true, content: ALL },
    because: "Gemini's stream has no event that ends it: a connection that breaks may have lost something",
  },
  {
    rows: ['bad-gzip'],
    runtimes: ['node'],
    expected: { code: ['network', 'timeout'], requests: undefined },
    because: "the fetch of Node 20 loses an error of gzip's, so that the read never settles, unless the error comes before the read; later "
      + "Nodes do not",
  },
  {
    rows: ['bad-gzip-mid'],
    runtimes: ['node'],
    expected: { code: 'timeout', says: 'timeout.idle' },
    because: "the fetch of Node 20 loses an error of gzip's, so that the read never settles; the limit of the call ends it",
  },
];

/** @returns {Expected} */
export function expectedOf(row, provider, runtime) {
  const has = (list, id) => list === undefined || list.includes(id);
  const fitting = EXCEPTIONS.filter(({ rows, providers, runtimes }) => rows.includes(row.id) && has(providers, provider) && has(runtimes, runtime));
  return Object.assign({}, row.expected, ...fitting.map(({ expected }) => expected));
}
