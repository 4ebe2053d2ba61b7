// Measures how fast a reply comes, from the call to each piece, as the page sees it.

/** The clock of one reply. */
export class Timings {
  #start = performance.now();
  /** When each piece of text came, in ms since the call. */
  arrivals = [];
  /** When each piece of reasoning came, in ms since the call. */
  reasoningArrivals = [];
  characters = 0;
  first;
  end;

  /** @returns {number} ms since the call */
  now() {
    return performance.now() - this.#start;
  }

  piece(text, at) {
    this.first ??= at;
    this.arrivals.push(at);
    this.characters += text.length;
  }

  reasoning(at) {
    this.reasoningArrivals.push(at);
  }

  finish() {
    this.end = this.now();
  }

  get elapsed() {
    return this.end ?? this.now();
  }

  /** Pieces per second between the first and the last; `undefined` for a single piece. */
  get perSecond() {
    const { arrivals } = this;
    if (arrivals.length < 2) return undefined;
    const span = arrivals.at(-1) - arrivals[0];
    return span > 0 ? ((arrivals.length - 1) * 1000) / span : undefined;
  }
}

/** @param {Timings} [timings] @returns {[string, string][]} */
export function rows(timings) {
  return [
    ['First text', ms(timings?.first)],
    ['Pieces', count(timings?.arrivals.length)],
    ['Pieces per second', timings?.perSecond ? count(Math.round(timings.perSecond)) : '–'],
    ['Characters', count(timings?.characters)],
    ['Total', ms(timings?.elapsed)],
  ];
}

/** @param {Timings} timings */
export function summary(timings) {
  const { length } = timings.arrivals;
  return `${count(length)} ${length === 1 ? 'piece' : 'pieces'} in ${ms(timings.elapsed)}`;
}

export function ms(value) {
  if (value === undefined) return '–';
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

const count = (value) => (value === undefined ? '–' : value.toLocaleString('en'));
