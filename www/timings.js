// How fast a reply came, measured where the page sees it: from the call to each piece.

/** The clock of one reply. */
export class Timings {
  #start = performance.now();
  /** ms of each piece, for the trace. */
  arrivals = [];
  /** Those of what was thought. */
  thoughts = [];
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

  thought(at) {
    this.thoughts.push(at);
  }

  finish() {
    this.end = this.now();
  }

  get elapsed() {
    return this.end ?? this.now();
  }

  /** Between the first piece and the last; one piece has no rate. */
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
