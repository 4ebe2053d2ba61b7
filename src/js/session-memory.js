/** Sites that are remembered at the same time. */
const MAX_ENTRIES = 256;

const entries = new Map();

/** The session store where none is given. It holds values only, never promises: requests of a Worker share it. */
export const memory = {
  get(key) {
    const entry = entries.get(key);
    return entry !== undefined && entry.until > Date.now() ? entry.value : undefined;
  },
  set(key, value, { ttlMs }) {
    entries.delete(key);
    entries.set(key, { value, until: Date.now() + ttlMs });
    // The oldest: a Map keeps the order in which its entries came.
    if (entries.size > MAX_ENTRIES) entries.delete(entries.keys().next().value);
  },
  delete(key) {
    entries.delete(key);
  },
};
