import { warnOnce } from './warn.js';
import { tell } from './web.js';

/** What a piece is of, in the numbers of `Kind` in src/web/sys.rs; 2 is a piece of a tool call's arguments. */
const TEXT = 0;
const REASONING = 1;
const COMPLETE_ARGUMENTS = 3;
const REASONING_PART = 4;

/** The member of a call that goes back with it (src/providers/keyed/compatible.rs). */
const EXTRA = 'extra_content';

/** Bytes of the largest block of `Kept`. */
const MAX_BLOCK = 65_536;
const NO_BYTES = new Uint8Array(0);

/**
 * What the core delivers for one reply, until the consumer takes it. Pieces come in runs, mostly one run a network chunk: one string
 * and the ends of its pieces, which are cut apart here. That costs less than a call from wasm for each piece.
 */
export class EventBuffer {
  /** Pieces of text, or events where `wantsEvents`, from `#at` to `#end`. The array is reused, since a new one for each chunk costs. */
  #items = [];
  #at = 0;
  #end = 0;
  #call;
  /** The number of the part to which the next reasoning belongs. */
  #part = 0;
  #coalesce;
  #responseMeta;
  #onWarning;
  /** Whether the consumer reads `reply.events`, and not the text alone. */
  wantsEvents = false;
  /** Whether content came since the idle timer last checked. */
  active = false;
  /** Whether content came at all. */
  anyContent = false;
  /** What came of the text and of the reasoning, for `message`, each as `Kept`. */
  #kept;
  /** Bytes that came for it, of which no more than `#most` are kept. */
  #keptBytes = 0;
  /** The addresses of images, which count as bytes, too. */
  #images;
  #members;
  #most;
  /** The reply whose message and usage this one has: that of the provider which answers for a `Fallback`. */
  inner;
  usage;
  /** `{ reason, raw }`, the event of the end without its type. */
  finish;
  conversation;
  /** The calls of tools that are complete. */
  toolCalls = undefined;

  /**
   * `responseMeta`: `{ warnings, sequence, hasContent, partial }`, where the edge reads what belongs to its bytes. `partial`: what a client has
   * of an answer of Responses that broke off, as JSON text (`Reply`). `onWarning`: the caller's function.
   */
  constructor({ coalesce, responseMeta, onWarning }, most) {
    this.#coalesce = coalesce;
    this.#responseMeta = responseMeta;
    this.#onWarning = onWarning;
    this.#most = most;
  }

