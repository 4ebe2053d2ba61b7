/** What a piece is: `Kind` in src/web/sys.rs. Of the arguments of a call there are pieces (2) and, in the end, all of them. */
const TEXT = 0;
const REASONING = 1;
const COMPLETE_ARGUMENTS = 3;

/**
 * What the core delivers for one reply, until the consumer takes it. Pieces come in runs,
 * mostly one a network chunk: one string and the ends of its pieces, cut apart here.
 */
export class EventBuffer {
  /** Pieces of text, or events where `wantsEvents`, from `#at` to `#end`. The array is kept: a new one a chunk would cost. */
  #items = [];
  #at = 0;
  #end = 0;
  #call;
  #coalesce;
  #responseMeta;
  wantsEvents = false;
  /** Content came since the idle timer last looked. */
  heard = false;
  /** Content came at all. */
  any = false;
  usage;
  finishReason;
  conversation;

  /** `responseMeta`: where the edge reads what stands beside its bytes, `{ warnings, sequence, hasContent }`. */
  constructor(coalesce, responseMeta) {
    this.#coalesce = coalesce;
    this.#responseMeta = responseMeta;
  }

  get isEmpty() {
    return this.#at === this.#end;
  }

  /** Whoever wants no events wants the text. */
  piece(text, kind = TEXT) {
    this.active = this.anyContent = true;
    if (this.wantsEvents) this.#push(this.#eventOf(kind, text));
    else if (kind === TEXT) this.#push(text);
  }

  /** A piece of up to sixteen ASCII characters, four in each number: a `TextDecoder` costs four times as much for so few. */
  short(kind, length, a, b, c, d) {
    const { fromCharCode } = String;
    const begin = fromCharCode(a & 127, a >> 8 & 127, a >> 16 & 127, a >>> 24, b & 127, b >> 8 & 127, b >> 16 & 127, b >>> 24);
    if (length <= 8) return this.piece(begin.slice(0, length), kind);
    const rest = fromCharCode(c & 127, c >> 8 & 127, c >> 16 & 127, c >>> 24, d & 127, d >> 8 & 127, d >> 16 & 127, d >>> 24);
    this.piece(begin + rest.slice(0, length - 8), kind);
  }

  /** Several pieces. `ends` is a view of wasm memory: it is read before anything can call into wasm again. */
  run(kind, text, ends) {
    if (this.#coalesce) return this.piece(text, kind);
    for (let i = 0, start = 0; i < ends.length; i++) {
      const end = ends[i];
      this.piece(text.slice(start, end), kind);
      start = end;
    }
  }

  /** Which call of a tool the next pieces are about. */
  call(index, id, name) {
    this.#call = { index, id, name };
  }

  /** Content came whose bytes come later, perhaps much later: clocks have to know, and a Race, which asks for the first sign. */
  markActivity() {
    if (this.wantsEvents && !this.anyContent) this.#push({ type: 'began' });
    this.active = this.anyContent = true;
  }

  /** Of an HTTP answer (src/edge.rs). `bytes` is a view of wasm memory. */
  bytes(bytes, sequence, hasContent) {
    this.active = this.anyContent = true;
    Object.assign(this.#responseMeta, { sequence, hasContent });
    this.#push(bytes.slice());
  }

  /** Anything else. `isContent`: it keeps the clocks content; a warning of our own does not. */
  event(event, isContent) {
    if (isContent) this.active = this.anyContent = true;
    if (event.type === 'warning') this.#responseMeta?.warnings.push(event.message);
    else if (event.type === 'usage') this.usage = event.usage;
    else if (event.type === 'finish') this.finishReason = event.reason;
    else if (event.type === 'conversation') this.conversation = event.conversation;
    if (this.wantsEvents) this.#push(event);
  }

  take() {
    const item = this.#items[this.#at];
    this.#items[this.#at++] = undefined;
    if (this.#at === this.#end) this.#at = this.#end = 0;
    return item;
  }

  clear() {
    this.#items = [];
    this.#at = this.#end = 0;
  }

  #eventOf(kind, text) {
    if (kind === TEXT) return { type: 'text', text };
    if (kind === REASONING) return { type: 'reasoning', text };
    const { index, id, name } = this.#call;
    const event = { type: 'tool-call', index };
    // What the service has not told yet is left out. Spread syntax would make an event six times as dear.
    if (id) event.id = id;
    if (name) event.name = name;
    event.arguments = text;
    event.done = kind === COMPLETE_ARGUMENTS;
    return event;
  }

  #push(item) {
    this.#items[this.#end++] = item;
  }
}
