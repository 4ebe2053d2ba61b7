// How answers go wrong on the way. A fault is a function from the answer that was meant to the one that is sent.

import { pipeline, Readable } from 'node:stream';
import { constants, crc32, createGzip, deflateRawSync } from 'node:zlib';
import { HANG, HTML_TYPE, pause, Raw, RESET, RST } from './answer.mjs';

/** @typedef {import('./answer.mjs').Answer} Answer */
/** @typedef {{ name: string, on?: string, times?: number, [setting: string]: any }} Fault */

const KIB64 = 65_536;
const GZIP = ['Content-Encoding', 'gzip'];

/** @type {Record<string, { help: string, bend: (answer: Answer, fault: Fault, site: any) => Answer | Promise<Answer> }>} */
export const FAULTS = {
  mute: {
    help: 'takes the request and never answers, not even with headers',
    bend: (answer) => ({ ...answer, status: 0, body: [HANG] }),
  },
  stall: {
    help: 'headers and `after` (0) events, then nothing, with the connection open',
    bend: (answer, { after = 0 }) => ({ ...answer, body: first(answer, after, HANG) }),
  },
  truncate: {
    help: '`after` (2) events, then a clean end of the body',
    bend: (answer, { after = 2 }) => ({ ...answer, body: first(answer, after) }),
  },
  reset: {
    help: '`after` (0) events and `bytes` (100) more, then the socket is closed without the end of the body; by an RST with `rst`',
    bend: (answer, { after = 0, bytes = 100, rst = false }) => ({ ...answer, body: firstBytes(answer, after, bytes, rst ? RST : RESET) }),
  },
  unanswered: {
    help: 'takes the request and closes the socket',
    bend: (answer) => ({ ...answer, status: 0, body: [RESET] }),
  },
  head: {
    help: 'half of a head, then an RST',
    bend: (answer) => ({ ...answer, status: 0, body: [new Raw('HTTP/1.1 200 OK\r\nContent-Ty'), RST] }),
  },
  raw: {
    help: '`text` in the place of an answer of HTTP, then the socket is closed',
    bend: (answer, { text = 'hello\r\n' }) => ({ ...answer, status: 0, body: [new Raw(text), RESET] }),
  },
  bighead: {
    help: 'a header of `bytes` (1 MiB)',
    bend: (answer, { bytes = 2 ** 20 }) => ({ ...answer, headers: [...answer.headers, ['X-Big', 'a'.repeat(bytes)]] }),
  },
  badchunk: {
    help: '`after` (0) events, then a chunk whose size is no number, and the socket stays open',
    bend: (answer, { after = 0 }) => ({ ...answer, body: broken(answer, after) }),
  },
  length: {
    help: 'Content-Length is `by` (64) bytes too large, and the socket is closed, or stays open with `hang`; or it is that of `after` events',
    bend: async (answer, { by = 64, hang = false, after }) => {
      const events = await bufferedEvents(answer);
      const short = events.slice(0, after);
      const length = Buffer.concat(short).length + (after === undefined ? by : 0);
      const rest = after === undefined ? [hang ? HANG : RESET] : [];
      return { ...answer, headers: [...answer.headers, ['Content-Length', `${length}`]], body: [Buffer.concat(events), ...rest] };
    },
  },
  html: {
    help: 'a page of HTML with `status` (200), as a firewall or a dying PHP answers',
    bend: (answer, { status = 200 }) => ({
      ...answer,
      status,
      headers: [HTML_TYPE],
      body: ['<!DOCTYPE html>\n<title>Just a moment...</title>\n<h1>Wait</h1>\n'],
    }),
  },
  status: {
    help: '`status` (503) with a short text and, if given, `retryAfter` (seconds or an HTTP date)',
    bend: (answer, { status = 503, retryAfter }) => ({
      ...answer,
      status,
      headers: [
        ['Content-Type', 'text/plain'],
        ...(retryAfter === undefined ? [] : [['Retry-After', `${retryAfter}`]]),
      ],
      body: [`HTTP ${status} on request\n`],
    }),
  },
  redirect: {
    help: '`status` (302) with Location `to` (this same address)',
    bend: (answer, { status = 302, to }, { origin, url }) => ({
      ...answer, status, headers: [['Location', new URL(to ?? url, `${origin}/`).href]], body: [],
    }),
  },
  dribble: {
    help: 'one byte at a time, with `every` (0) ms between them; from `bytes` (all) on event by event',
    bend: (answer, { every = 0, bytes = Infinity }) => ({ ...answer, body: eachByte(answer, every, bytes) }),
  },
  trickle: {
    help: 'one event in `every` (100) ms',
    bend: (answer, { every = 100 }) => ({ ...answer, body: slowed(answer, every) }),
  },
  line: {
    help: 'one event whose line has `bytes` (1 GiB) and no end',
    bend: (answer, { bytes = 2 ** 30 }) => ({ ...answer, body: filled('data: {"type":"live","data":"', bytes) }),
  },
  json: {
    help: 'a JSON answer of `bytes` (100 MB)',
    bend: (answer, { bytes = 1e8 }) => ({
      ...answer, headers: typed(answer, 'application/json'), body: filled('{"success":true,"reply":"', bytes, '"}'),
    }),
  },
  comments: {
    help: '`after` (0) events, then event-stream comments without end, one in `every` (0) ms; blank lines where the body is lines of JSON',
    bend: (answer, { after = 0, every = 0 }) => ({ ...answer, body: comments(answer, after, every) }),
  },
  gzip: {
    help: 'the same body with Content-Encoding: gzip, flushed after each event',
    bend: (answer) => ({ ...answer, headers: [...answer.headers, GZIP], body: gzipped(answer) }),
  },
  badgzip: {
    help: 'Content-Encoding: gzip, and `after` (0) events in it; then bytes that are not',
    bend: (answer, { after = 0 }) => ({ ...answer, headers: [...answer.headers, GZIP], body: brokenGzip(answer, after) }),
  },
  bomb: {
    help: '`bytes` (1 GiB) of blanks within one event, gzipped to a thousandth',
    bend: (answer, { bytes = 2 ** 30 }) => ({
      ...answer, headers: [...answer.headers, GZIP], body: bomb(bytes),
    }),
  },
  type: {
    help: 'another Content-Type: `type` (text/plain), or none with `type: \'\'`',
    bend: (answer, { type = 'text/plain' }) => ({ ...answer, headers: typed(answer, type) }),
  },
  bom: {
    help: 'a byte order mark before the body',
    bend: (answer) => ({ ...answer, body: withMark(answer) }),
  },
  crlf: {
    help: 'every line ends with CR LF',
    bend: (answer) => ({ ...answer, body: lineEnds(answer, '\r\n') }),
  },
  cr: {
    help: 'every line ends with CR',
    bend: (answer) => ({ ...answer, body: lineEnds(answer, '\r') }),
  },
  204: {
    help: '204 No Content',
    bend: (answer) => ({ ...answer, status: 204, headers: [], body: [] }),
  },
  empty: {
    help: 'the right status and headers, and no body',
    bend: (answer) => ({ ...answer, body: [] }),
  },
};