  /** The assistant's message so far, in OpenAI's shape, and what its provider wants back. */
  get message() {
    if (this.inner) return this.inner.message;
    if (this.#keptBytes > this.#most) return undefined;
    const { [EXTRA]: extra, ...members } = this.#members ?? {};
    const message = { role: 'assistant', content: this.#kept?.[TEXT]?.text ?? '' };
    const reasoning = this.#kept?.[REASONING]?.text;
    if (reasoning) message.reasoning_content = reasoning;
    if (this.#images) message.images = this.#images.map((url) => ({ type: 'image_url', image_url: { url } }));
    if (this.toolCalls) {
      message.content ||= null;
      message.tool_calls = this.toolCalls.map(({ id, name, arguments: text }) => {
        const call = { id, type: 'function', function: { name, arguments: text } };
        if (extra && Object.hasOwn(extra, id)) call[EXTRA] = extra[id];
        return call;
      });
    }
    return Object.assign(message, members);
  }

  /**
   * Text or reasoning, some KiB at once, as UTF-8. Bytes and not strings, since the engine would have to look after each piece, which
   * costs a reply of many pieces a fifth. `bytes` is a view of wasm memory, so it is copied.
   */
  keep(kind, bytes) {
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > this.#most) this.#kept = this.#images = undefined;
    else this.#keptAs(kind).add(bytes);
  }

  /** Members of the message that the core gives at the end. */
  members(members) {
    this.#members = members;
  }

  get isEmpty() {
    return this.#at === this.#end;
  }

  /** A piece of text, of reasoning or of arguments. A consumer that does not want events gets the text only. */
  piece(text, kind = TEXT) {
    if (kind >= COMPLETE_ARGUMENTS) {
      if (kind === REASONING_PART) return void this.#part++;
      this.#complete(this.#call, text);
    }
    this.active = this.anyContent = true;
    if (this.wantsEvents) this.#push(this.#eventOf(kind, text));
    else if (kind === TEXT) this.#push(text);
  }

  /** A piece of up to sixteen ASCII characters, four in each number, since a `TextDecoder` costs four times as much for so few. */
  short(kind, length, a, b, c, d) {
    const { fromCharCode } = String;
    const begin = fromCharCode(a & 127, a >> 8 & 127, a >> 16 & 127, a >>> 24, b & 127, b >> 8 & 127, b >> 16 & 127, b >>> 24);
    if (length <= 8) return this.piece(begin.slice(0, length), kind);
    const rest = fromCharCode(c & 127, c >> 8 & 127, c >> 16 & 127, c >>> 24, d & 127, d >> 8 & 127, d >> 16 & 127, d >>> 24);
    this.piece(begin + rest.slice(0, length - 8), kind);
  }

  /** Several pieces. `ends` is a view of wasm memory, so it is read before anything can call into wasm again. */
  run(kind, text, ends) {
    if (this.#coalesce) return this.piece(text, kind);
    for (let i = 0, start = 0; i < ends.length; i++) {
      const end = ends[i];
      this.piece(text.slice(start, end), kind);
      start = end;
    }
  }

  /** The tool call to which the next pieces of arguments belong. */
  call(index, id, name) {
    this.#call = { index, id, name };
  }

  /** Content came whose bytes come later, perhaps much later. The timers have to know, and a `Race`, which waits for the first content. */
  markActivity() {
    if (this.wantsEvents && !this.anyContent) this.#push({ type: 'began' });
    this.active = this.anyContent = true;
  }

  /** Bytes of an HTTP response that the core's encoder made (src/edge/mod.rs). `bytes` is a view of wasm memory, so it is copied. */
  bytes(bytes, sequence, hasContent) {
    this.active = true;
    this.anyContent ||= hasContent;
    Object.assign(this.#responseMeta, { sequence, hasContent });
    this.#push(bytes.slice());
  }

  /** The response that a `Race` was won with. */
  set head(response) {
    if (this.#responseMeta) this.#responseMeta.head = response;
  }

  /** Any other event. `isContent`: whether it counts as content for the timers, as all do but warnings and status. */
  event(event, isContent) {
    if (isContent) this.active = this.anyContent = true;
    if (event.type === 'warning') this.#warn(event);
    else if (event.type === 'usage') this.usage = event.usage;
    else if (event.type === 'replace') this.#keptAs(TEXT).text = event.text;
    else if (event.type === 'image') this.#keepImage(event.url);
    else if (event.type === 'finish') this.finish = { reason: event.reason, raw: event.raw };
    else if (event.type === 'tool-call' && event.done) this.#complete(event, event.arguments);
    else if (event.type === 'conversation') this.conversation = event.conversation;
    if (this.wantsEvents) this.#push(event);
  }

  /** A warning has to reach somebody, also where only the text is read. */
  #warn(event) {
    this.#responseMeta?.warnings.push(event.message);
    if (this.#onWarning) tell(this.#onWarning, event);
    else if (!this.wantsEvents && !this.#responseMeta) warnOnce(event.message);
  }

  /** A request failed, and is going to be sent again in `waitMs`. Returns the event, for those who hear of it in another way. */
  retry(attempt, waitMs, error) {
    const event = { type: 'retry', attempt, waitMs, error };
    if (this.wantsEvents) this.#push(event);
    return event;
  }

  /** The next item, which is then no longer here. */
  take() {
    const item = this.#items[this.#at];
    this.#items[this.#at++] = undefined;
    if (this.#at === this.#end) this.#at = this.#end = 0;
    return item;
  }

  /** Drops everything that the consumer has not taken. */
  clear() {
    this.#items = [];
    this.#at = this.#end = 0;
  }

  #keepImage(url) {
    this.#keptBytes += url.length;
    if (this.#keptBytes > this.#most) this.#kept = this.#images = undefined;
    else (this.#images ??= []).push(url);
  }

  #keptAs(kind) {
    return ((this.#kept ??= [])[kind] ??= new Kept());
  }

  #complete({ id, name }, text) {
    (this.toolCalls ??= []).push({ id, name, arguments: text });
  }

  #eventOf(kind, text) {
    if (kind === TEXT) return { type: 'text', text };
    if (kind === REASONING) return { type: 'reasoning', text, part: this.#part };
    const { index, id, name } = this.#call;
    const event = { type: 'tool-call', index };
    // Id and name are left out until the service gives them. Spread syntax would make an event six times as expensive.
    const done = kind === COMPLETE_ARGUMENTS;
    if (id || done) event.id = id;
    if (name || done) event.name = name;
    event.arguments = text;
    event.done = done;
    return event;
  }

  #push(item) {
    this.#items[this.#end++] = item;
  }
}

/** A text that comes in pieces of UTF-8, which are kept in blocks until somebody asks for it. */
class Kept {
  /** Full blocks, and the one that is being filled. */
  #blocks = [];
  #block = NO_BYTES;
  #length = 0;
  #text = '';

  add(bytes) {
    if (this.#block.length < this.#length + bytes.length) {
      const most = Math.min(4 * this.#block.length, MAX_BLOCK);
      this.#close();
      this.#block = new Uint8Array(Math.max(bytes.length, most));
    }
    this.#block.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  get text() {
    this.#close();
    if (this.#blocks.length > 0) {
      // A mark of the byte order is a part of the text.
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      this.#text += this.#blocks.map((block) => decoder.decode(block)).join('');
      this.#blocks = [];
    }
    return this.#text;
  }

  set text(text) {
    this.#blocks = [];
    this.#length = 0;
    this.#text = text;
  }

  #close() {
    if (this.#length > 0) this.#blocks.push(this.#block.subarray(0, this.#length));
    this.#block = NO_BYTES;
    this.#length = 0;
  }
}
