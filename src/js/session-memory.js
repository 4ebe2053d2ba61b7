/** How many sessions are kept at the same time. */
const MAX_ENTRIES = 256;

const entries = new Map();

/** The session store of calls that have none. It holds values and never promises, since the requests of a Worker share it. */
export const memory = {
  get(key) {
    const entry = entries.get(key);
    return entry !== undefined && entry.until > Date.now() ? entry.value : undefined;
  },
  set(key, value, { ttlMs }) {
    entries.delete(key);
    entries.set(key, { value, until: Date.now() + ttlMs });
    // Drops the oldest entry: a Map keeps the order in which entries were added.
    if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value);
  },
  delete(key) {
    entries.delete(key);
  },
};
