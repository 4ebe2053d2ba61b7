import { ChatError } from '../error.js';

/**
 * A function of request and `env` that says whether the client may call. `authorize`: a list of keys, a function, `'public'` for
 * everybody, or `undefined` for nobody.
 */
export function authorizer(authorize) {
  if (authorize === undefined) return () => false;
  if (authorize === 'public') return () => true;
  if (typeof authorize === 'function') return async (request, env) => (await authorize(request, env)) === true;
  if (!Array.isArray(authorize)) {
    throw new ChatError('input', "authorize must be a list of keys, a function of the request, or 'public'");
  }
  const keys = authorize.map(keyOf);
  return async (request) => {
    let found = false;
    for (const key of givenKeys(request.headers)) {
      // Compares hashes, all bytes of all keys: so the time that it takes says nothing about a key, not even its length.
      const given = await digest(key);
      for (const known of keys) {
        const expected = await digest(known);
        let difference = 0;
        for (let i = 0; i < expected.length; i++) difference |= expected[i] ^ given[i];
        found = difference === 0 || found;
      }
    }
    return found;
  };
}

/** The keys of a request: as OpenAI's clients send it, as Anthropic's do, some of which send both, and as Azure's do. */
function givenKeys(headers) {
  const [, bearer] = /^bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '') ?? [];
  return [bearer, headers.get('x-api-key')?.trim(), headers.get('api-key')?.trim()].filter((key) => key);
}

/** A key that a header can carry, or an error that says what was meant: a key that no client can send locks everybody out. */
function keyOf(key, i) {
  const wrong = (what) => new ChatError('input', `authorize[${i}] ${what}`);
  if (typeof key !== 'string' || key === '') throw wrong('must be a key, a string that is not empty');
  if (key === '*') throw wrong("is a wildcard, which is compared as it is: authorize: 'public' lets everybody in");
  // Visible ASCII: what stands behind `Bearer ` without blanks.
  if (!/^[!-~]+$/.test(key)) throw wrong('has white space or a letter that no header can carry, so no client could send it');
  return key;
}

async function digest(text) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
