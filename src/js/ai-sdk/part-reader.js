import { stateOf } from './state.js';

/** Letters of a text that are kept to compare it with a final one, and to find the places of citations. */
const MOST_TEXT = 1_048_576;

/** Events that are kept until the end, of each kind. */
const MOST_KEPT = 500;

/** A piece that separates parts of the reasoning which follow each other directly (src/exchange/event_queue.rs). */
const BETWEEN_PARTS = '\n\n';

/** Events that are handed on as they are. */
const AS_THEY_ARE = ['warning', 'retry', 'status', 'action', 'logprobs', 'raw'];

/**
 * Reads the events of a reply as parts: texts, parts of the reasoning and calls with their begin and end, in the terms of the AI SDK, and
 * the other events. What the service wants back is at the end known only, so the last part waits for it: its end, or the call, has `state`.
 *
 * Beside the parts that the SDK has there are `replace` (`text`), `step` (an answer follows the results of tools), `file` (`url`, `mediaType`,
 * `id`, `name`), `cited`, `tool-result`, `tool-approval`, and those in `AS_THEY_ARE`.
 */
export class PartReader {
  #reply;
  #events;
  #audioFormat;
  #queue = [];
  #at = 0;
  #isOver = false;
  /** The text or the part of the reasoning that is under way: `{ kind, id, part }`. */
  #open;
  /** The last part that is complete. */
  #held;
  /** The calls of this answer by their place or id: `{ id, waiting, isEnded, letters }`. */
  #calls = new Map();
  #count = 0;
  /** What makes the ids of sources differ from those of other answers, which a page may have beside them. */
  #mark = Math.random().toString(36).slice(2, 8);
  #text = '';
  /** Letters of the whole text, and of that before the newest one. */
  #length = 0;
  #start = 0;
  #citations = [];
  #audio;
  /** Whether a blank line came that may be the end of a part of the reasoning. */
  #blank = false;
  #hasResults = false;
  #wasStateTaken = false;
  /** The event of the end. */
  finish;

  /** `audioFormat`: which sound was asked for. */
  constructor(reply, { audioFormat } = {}) {
    this.#reply = reply;
    this.#events = reply.events[Symbol.asyncIterator]();
    this.#audioFormat = audioFormat;
  }

  /** The next part; `undefined`: there is none left. Rejects as the reply does. */
  async next() {
    for (;;) {
      if (this.#at < this.#queue.length) {
        const part = this.#queue[this.#at++];
        if (this.#at === this.#queue.length) {
          this.#queue.length = 0;
          this.#at = 0;
        }
        return part;
      }
      if (this.#isOver) return undefined;
      const { value, done } = await this.#events.next();
      if (done) this.#end();
      else this.#read(value);
    }
  }

  #read(event) {
    if (AS_THEY_ARE.includes(event.type)) return void this.#queue.push(event);
    switch (event.type) {
      case 'text':
        return this.#addText(event.text);
      case 'reasoning':
        return this.#reason(event);
      case 'tool-call':
        return this.#call(event);
      case 'tool-result':
      case 'tool-approval':
        return this.#result(event);
      case 'source':
        if (event.start !== undefined || event.text !== undefined) this.#cite(event, event.source);
        return this.#push({ ...event, id: this.#sourceId() });
      case 'citation':
        return this.#cite(event, event.raw);
      case 'image':
        return this.#push({ type: 'file', url: event.url, mediaType: mediaTypeOf(event.url, 'image/png') });
      case 'file':
        return this.#push({ ...event, mediaType: event.mediaType ?? mediaTypeOf(event.url, 'application/octet-stream') });
      case 'audio':
        return this.#hear(event);
      case 'replace':
        return this.#replace(event.text);
      case 'finish':
        this.finish = event;
    }
    return undefined;
  }

