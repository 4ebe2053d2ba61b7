// Recordings lie in public: no key, cookie, address of a person or id of an account may stand in one.
//
// `masker` takes out what is known before a file is written; `findSecrets` looks for whatever has the shape of a secret,
// in a new recording before it is written and, in tests/tools/, in all that are there.

/** Stands where a key was. The conformance suite sends it, too. */
export const PLACEHOLDER = 'sk-placeholder-0123456789';
/** A key that is wrong on purpose. */
export const WRONG_KEY = 'sk-wrong-0123456789';

/** Values that say themselves that they are made up. */
const MADE_UP = /placeholder|wrong|canary|SITE-API-KEY/;
/** Domains that belong to nobody (RFC 2606, RFC 6761). */
const NOBODYS = /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost)$/i;

/** Headers of a request whose value is a secret. */
const KEY_HEADERS = ['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cf-aig-authorization'];

/** Headers of an answer that name an account, a person or one call of theirs. */
const ACCOUNT_HEADERS = [
  'openai-organization', 'openai-project', 'anthropic-organization-id', 'cf-ray', 'x-debug-trace-id', 'x-goog-user-project',
  'x-amzn-requestid', 'x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'report-to', 'nel',
];

/** Headers that a recorded response keeps: those that a client reads, or that show a reader which limits there are. */
const KEPT_HEADERS = /^(content-type|retry-after(-ms)?|location|cache-control|www-authenticate|x-(ratelimit|trial|endpoint)-[a-z-]+)$/;

/** Each shape once: its name, and what finds it. The first group, where there is one, is the secret itself. */
const SHAPES = [
  ['a key in a header', new RegExp(`^(?:${KEY_HEADERS.join('|')}): *(?:Bearer +)?(.+?)\\r?$`, 'gim')],
  ['a Bearer token', /\bBearer +([A-Za-z0-9._~+/-]{16,})/gi],
  ['a key', /\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}/g],
  ['a key of Google', /\bAIza[A-Za-z0-9_-]{30,}/g],
  ['a key', /\b(?:gsk|hf|xai|nvapi|csk|pplx|r8|ghp|gho|glpat|github_pat)[_-][A-Za-z0-9_-]{20,}/g],
  ['a key of AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ['a signed token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/g],
  ['a cookie', /^(?:set-)?cookie: *(.+?)\r?$/gim],
  ['an id of an account', new RegExp(`^(?:${ACCOUNT_HEADERS.join('|')}): *(.+?)\\r?$`, 'gim')],
  ['an id of an organisation', /\b(?:org|proj|user|acct)[-_](?=[A-Za-z]*[0-9])[A-Za-z0-9]{16,}\b/g],
  ['an e-mail address', /\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g],
];

/**
 * What in a text has the shape of a secret and is not made up.
 *
 * @param {string} text
 * @param {{ cookies?: boolean }} [allowed] cookies of a local site that is thrown away are no secrets
 * @returns {{ kind: string, line: number, hint: string }[]} `hint` is the beginning of it, never the whole
 */
export function findSecrets(text, { cookies = false } = {}) {
  const found = [];
  for (const [kind, shape] of SHAPES) {
    if (cookies && kind === 'a cookie') continue;
    for (const match of text.matchAll(shape)) {
      const value = match[1] ?? match[0];
      if (MADE_UP.test(value) || (kind === 'an e-mail address' && NOBODYS.test(value.split('@')[1]))) continue;
      const line = text.slice(0, match.index).split('\n').length;
      found.push({ kind, line, hint: `${match[0].slice(0, Math.min(12, Math.ceil(match[0].length / 3)))}...` });
    }
  }
  return found;
}

/**
 * A function that takes the given values out of a text, however they are written there: as they are, in a URL, in JSON, in
 * Base64; and the addresses and ids that name somebody.
 *
 * @param {Record<string, string>} values each secret, and what is to stand in its place
 * @returns {(text: string) => string}
 */
export function masker(values) {
  const pairs = [];
  for (const [secret, instead] of Object.entries(values)) {
    const inJson = JSON.stringify(secret).slice(1, -1);
    for (const written of new Set([secret, inJson, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])) {
      pairs.push([written, instead]);
    }
  }
  // The longest first: one secret may begin with another.
  pairs.sort(([one], [other]) => other.length - one.length);
  return (text) => {
    let masked = text;
    for (const [written, instead] of pairs) masked = masked.replaceAll(written, instead);
    for (const [kind, shape] of SHAPES) {
      if (kind === 'an e-mail address') {
        masked = masked.replace(shape, (address) => (NOBODYS.test(address.split('@')[1]) ? address : 'someone@mail.example'));
      } else if (kind === 'an id of an organisation') {
        masked = masked.replace(shape, (id) => `${id.match(/^[a-z]+[-_]/)[0]}placeholder`);
      }
    }
    return masked;
  };
}

/** The headers of an answer that a recording keeps, and the names of the others. */
export function keptHeaders(headers) {
  const kept = [];
  const dropped = [];
  for (const [name, value] of headers) {
    if (KEPT_HEADERS.test(name)) kept.push([name, value]);
    else dropped.push(name);
  }
  return { kept, dropped };
}

