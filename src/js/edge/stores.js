/** Seconds: KV refuses less. */
const LEAST_S = 60;

/** Sessions in Workers KV: nonces travel between isolates. Keys begin with `rivulet:`. */
export function kvStore(namespace) {
  return {
    get: (key) => namespace.get(key, 'text'),
    set: (key, value, { ttlMs }) => namespace.put(key, value, { expirationTtl: Math.max(LEAST_S, Math.floor(ttlMs / 1000)) }),
    delete: (key) => namespace.delete(key),
  };
}

/** Sessions in the Cache API, of one data centre: `cacheStore(caches.default)`. Keys become addresses, as it wants them. */
export function cacheStore(cache, { base = 'https://rivulet.invalid/session/' } = {}) {
  const address = (key) => base + encodeURIComponent(key);
  return {
    async get(key) {
      return (await cache.match(address(key)))?.text();
    },
    set: (key, value, { ttlMs }) =>
      cache.put(address(key), new Response(value, {
        headers: { 'content-type': 'text/plain', 'cache-control': `max-age=${Math.max(1, Math.floor(ttlMs / 1000))}` },
      })),
    delete: (key) => cache.delete(address(key)),
  };
}