  /** A part of the content. */
  #push(part) {
    this.#nextStep();
    this.#release();
    this.#queue.push(part);
  }

  /** Hands out the part that was held back. */
  #release() {
    if (this.#held) this.#queue.push(this.#held);
    this.#held = undefined;
  }

  #hold(part) {
    this.#release();
    this.#held = part;
  }

  /** Ends what is under way, and begins the next of this kind. */
  #begin(kind, part) {
    if (this.#open?.kind === kind && this.#open.part === part) return;
    this.#nextStep();
    this.#close();
    this.#open = { kind, part, id: this.#newId(kind) };
    this.#push({ type: `${kind}-start`, id: this.#open.id });
    this.#start = this.#length;
  }

  #close() {
    if (!this.#open) return;
    if (this.#open.kind === 'reasoning') this.#fillBlank();
    const { kind, id } = this.#open;
    this.#open = undefined;
    const end = { type: `${kind}-end`, id };
    if (kind === 'text') this.#attach(end);
    this.#hold(end);
  }

  #addText(text) {
    if (text === '') return;
    this.#begin('text');
    this.#length += text.length;
    if (this.#length <= MOST_TEXT) this.#text += text;
    this.#queue.push({ type: 'text-delta', id: this.#open.id, delta: text });
  }

  #reason({ text, part }) {
    const before = this.#open?.kind === 'reasoning' ? this.#open.part : undefined;
    // What separates two parts is in neither of them; the same letters within a part are.
    if (before !== undefined && part !== before) this.#blank = false;
    this.#begin('reasoning', part ?? before);
    this.#fillBlank();
    if (text === BETWEEN_PARTS) this.#blank = true;
    else if (text !== '') this.#think(text);
  }

  #fillBlank() {
    if (this.#blank) this.#think(BETWEEN_PARTS);
    this.#blank = false;
  }

  #think(text) {
    this.#queue.push({ type: 'reasoning-delta', id: this.#open.id, delta: text });
  }

  #call({ id, index, name, arguments: text = '', done }) {
    this.#nextStep();
    this.#close();
    const key = index ?? id ?? 'only';
    if (!this.#calls.has(key)) this.#calls.set(key, { id: undefined, waiting: '', isEnded: false, hasLetters: false });
    const call = this.#calls.get(key);
    if (call.isEnded) return;
    if (!done) call.waiting += text;
    if (call.id === undefined && id && name) {
      call.id = id;
      this.#push({ type: 'tool-input-start', id, toolName: name });
    }
    if (done && !call.hasLetters && call.waiting === '') call.waiting = text;
    if (call.id !== undefined && call.waiting !== '') {
      this.#push({ type: 'tool-input-delta', id: call.id, delta: call.waiting });
      call.hasLetters = true;
      call.waiting = '';
    }
    if (!done) return;
    call.isEnded = true;
    if (call.id !== undefined) this.#push({ type: 'tool-input-end', id: call.id });
    this.#hold({ type: 'tool-call', toolCallId: id ?? call.id, toolName: name, input: text || '{}' });
  }

  #result(event) {
    this.#close();
    this.#settle();
    this.#release();
    this.#hasResults = true;
    this.#queue.push(event);
  }

  /** Behind the results of tools another answer begins. */
  #nextStep() {
    if (!this.#hasResults) return;
    this.#hasResults = false;
    this.#wasStateTaken = false;
    this.#calls.clear();
    this.#queue.push({ type: 'step' });
  }

  #cite(event, raw) {
    if (this.#citations.length < MOST_KEPT) this.#citations.push({ ...event, raw, id: this.#sourceId() });
  }

  /** Gives the end of a text what was cited in it. */
  #attach(end) {
    if (this.#citations.length === 0) return;
    end.citations = placed(this.#citations, this.#length <= MOST_TEXT ? this.#text : undefined, this.#start);
    this.#citations = [];
  }

  /** The sound comes in pieces, and is a file at the end. Its words are text. */
  #hear({ mediaType, data, transcript, id, expiresAt }) {
    this.#audio ??= { pieces: [], mediaType: undefined, id: undefined, expiresAt: undefined };
    if (data) this.#audio.pieces.push(data);
    for (const [name, value] of Object.entries({ mediaType, id, expiresAt })) this.#audio[name] ??= value;
    if (transcript) this.#addText(transcript);
  }

  #replace(text) {
    // Mostly the final text only has more than the pieces.
    if (this.#length <= MOST_TEXT && text.startsWith(this.#text)) return this.#addText(text.slice(this.#text.length));
    this.#begin('text');
    this.#text = text;
    this.#length = text.length;
    this.#queue.push({ type: 'replace', id: this.#open.id, text });
    return undefined;
  }

  /** Gives the last part what the service wants back. */
  #settle() {
    if (this.#wasStateTaken) return;
    this.#wasStateTaken = true;
    const state = stateOf(this.#reply);
    if (!state) return;
    if (!this.#held) {
      const id = this.#newId('reasoning');
      this.#push({ type: 'reasoning-start', id });
      this.#held = { type: 'reasoning-end', id };
    }
    this.#held.state = state;
  }

  #end() {
    this.#isOver = true;
    this.#close();
    if (this.#held?.type === 'text-end') this.#attach(this.#held);
    if (this.#audio?.pieces.length > 0) {
      const { pieces, mediaType = audioType(this.#audioFormat), id, expiresAt } = this.#audio;
      const held = this.#held;
      this.#held = undefined;
      this.#queue.push({ type: 'file', url: `data:${mediaType};base64,${joined(pieces)}`, mediaType, id, expiresAt });
      this.#held = held;
    }
    if (!this.#hasResults) this.#settle();
    this.#release();
    if (this.#citations.length > 0) this.#queue.push({ type: 'cited', citations: placed(this.#citations, undefined, 0) });
  }

  #sourceId() {
    return this.#newId(`source-${this.#mark}`);
  }

  #newId(kind) {
    return `${kind}-${this.#count++}`;
  }
}

/** The citations, with their places in the text that begins at `start`, in UTF-16 units; without them where `text` is not there. */
function placed(citations, text, start) {
  const places = (unit) => citations.filter((of) => of.unit === unit).flatMap(({ start: from, end }) => [from, end]).filter(Number.isSafeInteger);
  const [ofCharacters, ofBytes] = ['characters', 'bytes'].map((unit) => (text === undefined ? new Map() : inUnits(text, places(unit), unit)));
  return citations.map(({ id, url, title, text: words, start: from, end, unit, raw }) => {
    const known = unit === 'bytes' ? ofBytes : ofCharacters;
    const citation = { id, url, title, text: words, raw };
    if (known.has(from) && known.has(end) && known.get(from) >= start) {
      citation.startIndex = known.get(from) - start;
      citation.endIndex = known.get(end) - start;
    }
    return citation;
  });
}

/** Where places, counted in characters or bytes, are in UTF-16 units. */
function inUnits(text, places, unit) {
  const found = new Map();
  const sorted = [...new Set(places)].sort((a, b) => a - b);
  let [next, count, at] = [0, 0, 0];
  for (const character of text) {
    while (next < sorted.length && sorted[next] <= count) found.set(sorted[next++], at);
    if (next === sorted.length) return found;
    const code = character.codePointAt(0);
    count += unit === 'characters' || code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += character.length;
  }
  while (next < sorted.length && sorted[next] <= count) found.set(sorted[next++], at);
  return found;
}

/** Pieces of Base64 as one. A piece that ends with padding cannot simply be followed by the next one. */
function joined(pieces) {
  const isWhole = pieces.slice(0, -1).every((piece) => piece.length % 4 === 0 && !piece.endsWith('='));
  return isWhole ? pieces.join('') : btoa(pieces.map((piece) => atob(piece)).join(''));
}

const AUDIO_TYPES = { mp3: 'audio/mpeg', pcm16: 'audio/pcm', wav: 'audio/wav', flac: 'audio/flac', opus: 'audio/ogg', aac: 'audio/aac' };

const audioType = (format) => AUDIO_TYPES[format] ?? 'audio/wav';

const ENDINGS = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp', gif: 'image/gif', svg: 'image/svg+xml', pdf: 'application/pdf', txt: 'text/plain', csv: 'text/csv' };

/** The media type that a URL shows. */
function mediaTypeOf(url = '', otherwise) {
  const [, ofData] = /^data:([^;,]+)/.exec(url.slice(0, 200)) ?? [];
  if (ofData !== undefined) return ofData;
  const [, ending] = /\.([a-z]+)(?:[?#]|$)/i.exec(url.slice(0, 4096)) ?? [];
  return (ending && ENDINGS[ending.toLowerCase()]) ?? otherwise;
}