const typed = ({ headers }, type) => [
  ...headers.filter(([name]) => name !== 'Content-Type'), ...(type ? [['Content-Type', type]] : [])];

async function* first({ body }, count, then) {
  let sent = 0;
  if (count > 0) {
    for await (const chunk of body) {
      yield chunk;
      if ((sent += 1) === count) break;
    }
  }
  if (then) yield then;
}

async function* firstBytes({ body }, after, count, then) {
  let whole = after;
  let left = count;
  for await (const chunk of body) {
    const bytes = whole > 0 ? Buffer.from(chunk) : Buffer.from(chunk).subarray(0, left);
    if (whole > 0) whole -= 1;
    else left -= bytes.length;
    if (bytes.length > 0) yield bytes;
    if (whole === 0 && left === 0) break;
  }
  yield then;
}

async function bufferedEvents({ body }) {
  const events = [];
  for await (const chunk of body) events.push(Buffer.from(chunk));
  return events;
}

async function* broken(answer, after) {
  yield* first(answer, after);
  yield new Raw('no number\r\n');
  yield HANG;
}

async function* eachByte({ body }, every, count) {
  let left = count;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    for (const byte of bytes.subarray(0, left)) {
      yield Uint8Array.of(byte);
      await pause(every);
    }
    if (bytes.length > left) yield bytes.subarray(left);
    left = Math.max(0, left - bytes.length);
  }
}

async function* slowed({ body }, every) {
  for await (const chunk of body) {
    await pause(every);
    yield chunk;
  }
}

function* filled(head, count, tail = '') {
  const block = 'a'.repeat(KIB64);
  yield head;
  for (let left = count - head.length - tail.length; left > 0; left -= KIB64) yield block.slice(0, left);
  yield tail || HANG;
}

async function* comments(answer, after, every) {
  const isStream = answer.headers.some(([name, value]) => name === 'Content-Type' && value.startsWith('text/event-stream'));
  yield* first(answer, after);
  for (;;) {
    await pause(every);
    yield isStream ? ': still here\n\n' : '\n';
  }
}

function gzipped({ body }) {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  // What fails here is the client that went away; the sender sees that by itself.
  pipeline(Readable.from(body), gzip, () => {});
  return gzip;
}

/** Each event is a deflate block of its own, so that a client can unpack it before it meets the bytes behind it. */
async function* brokenGzip(answer, after) {
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  for await (const chunk of first(answer, after)) yield deflateRawSync(chunk, { finishFlush: constants.Z_FULL_FLUSH });
  // A client that is sent a block and rubbish at once may throw both away.
  await pause(after > 0 ? 250 : 0);
  yield Buffer.alloc(64, 0xff);
}

/**
 * One gzip member (browsers read no more than one) made of a block of blanks that is packed once and repeated: after a
 * full flush nothing refers to what came before.
 */
function* bomb(bytes) {
  const { block, packed } = (blanks ??= packBlanks());
  const [head, tail] = ['data: {"type":"live","data":"', '"}\n\n'];
  let check = crc32(head);
  let size = head.length;
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  yield deflateRawSync(head, { finishFlush: constants.Z_FULL_FLUSH });
  for (; size < bytes; size += block.length) {
    yield packed;
    check = crc32(block, check);
  }
  yield deflateRawSync(tail);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(tail, check));
  trailer.writeUInt32LE((size + tail.length) % 2 ** 32, 4);
  yield trailer;
}

let blanks;

function packBlanks() {
  const block = Buffer.alloc(16 * 1024 * 1024, ' ');
  return { block, packed: deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH }) };
}

async function* withMark({ body }) {
  yield '\ufeff';
  yield* body;
}

async function* lineEnds({ body }, end) {
  for await (const chunk of body) yield String(chunk).replaceAll('\n', end);
}
