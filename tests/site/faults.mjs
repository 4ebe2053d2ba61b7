// How answers go wrong on the way. A fault is a function from the answer that was meant to the one that is sent.

import { pipeline, Readable } from 'node:stream';
import { constants, crc32, createGzip, deflateRawSync } from 'node:zlib';
import { HANG, HTML_TYPE, pause, RESET } from './answer.mjs';

/** @typedef {import('./answer.mjs').Answer} Answer */
/** @typedef {{ name: string, on?: string, times?: number, [setting: string]: any }} Fault */

const KIB64 = 65_536;
const GZIP = ['Content-Encoding', 'gzip'];

/** @type {Record<string, { help: string, bend: (answer: Answer, fault: Fault, site: any) => Answer }>} */
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
    help: '`bytes` (100) of the body, then the socket is destroyed',
    bend: (answer, { bytes = 100 }) => ({ ...answer, body: firstBytes(answer, bytes) }),
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
    help: 'one byte at a time',
    bend: (answer) => ({ ...answer, body: eachByte(answer) }),
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
    help: 'event-stream comments without end, one in `every` (0) ms',
    bend: (answer, { every = 0 }) => ({ ...answer, body: comments(every) }),
  },
  gzip: {
    help: 'the same body with Content-Encoding: gzip, flushed after each event',
    bend: (answer) => ({ ...answer, headers: [...answer.headers, GZIP], body: gzipped(answer) }),
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

async function* firstBytes({ body }, count) {
  let left = count;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left === 0) break;
  }
  yield RESET;
}

async function* eachByte({ body }) {
  for await (const chunk of body) {
    for (const byte of Buffer.from(chunk)) {
      yield Uint8Array.of(byte);
      await pause(0);
    }
  }
}

function* filled(head, count, tail = '') {
  const block = 'a'.repeat(KIB64);
  yield head;
  for (let left = count - head.length - tail.length; left > 0; left -= KIB64) yield block.slice(0, left);
  yield tail || HANG;
}

async function* comments(every) {
  for (;;) {
    await pause(every);
    yield ': still here\n\n';
  }
}

function gzipped({ body }) {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  // What fails here is the client that went away; the sender sees that by itself.
  pipeline(Readable.from(body), gzip, () => {});
  return gzip;
}

/**
 * One gzip member (browsers read no more than one) made of a block of blanks that is packed once and repeated: after a
 * full flush nothing refers to what came before.
 */
function* bomb(bytes) {
  const block = Buffer.alloc(16 * 1024 * 1024, ' ');
  const packed = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });
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

async function* withMark({ body }) {
  yield '\ufeff';
  yield* body;
}

async function* lineEnds({ body }, end) {
  for await (const chunk of body) yield String(chunk).replaceAll('\n', end);
}
