// The settings as an address, to be given to somebody else. A key is never in it, wherever the visitor has put one.

import { el } from '../page/dom.js';

/**
 * @typedef {Record<string, string | number | boolean>} Lane the settings of one provider, flat
 * @typedef {Lane & { lanes?: Lane[] }} Shared the settings; `lanes`: those of the providers that are asked side by side, up to four
 */

const MOST_LANES = 4;
/** The name under which a setting of the second to fourth provider stands: `2.url`. */
const LATER = /^([2-9])\.(.+)$/;

/** Names under which a key might stand, whatever its form. */
const KEY_NAME = /^(?:api[-_]?key|key|token|secret|password|authorization)$/i;
/** What looks like a key: those with a begin of their own, what stands behind `Bearer`, and long random text. Words and names of models must not. */
const KEYS = [
  /\bsk[-_][\w-]{8,}/i,
  /\b(?:pk|rk|gsk|csk|xai|hf|fw|r8|tgp|key|nvapi|pplx|ghp|github_pat|glpat|xox[abp])[-_](?=[\w-]*\d)[\w-]{16,}/i,
  /\bAIza[\w-]{20,}/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}/,
  /\bbearer\s+(?:(?=\S*\d)[\w.~+/=-]{8,}|[\w.~+/=-]{20,})/i,
  /\b[Bb]asic\s+(?=\S*[\d=])(?=\S*[A-Z])[\w+/=]{8,}/,
  /(?<!\w)[0-9a-f]{32,}(?!\w)/i,
  // Letters of both cases and digits, without the hyphens that names have.
  /(?<!\w)(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{32,}(?!\w)/,
];
/** Who is to be let in, within an address: `https://user:password@host`. */
const LOGIN = /:\/\/[^/\s?#]*@/;
/** A key as a parameter within an address. */
const PARAMETER = /[?&](?:api[-_]?key|key|token|access_token|secret|password)=[^&\s]/i;

/** Whether a value looks as if there were a key in it. @param {unknown} value */
export function looksLikeKey(value) {
  const text = String(value);
  return KEYS.some((key) => key.test(text)) || LOGIN.test(text) || PARAMETER.test(text);
}

/**
 * @param {Shared} settings
 * @param {{ defaults?: Lane, base?: string, secrets?: string[] }} [options] `defaults`: what is left out where it is the same; `base`: the address of
 *   the page; `secrets`: the keys of the moment, which are in no address whatever they look like
 * @returns {{ url: string, leftOut: string[], warning: string }} `leftOut`: the names of the settings in which there might be a key; `warning`: the
 *   same in words, or empty
 */
export function shareLink(settings, { defaults = {}, base = location.href, secrets = [] } = {}) {
  const { lanes: [first = {}, ...later] = [], ...rest } = settings;
  const url = new URL(base);
  url.search = '';
  const leftOut = [];
  const hasSecret = (value) => secrets.some((secret) => secret.length > 3 && String(value).includes(secret));
  const add = (prefix, values) => {
    for (const [name, value] of Object.entries(values)) {
      if (!['string', 'number', 'boolean'].includes(typeof value) || value === (defaults[name] ?? '')) continue;
      if (KEY_NAME.test(name) || looksLikeKey(value) || hasSecret(value)) {
        if (value !== '') leftOut.push(`${prefix}${name}`);
      } else url.searchParams.append(`${prefix}${name}`, String(value));
    }
  };
  add('', { ...rest, ...first });
  later.slice(0, MOST_LANES - 1).forEach((lane, index) => {
    // A provider with nothing of its own is one, too.
    const before = url.searchParams.toString();
    add(`${index + 2}.`, lane);
    if (url.searchParams.toString() === before) url.searchParams.append(`${index + 2}.provider`, String(lane.provider ?? ''));
  });
  // Behind `#` it is not sent to the server that has the page, and may be as long as it has to.
  url.hash = url.searchParams.toString();
  url.search = '';
  return { url: url.href, leftOut, warning: warningOf(leftOut) };
}

const warningOf = (names) => (names.length === 0 ? ''
  : `Left out, since there might be a key in it: ${names.map((name) => name.replace(LATER, '$2 of provider $1')).join(', ')}. `
  + 'A link must hold no key: whoever has the link has the key.');

/**
 * The settings of an address: behind `#`, as `shareLink` writes them, or behind `?`, as a person may. What looks like a key is not taken either.
 *
 * @param {{ search: string, hash: string }} place `location`
 * @param {Lane} [defaults] only settings that are named there are taken, in the type that they have there; left out: all, as text
 * @returns {Shared} only what the address says; `lanes` is there if it says something of a provider beside the first
 */
export function readLink({ search, hash }, defaults) {
  const lanes = [];
  for (const [key, text] of [...new URLSearchParams(search), ...new URLSearchParams(hash.replace(/^#/, ''))]) {
    const [, number = '1', name = key] = LATER.exec(key) ?? [];
    const value = valueOf(text, defaults?.[name]);
    const isKnown = defaults === undefined || Object.hasOwn(defaults, name);
    if (!isKnown || value === undefined || Number(number) > MOST_LANES || KEY_NAME.test(name) || looksLikeKey(text)) continue;
    lanes[number - 1] = { ...lanes[number - 1], [name]: value };
  }
  // Numbers that are left out are no providers.
  const [first = {}, ...later] = Array.from(lanes);
  const others = later.filter(Boolean);
  return others.length === 0 ? first : { ...first, lanes: [first, ...others] };
}

/** A text of an address in the type that the setting has; undefined: it cannot be. */
function valueOf(text, standard) {
  if (typeof standard === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (typeof standard === 'number') return Number.isFinite(Number(text)) && text.trim() !== '' ? Number(text) : undefined;
  return text;
}

/**
 * A button that copies the link, and words beside it on what came of that.
 *
 * @param {HTMLElement} container an empty element
 * @param {() => { url: string, warning: string }} link as `shareLink` gives it
 */
export function shareButton(container, link) {
  const said = el('span', { className: 'share-said', role: 'status' });
  const field = el('input', { className: 'share-field', readOnly: true, hidden: true, 'aria-label': 'Link with these settings' });
  const button = el('button', { type: 'button', className: 'small' }, 'Copy link with these settings');
  container.classList.add('share');
  container.append(button, said, field);
  button.addEventListener('click', async () => {
    const { url, warning } = link();
    const isCopied = await navigator.clipboard.writeText(url).then(() => true, () => false);
    said.textContent = [isCopied ? 'Copied: the settings, without keys.' : 'Not allowed to copy: here is the link.', warning].filter(Boolean).join(' ');
    field.hidden = isCopied;
    if (isCopied) return;
    field.value = url;
    field.focus();
    field.select();
  });
}
