// An answer as sound: its words as they come, and a player as soon as the sound is whole.

import { el } from '../page/dom.js';
import { growingText } from '../text/growing-text.js';
import { fromBase64 } from './bytes.js';

/** What sound without a head of its own is, unless its media type says so: 16 bits, one channel, as services stream it. */
const RATE = 24_000;

/** How kinds of sound begin. */
const HEADS = [['RIFF', 'audio/wav'], ['ID3', 'audio/mpeg'], ['OggS', 'audio/ogg'], ['fLaC', 'audio/flac']];

/** @param {(blob: Blob) => string} keep makes an address for a blob */
export function audioBlock(keep) {
  const words = el('div', { className: 'transcript', dir: 'auto' });
  const node = el('div', { className: 'audio', role: 'group', 'aria-label': 'The answer as sound' }, words);
  const written = growingText(words);
  /** @type {string[]} */
  const pieces = [];
  let mediaType;
  let isOver = false;
  return {
    node,
    add(event) {
      mediaType ??= event.mediaType;
      if (event.data) pieces.push(event.data);
      if (event.transcript) written.append(event.transcript);
    },
    finish() {
      isOver = true;
    },
    draw() {
      const isDrawn = written.draw();
      if (isOver && pieces.length > 0) {
        const blob = soundOf(pieces.splice(0).join(''), mediaType);
        node.prepend(blob ? el('audio', { controls: true, preload: 'metadata', src: keep(blob) })
          : el('p', { className: 'elsewhere' }, 'Sound that is too long, or cannot be read.'));
      }
      return isDrawn;
    },
    get waiting() {
      return written.waiting;
    },
  };
}

/** @returns {Blob | undefined} */
function soundOf(base64, mediaType) {
  const parts = fromBase64(base64);
  if (!parts || parts.length === 0) return undefined;
  const head = String.fromCharCode(...parts[0].subarray(0, 12));
  const [, known] = HEADS.find(([begin]) => head.startsWith(begin)) ?? [];
  const isFrame = head.charCodeAt(0) === 0xff && (head.charCodeAt(1) & 0xe0) === 0xe0;
  const isMp4 = head.slice(4, 8) === 'ftyp';
  const isPlain = /l16|pcm/i.test(mediaType ?? '') || !(known || isFrame || isMp4 || mediaType);
  if (!isPlain) return new Blob(parts, { type: known ?? mediaType ?? (isMp4 ? 'audio/mp4' : 'audio/mpeg') });
  const rate = Number(/rate=(\d{4,6})/.exec(mediaType ?? '')?.[1] ?? RATE);
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  return new Blob([wavHead(size, rate), ...parts], { type: 'audio/wav' });
}

/** The head of a WAV file of 16 bits and one channel. */
function wavHead(size, rate) {
  const view = new DataView(new ArrayBuffer(44));
  const word = (at, text) => [...text].forEach((sign, index) => view.setUint8(at + index, sign.charCodeAt(0)));
  word(0, 'RIFF');
  view.setUint32(4, 36 + size, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, size, true);
  return view;
}
