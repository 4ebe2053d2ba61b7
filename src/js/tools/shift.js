/** Makes the places in the events of one step places in the whole run: reasoning, calls and the text go on where the step before ended. */
export class Shift {
  #parts = 0;
  #calls = 0;
  #nextPart = 0;
  #nextCall = 0;
  /** The text of the steps before. */
  #text = '';
  /** Its length by unit, as soon as it is needed. */
  #lengths = {};

  event(event) {
    switch (event.type) {
      case 'reasoning': {
        const part = this.#parts + event.part;
        this.#nextPart = part + 1;
        return { ...event, part };
      }
      case 'tool-call': {
        if (event.index === undefined) return event;
        const index = this.#calls + event.index;
        this.#nextCall = Math.max(this.#nextCall, index + 1);
        return { ...event, index };
      }
      case 'replace':
        return { ...event, text: this.#text + event.text };
      case 'source':
      case 'citation': {
        if (event.start === undefined && event.end === undefined) return event;
        const before = this.#length(event.unit);
        const moved = { ...event };
        for (const key of ['start', 'end']) if (moved[key] !== undefined) moved[key] += before;
        return moved;
      }
      default:
        return event;
    }
  }

  /** A step has ended with this text. */
  next(text) {
    this.#text += text;
    this.#lengths = {};
    this.#parts = this.#nextPart;
    this.#calls = this.#nextCall;
  }

  #length(unit = 'characters') {
    return (this.#lengths[unit] ??= unit === 'bytes' ? new TextEncoder().encode(this.#text).length : [...this.#text].length);
  }
}
