// Takes keys out of what is kept: a service may repeat in an error, and a visitor in a question, what must not be written down.

/** Shorter ones would be found in any text. */
const SHORTEST = 8;
const LEFT_OUT = '[key left out]';

/**
 * A copy in which no text holds any of the secrets, nor ends with the begin of one, as a title or an excerpt does that was cut.
 *
 * @template Value
 * @param {Value} value plain JSON
 * @param {string[]} secrets
 * @returns {Value}
 */
export function withoutSecrets(value, secrets) {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret.replace(/\p{Cs}/gu, ''))]);
  const known = [...new Set(forms)].filter(({ length }) => length >= SHORTEST);
  if (known.length === 0) return value;
  const clean = (text) => known.reduce((rest, secret) => withoutCut(rest.replaceAll(secret, () => LEFT_OUT), secret), text);
  const copy = (each) => {
    if (typeof each === 'string') return clean(each);
    if (Array.isArray(each)) return each.map(copy);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([name, member]) => [clean(name), copy(member)]));
  };
  return copy(value);
}

/** The text without the begin of a secret at its end, behind which there may be the mark of a cut. */
function withoutCut(text, secret) {
  const whole = text.endsWith('…') ? text.slice(0, -1) : text;
  const at = whole.indexOf(secret.slice(0, SHORTEST), Math.max(0, whole.length - secret.length));
  return at >= 0 && secret.startsWith(whole.slice(at)) ? text.slice(0, at) + LEFT_OUT + text.slice(whole.length) : text;
}
