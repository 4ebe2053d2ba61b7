import { ChatError } from './error.js';

/** As deep as the core reads JSON, less the two levels that the call puts around. */
const MAX_DEPTH = 98;

/**
 * A copy of plain data: own enumerable properties only, so that a polluted `Object.prototype` adds nothing, taken at the
 * moment of the call, so that later changes change nothing. What JSON has no form for is an error that names the place.
 */
export function jsonCopy(object, what) {
  try {
    return copy(object, '', 0);
  } catch (error) {
    if (error instanceof ChatError) throw error;
    // A getter or proxy of the caller's threw, a revoked one for example.
    throw new ChatError('input', `${what} cannot be read`, { cause: error });
  }
}

function copy(value, path, depth) {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed?.() ?? wellFormed(value);
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new ChatError('input', `${path} is ${value}`);
    case 'undefined':
      return null;
    case 'object':
      break;
    default:
      throw new ChatError('input', `${path} is a ${typeof value}, which JSON has no form for`);
  }
  if (value === null) return null;
  if (depth === MAX_DEPTH) throw new ChatError('input', `${path} is circular, or nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return Array.from(value, (item, i) => copy(item, `${path}[${i}]`, depth + 1));
  if (typeof value.toJSON === 'function') return copy(value.toJSON(), path, depth + 1);
  const own = Object.create(null);
  for (const key of Object.keys(value)) own[key] = copy(value[key], path ? `${path}.${key}` : key, depth + 1);
  return own;
}

/** Halves of a surrogate pair have no form in UTF-8. For engines of before 2023. */
function wellFormed(text) {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}
