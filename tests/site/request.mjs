// A request as the site sees it, and the log that tests read.

/**
 * @typedef {object} SiteRequest
 * @property {string} method
 * @property {string} url path and query as sent
 * @property {URLSearchParams} query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Record<string, string>} cookies
 * @property {Buffer} bytes
 * @property {string} text
 * @property {() => Promise<Map<string, any>>} fields of a form, urlencoded or multipart
 */

/** @returns {Promise<SiteRequest>} */
export async function readRequest(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const url = new URL(incoming.url, 'http://site.invalid');
  const { method, headers } = incoming;
  return {
    method,
    url: incoming.url,
    path: url.pathname,
    query: url.searchParams,
    headers,
    cookies: readCookies(headers.cookie ?? ''),
    bytes,
    text: bytes.toString('utf8'),
    fields: () => readForm(headers['content-type'] ?? '', bytes),
  };
}

/** The cookie of a WordPress login, or an empty text. */
export function loginOf({ cookies }) {
  return Object.entries(cookies).find(([name]) => name.startsWith('wordpress_logged_in'))?.[1] ?? '';
}

function readCookies(header) {
  const pairs = header.split(/;\s*/).filter(Boolean).map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}

/** PHP reads these two kinds of body into `$_POST` and no others. */
async function readForm(type, bytes) {
  if (/^application\/x-www-form-urlencoded/i.test(type)) return new Map(new URLSearchParams(bytes.toString('utf8')));
  if (!/^multipart\/form-data/i.test(type)) return new Map();
  try {
    return new Map(await new Response(bytes, { headers: { 'content-type': type } }).formData());
  } catch {
    return new Map();
  }
}

/** What reached the site, oldest first. */
export class RequestLog extends Array {
  #waiting = [];

  /** @param {SiteRequest} request @param {string} kind @param {Promise<'finished' | 'aborted'>} closed */
  record(request, kind, closed) {
    const { method, url, path, headers, text } = request;
    const entry = { kind, method, url, path, headers, body: text, status: 0, closed, end: 'open' };
    closed.then((end) => { entry.end = end; });
    this.push(entry);
    this.#waiting = this.#waiting.filter((waiter) => !waiter(entry));
    return entry;
  }

  /** The requests of a kind. */
  of(kind) {
    return Array.from(this).filter((entry) => entry.kind === kind);
  }

  /**
   * The next request of a kind to come in, or the last if there was one.
   * @param {string} kind
   */
  async when(kind) {
    return this.of(kind).at(-1) ?? this.next(kind);
  }

  /** The next request of a kind that is still to come. */
  next(kind) {
    return new Promise((resolve) => {
      this.#waiting.push((entry) => {
        if (entry.kind !== kind) return false;
        resolve(entry);
        return true;
      });
    });
  }

  clear() {
    this.length = 0;
  }

  static get [Symbol.species]() {
    return Array;
  }
}
