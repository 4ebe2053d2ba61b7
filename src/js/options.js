import { pausesEnd } from './deadline.js';
import { ChatError } from './error.js';
import { Bare, jsonCopy, refuseSchema } from './json-copy.js';

/** Options that are not plain data. They stay in JavaScript, while all others go to the core as JSON. */
const LIVE = ['signal', 'fetch', 'transport', 'session', 'timeout', 'coalesce', 'onRetry', 'onWarning'];

/** Hears of a warning where `onWarning` is `null`. */
const silent = () => {};

/** What stands in for `apiKey` in the core where it is a function, as in src/options/settings.rs. */
const KEY_OF_FUNCTION = 'rivulet-key-of-a-function';

/** A copy without a prototype, so that a property of a polluted `Object.prototype` is not taken for an option. */
export const ownProperties = (given) => ({ __proto__: null, ...given });

/**
 * Throws if `given` has a member that is not among `names`, the options of `what`: what it was meant to say would be lost. `foreign`: names
 * that other packages have for one of them.
 */
export function refuseUnknown(given, names, what, foreign = {}) {
  for (const [name, value] of Object.entries(given)) {
    if ((value ?? undefined) === undefined || names.includes(name)) continue;
    const meant = Object.hasOwn(foreign, name) ? foreign[name] : nearest(name, names);
    throw new ChatError('input', `${what} has no option '${name}'${meant ? ` (did you mean '${meant}'?)` : ''}; it has ${names.join(', ')}`);
  }
}

/** Throws if `given` has a member that was probably meant to be one of `names`, of which others know nothing. `foreign`: as of `refuseUnknown`. */
export function refuseMisspelt(given, names, what, foreign) {
  for (const name of Object.keys(given)) {
    const meant = names.includes(name) ? undefined : Object.hasOwn(foreign, name) ? foreign[name] : nearest(name, names);
    if (meant) throw new ChatError('input', `${what} has no option '${name}' (did you mean '${meant}'?)`);
  }
}

/** The one of `names` that differs from `name` by two letters at most, of short ones by one; `undefined`: there is none. */
function nearest(name, names) {
  const plain = (text) => text.replace(/[_-]/g, '').toLowerCase();
  const given = plain(name);
  const most = given.length < 6 ? 1 : 2;
  // A name that is much longer is none of ours, and comparing it would take long.
  return given.length > 40 ? undefined : names.find((known) => isWithin(most, given, plain(known)));
}

/** Whether `one` becomes `other` by adding, taking away, replacing or swapping so many letters. */
function isWithin(edits, one, other) {
  if (one === '' || other === '') return one.length + other.length <= edits;
  if (one[0] === other[0]) return isWithin(edits, one.slice(1), other.slice(1));
  if (edits === 0) return false;
  return isWithin(edits - 1, one.slice(1), other.slice(1)) || isWithin(edits - 1, one.slice(1), other) || isWithin(edits - 1, one, other.slice(1))
    || (one[0] === other[1] && one[1] === other[0] && isWithin(edits - 1, one.slice(2), other.slice(2)));
}

/**
 * The own properties of `given` in two parts: `[data, live]`, plain data as a copy, and live values as they are. `undefined` counts as
 * not given; a live value of `null` becomes `undefined`, which takes away a setting, and for `onWarning` a function that does nothing. `path`: what an error calls the whole. `texts`: see
 * `jsonCopy`.
 */
export function split(given, path, texts) {
  const data = new Bare();
  const live = new Bare();
  try {
    for (const key of Object.keys(given)) {
      const value = given[key];
      if (value === undefined) continue;
      if (LIVE.includes(key)) live[key] = value ?? (key === 'onWarning' ? silent : undefined);
      else if (typeof value === 'string') data[key] = value;
      else if (key === 'apiKey' && typeof value === 'function') [live.apiKey, data.apiKey] = [value, KEY_OF_FUNCTION];
      else if (typeof value === 'function') {
        refuseSchema(value, key);
        throw notAFunction(path, key);
      }
      // A signal under a name that other packages have for it: the core knows the right one.
      else if (typeof value?.addEventListener === 'function') data[key] = true;
      else data[key] = value;
    }
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw new ChatError('input', `${path} cannot be read`, { cause: error });
  }
  return [jsonCopy(data, path, texts), live];
}

function notAFunction(path, key) {
  const meant = nearest(key, ['apiKey', 'fetch', 'onRetry', 'onWarning']);
  return new ChatError('input', `${key} in ${path} is a function, which JSON has no form for${meant ? `: did you mean '${meant}'?` : ''}`);
}

/**
 * The options of a call as `[data, live]`, as `split` makes them. `defaults`: the live settings of the provider. `texts`: takes long texts, where
 * the data goes to the core itself, and not to another call.
 */
export function readOptions(options, defaults, texts) {
  if (options === null || typeof options !== 'object') throw new ChatError('input', 'give options such as { messages }');
  const [data, given] = split(options, 'options', texts);
  const live = Object.assign(new Bare(), defaults, given);
  check(live);
  if (options[pausesEnd] !== undefined) live[pausesEnd] = options[pausesEnd];
  return [data, live];
}

function check({ signal, fetch, session, coalesce, onRetry, onWarning }) {
  const methods = (value, names) => names.every((name) => typeof value?.[name] === 'function');
  const wrong = (message) => {
    throw new ChatError('input', message);
  };
  if (signal !== undefined && !methods(signal, ['addEventListener', 'removeEventListener'])) wrong('signal must be an AbortSignal');
  if (fetch !== undefined && typeof fetch !== 'function') wrong('fetch must be a function');
  if (session !== undefined && !methods(session, ['get', 'set', 'delete'])) wrong('session must have get, set and delete');
  if (onRetry !== undefined && typeof onRetry !== 'function') wrong('onRetry must be a function');
  if (onWarning !== undefined && typeof onWarning !== 'function') wrong('onWarning must be a function, or null');
  if (coalesce !== undefined && typeof coalesce !== 'boolean') wrong('coalesce must be true or false');
}
