// One contestant and one body, in whatever runtime: checked once, then run round after round.

import { makeBody } from '../body/body.js';
import { memoryFetch } from '../body/fetch.js';

const MEMORY = 'https://bench.example';

/**
 * @param {{ create: (site: object) => (take: (text: string) => void) => Promise<number | undefined>, reads?: 'bytes', joins?: boolean }} contestant
 * @param {{ body: { dialect: string, cut: string | number, events: number, times?: number }, url?: string, stallAt?: number }} job
 *   `url`: of the local server; without it the body comes from memory
 */
export function measured(contestant, { body: wanted, url = MEMORY, stallAt }) {
  const body = makeBody(wanted);
  const fetch = url === MEMORY ? memoryFetch(body, { stallAt }) : undefined;
  const read = contestant.create({ dialect: wanted.dialect, url, fetch, body });
  const times = wanted.times ?? 1;

  /** What one round must count, as the check has counted it. */
  let right;

  return {
    read,
    pieces: body.texts.length * times,
    chunks: body.chunks.length,

    /** A whole reply, compared by hash with what was sent. */
    async check() {
      if (contestant.reads === 'bytes') {
        const bytes = await read(() => {});
        right = { items: 0, length: 0, bytes };
        return bytes === body.bytes ? undefined : `read ${bytes} of ${body.bytes} bytes`;
      }
      const items = [];
      await (read.check ?? read)((text) => items.push(text));
      right = { items: items.length, length: items.reduce((sum, text) => sum + text.length, 0), bytes: undefined };
      if (read.check) right = undefined;
      const wantedText = body.texts.join('').repeat(times);
      const [got, hash] = await Promise.all([items.join(''), wantedText].map(sha256));
      if (got !== hash) return `its text is another one (sha256 ${got.slice(0, 8)}, not ${hash.slice(0, 8)})`;
      const pieces = body.texts.length * times;
      return contestant.joins || items.length === pieces ? undefined : `${items.length} items instead of ${pieces}`;
    },

    /** `replies` replies, one after the other. Items and their length are counted and must be right each time. */
    async round(replies) {
      for (let reply = 0; reply < replies; reply++) {
        let items = 0;
        let length = 0;
        const bytes = await read((text) => {
          items++;
          length += text.length;
        });
        if (right === undefined) continue;
        // Over a network the chunks, and so the joined pieces, are others each time.
        const itemsRight = contestant.joins ? items > 0 : items === right.items;
        if (!itemsRight || length !== right.length || bytes !== right.bytes) throw new Error('a round read something else');
      }
    },
  };
}

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
