import { ChatError } from '../error.js';

/**
 * A function of request and `env` that says whether the client may call. `authorize`: a list of keys, a function, `'public'` for
 * everybody, or `undefined` for nobody.
 */
export function authorizer(authorize) {
  if (authorize === undefined) return () => false;
  if (authorize === 'public') return () => true;
  if (typeof authorize === 'function') return async (request, env) => (await authorize(request, env)) === true;
  if (!Array.isArray(authorize) || !authorize.every((key) => typeof key === 'string' && key.trim().length > 0)) {
    throw new ChatError('input', "authorize must be a list of keys, a function of the request, or 'public'");
  }
  const keys = [...authorize];
  return async (request) => {
    const [, key] = /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    if (key === undefined) return false;
    // Compares hashes, all bytes of all keys: so the time that it takes says nothing about a key, not even its length.
    const given = await digest(key);
    let found = false;
    for (const known of keys) {
      const expected = await digest(known);
      let difference = 0;
      for (let i = 0; i < expected.length; i++) difference |= expected[i] ^ given[i];
      found = difference === 0 || found;
    }
    return found;
  };
}

async function digest(text) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
