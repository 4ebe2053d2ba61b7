// Measures how fast a reply comes, from the call to each piece, as the page sees it.

/** How many times are kept at most for the line that shows them: twice as many as it has places. */
const KEPT = 1200;

/** When pieces came, in ms since the call: how many, the first, the last, and times enough to draw them, however many there are. */
export class Arrivals {
  count = 0;
  first;
  last;
  times = [];
  /** How far apart kept times are at least, in ms. It doubles whenever there are too many. */
  #apart = 0.25;

  add(at) {
    this.count += 1;
    this.first ??= at;
    this.last = at;
    if (at - (this.times.at(-1) ?? -Infinity) < this.#apart) return;
    this.times.push(at);
    if (this.times.length < KEPT) return;
    this.#apart *= 2;
    let kept = -Infinity;
    this.times = this.times.filter((time) => {
      if (time - kept < this.#apart) return false;
      kept = time;
      return true;
    });
  }
}

/** The clock of one reply. */
export class Timings {
  #start = performance.now();
  /** The pieces of text. */
  arrivals = new Arrivals();
  characters = 0;
  end;

  /** @returns {number} ms since the call */
  now() {
    return performance.now() - this.#start;
  }

  piece(text, at) {
    this.arrivals.add(at);
    this.characters += text.length;
  }

  finish() {
    this.end = this.now();
  }

  /** What is kept of them. */
  plain() {
    return { first: this.first, elapsed: this.elapsed, pieces: this.arrivals.count, characters: this.characters };
  }

  /** When the first piece of text came. */
  get first() {
    return this.arrivals.first;
  }

  get elapsed() {
    return this.end ?? this.now();
  }

  /** Pieces per second between the first and the last; `undefined` for a single piece. */
  get perSecond() {
    const { count, first, last } = this.arrivals;
    return count > 1 && last > first ? ((count - 1) * 1000) / (last - first) : undefined;
  }
}

/** @param {Timings} [timings] @returns {[string, string][]} */
export function rows(timings) {
  return [
    ['First text', ms(timings?.first)],
    ['Pieces', count(timings?.arrivals.count)],
    ['Pieces per second', timings?.perSecond ? count(Math.round(timings.perSecond)) : '–'],
    ['Characters', count(timings?.characters)],
    ['Total', ms(timings?.elapsed)],
  ];
}

/** @param {Timings} timings */
export function summary(timings) {
  const { count: length } = timings.arrivals;
  return `${count(length)} ${length === 1 ? 'piece' : 'pieces'} in ${ms(timings.elapsed)}`;
}

export function ms(value) {
  if (value === undefined) return '–';
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`;
}

const count = (value) => (value === undefined ? '–' : value.toLocaleString('en'));
