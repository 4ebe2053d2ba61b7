// Bytes of a module as text in JavaScript: what is frequent is one letter, the rest two. Bytes stay what they are wherever they stand, so gzip
// finds the same repetitions as in the module itself: 189 kB instead of 188, while hexadecimal digits would be 211 and Base64 242.
// Decoding is a loop; a smaller text is parsed earlier, so the start takes no longer (`npm run bench -- --only cold`).

/** Printable ASCII that needs no escape in any kind of quotes, in a template or in HTML. The first two begin the pairs. */
const LETTERS = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter((letter) => !'\'"`\\$<'.includes(letter)).join('');

/** How many bytes are one letter. */
const SINGLE = LETTERS.length - 2;

/**
 * @param {Uint8Array} sample that says which bytes are frequent
 * @returns {Uint8Array} all bytes, the most frequent first
 */
export function ranking(sample) {
  const counts = new Uint32Array(256);
  for (const byte of sample) counts[byte]++;
  return Uint8Array.from([...counts.keys()].sort((one, other) => counts[other] - counts[one]));
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} ranks of `ranking`
 */
export function encode(bytes, ranks) {
  const texts = [];
  ranks.forEach((byte, rank) => {
    const pair = rank - SINGLE;
    texts[byte] = pair < 0 ? LETTERS[rank + 2] : LETTERS[Math.floor(pair / LETTERS.length)] + LETTERS[pair % LETTERS.length];
  });
  return Array.from(bytes, (byte) => texts[byte]).join('');
}

/** JavaScript for `decode(text)`. @param {Uint8Array} ranks */
export const decoder = (ranks) => `
const LETTERS = '${LETTERS}';
const RANKS = '${Buffer.from(ranks).toString('hex')}';
let single, pairs;
function prepare() {
  single = new Int16Array(128);
  pairs = new Uint8Array(384);
  for (let rank = 0; rank < 256; rank++) {
    const byte = parseInt(RANKS.substr(2 * rank, 2), 16), pair = rank - ${SINGLE};
    if (pair < 0) single[LETTERS.charCodeAt(rank + 2)] = byte;
    else pairs[(pair < ${LETTERS.length} ? 128 : 256) + LETTERS.charCodeAt(pair % ${LETTERS.length})] = byte;
  }
  single[LETTERS.charCodeAt(0)] = -128;
  single[LETTERS.charCodeAt(1)] = -256;
}
export function decode(text) {
  if (!single) prepare();
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = single[text.charCodeAt(at)];
    bytes[length++] = byte < 0 ? pairs[text.charCodeAt(++at) - byte] : byte;
  }
  return bytes.subarray(0, length);
}
`;
