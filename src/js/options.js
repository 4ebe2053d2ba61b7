import { ChatError } from './error.js';
import { jsonCopy } from './json-copy.js';

/** Options that are not data: they stay in JavaScript, or go to the core as they are. */
const LIVE = ['signal', 'fetch', 'transport', 'session', 'timeout', 'coalesce'];

/** What somebody put on all objects is nobody's setting. */
export const ownProperties = (given) => ({ __proto__: null, ...given });

/** Own properties only: data copied, live values as they are. `undefined` is not given; `null` takes away what a setting gives. */
export function split(given, path) {
  const data = {};
  const live = Object.create(null);
  try {
    for (const key of Object.keys(given)) {
      if (given[key] === undefined) continue;
      if (LIVE.includes(key)) live[key] = given[key] ?? undefined;
      else data[key] = given[key];
    }
  } catch (error) {
    throw new ChatError('input', `${path} cannot be read`, { cause: error });
  }
  return [jsonCopy(data, path), live];
}

/** The options of a call, in the same two parts; `defaults` are live ones. */
export function readOptions(options, defaults) {
  if (options === null || typeof options !== 'object') throw new ChatError('input', 'give options such as { messages }');
  const [data, given] = split(options, 'options');
  const live = Object.assign(Object.create(null), defaults, given);
  check(live);
  return [data, live];
}

function check({ signal, fetch, session, coalesce }) {
  const methods = (value, names) => names.every((name) => typeof value?.[name] === 'function');
  const wrong = (message) => {
    throw new ChatError('input', message);
  };
  if (signal !== undefined && !methods(signal, ['addEventListener', 'removeEventListener'])) wrong('signal must be an AbortSignal');
  if (fetch !== undefined && typeof fetch !== 'function') wrong('fetch must be a function');
  if (session !== undefined && !methods(session, ['get', 'set', 'delete'])) wrong('session must have get, set and delete');
  if (coalesce !== undefined && typeof coalesce !== 'boolean') wrong('coalesce must be true or false');
}
