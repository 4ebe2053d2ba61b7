/** Key of what the event of an error says beside it: who asked the provider knows, and the handler tells. */
export const about = Symbol('about');

/** Key of what an error says where content had come, so that the service wants to be paid. */
export const paid = Symbol('paid');

/** What logs and spans want to know of an answer, without any text: `EdgeFacts` of edge.d.ts. */
export class Facts {
  #api;
  #model;
  #startedAt = Date.now();
  #firstContentMs;

  constructor(api, model) {
    this.#api = api;
    this.#model = model;
  }

  /** The first content is there. */
  hasContent() {
    this.#firstContentMs = Date.now() - this.#startedAt;
  }

  /** The facts at this moment. `source`: the reply, whose provider may be one of a `Fallback`, or else the provider. */
  of(source) {
    return {
      api: this.#api,
      model: this.#model,
      provider: source.provider ?? source.name,
      firstContentMs: this.#firstContentMs,
      durationMs: Date.now() - this.#startedAt,
    };
  }
}

/** Puts warnings into a header, which takes ASCII only and cannot be long. */
export function addWarnings(headers, warnings) {
  if (warnings.length > 0) headers['x-rivulet-warnings'] = warnings.join('; ').slice(0, 2000).replace(/[^ -~]/g, '?');
}
