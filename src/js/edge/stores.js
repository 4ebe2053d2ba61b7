import { ownProperties, refuseUnknown } from '../options.js';

/** Seconds that a value lives at least, since KV refuses less. */
const LEAST_S = 60;

/** A session store in Workers KV, which isolates share. Keys begin with `rivulet:`. */
export function kvStore(namespace) {
  return {
    get: (key) => namespace.get(key, 'text'),
    set: (key, value, { ttlMs }) => namespace.put(key, value, { expirationTtl: Math.max(LEAST_S, Math.floor(ttlMs / 1000)) }),
    delete: (key) => namespace.delete(key),
  };
}

/** A session store in the Cache API of one data centre, `cacheStore(caches.default)`. Keys become URLs, the only keys it knows. */
export function cacheStore(cache, options) {
  const given = ownProperties(options);
  refuseUnknown(given, ['base'], 'cacheStore');
  const { base = 'https://rivulet.invalid/session/' } = given;
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
