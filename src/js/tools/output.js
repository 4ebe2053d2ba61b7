import { tools } from '#parts';
import { ofPart } from '../core.js';
import { ChatError } from '../error.js';
import { callCoreOnce } from '../provider.js';
import { isObject, readSchema } from './schema.js';

/** The members of the objects that a list, and anything else that is no object, are put into: services want an object at the root. */
const LIST = 'elements';
const OTHER = 'result';

/** What is asked for by `output`, and how it is read: `{ responseFormat, parse(text, facts), partial(text) }`. */
export function readOutput(given) {
  const { json, validate } = readSchema(given, 'output');
  const member = json.type === 'object' && !('anyOf' in json || 'oneOf' in json) ? undefined : json.type === 'array' ? LIST : OTHER;
  const schema = member ? wrapped(json, member) : json;
  return {
    responseFormat: { type: 'json_schema', json_schema: { name: 'output', schema, strict: true } },
    /** The answer, validated. `facts`: further members of the error. */
    async parse(text, facts) {
      const fail = (message, cause) => new ChatError('output', message, { ...facts, text, cause });
      let value;
      try {
        value = parsed(text);
      } catch (error) {
        throw fail(`the answer is no JSON: ${error.message}`, error);
      }
      // A service that knows no schema may give what was asked for itself, and that may have such a member, too.
      const isWrapped = member && isObject(value) && Object.hasOwn(value, member);
      const inner = isWrapped ? value[member] : value;
      if (!validate) return inner;
      let result = await validate(inner);
      if (result.issues && isWrapped) {
        const whole = await validate(value);
        if (!whole.issues) result = whole;
      }
      if (result.issues) throw fail(`the answer does not fit the schema: ${result.issues}`);
      return result.value;
    },
    /** What there is of the answer so far; `undefined`: nothing. */
    partial(text) {
      const completed = callCoreOnce(() => ofPart(tools, 'completeJson', unfenced(text)));
      if (completed === undefined) return undefined;
      const value = JSON.parse(completed);
      if (!member || !isObject(value)) return value;
      return member === LIST ? value[LIST] ?? [] : value[OTHER];
    },
  };
}

/** The schema as a member of an object, with its references led to where they point now. */
function wrapped({ $defs, definitions, ...json }, member) {
  const moved = (value) => {
    if (Array.isArray(value)) return value.map(moved);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, key === '$ref' && typeof each === 'string' ? reference(each) : moved(each)]));
  };
  const reference = (to) => (/^#(?!\/(\$defs|definitions)\/)/.test(to) ? `#/properties/${member}${to.slice(1)}` : to);
  const schema = { type: 'object', properties: { [member]: moved(json) }, required: [member], additionalProperties: false };
  if ($defs) schema.$defs = moved($defs);
  if (definitions) schema.definitions = moved(definitions);
  return schema;
}

/** The JSON in a whole answer: all of it, what stands in a code fence, or what is between the first and the last bracket. */
function parsed(text) {
  try {
    return JSON.parse(unfenced(text));
  } catch (error) {
    const last = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
    for (const part of [fenced(text), text.slice(Math.max(0, text.search(/[{[]/)), last + 1)]) {
      try {
        return JSON.parse(part);
      } catch {
        // The first error says what is wrong.
      }
    }
    throw error;
  }
}

/** The JSON in an answer: it may stand in a code fence, with words before and behind it. */
function unfenced(text) {
  const trimmed = text.trimStart();
  return /^[{["]/.test(trimmed) ? trimmed : fenced(trimmed);
}

function fenced(trimmed) {
  const start = trimmed.indexOf('```');
  if (start < 0) return trimmed;
  const line = trimmed.indexOf('\n', start);
  if (line < 0) return '';
  const end = trimmed.indexOf('\n```', line);
  return trimmed.slice(line + 1, end < 0 ? undefined : end);
}
