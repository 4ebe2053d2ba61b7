import { ChatError } from '../error.js';

/** How a JSON schema is made for the second form, `{ schema, jsonSchema }`, by the library of the schema. */
const LINES = {
  zod: "jsonSchema: z.toJSONSchema(schema, { io: 'input' })",
  zod3: "jsonSchema: zodToJsonSchema(schema) with the package 'zod-to-json-schema'",
  valibot: "jsonSchema: toJsonSchema(schema, { typeMode: 'input' }) with the package '@valibot/to-json-schema'",
};

/** Where a schema holds other schemas: one, a list of them, or several by name. */
const ONE = ['items', 'additionalProperties'];
const LISTS = ['anyOf', 'oneOf', 'prefixItems'];
const NAMED = ['properties', '$defs', 'definitions'];

/** So many things that are wrong are told. */
const MOST_ISSUES = 20;

export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

// Types of arktype are functions.
const isStandard = (value) => (isObject(value) || typeof value === 'function') && typeof value['~standard']?.validate === 'function';

/**
 * What a caller gives as a schema: `{ json, validate }`, the JSON schema for the service, and a function that resolves to
 * `{ value }` or `{ issues }`, a text; `undefined` where only JSON Schema was given. `what`: what errors call it.
 */
export function readSchema(given, what) {
  const refuse = (message) => {
    throw new ChatError('input', `${what} ${message}`);
  };
  const readable = (json) => {
    try {
      return closed(json);
    } catch (cause) {
      // Nested too deeply, or within itself.
      return refuse(`cannot be read: ${cause?.message}`);
    }
  };
  if (isStandard(given)) {
    return { json: readable(jsonSchemaOf(given, refuse)), validate: (value) => validated(given, value) };
  }
  if (!isObject(given)) return refuse('must be a JSON schema, or a Standard Schema such as those of zod, valibot and arktype');
  const { schema, jsonSchema } = given;
  if (isStandard(schema) && isObject(jsonSchema)) return { json: readable(jsonSchema), validate: (value) => validated(schema, value) };
  if (jsonSchema !== undefined) return refuse('is neither a schema nor { schema, jsonSchema } with a Standard Schema and its JSON schema');
  if (Object.values(given).some(isStandard)) return refuse('has schemas as its members: put them into an object of their library, such as z.object({ … })');
  if (typeof given.parse === 'function' || typeof given.validate === 'function') {
    return refuse('is a schema of a library, or of a version, without Standard Schema (zod has it since 3.24): give its JSON schema');
  }
  const { $schema: _, ...json } = given;
  return { json };
}

function jsonSchemaOf(schema, refuse) {
  const { vendor, jsonSchema } = schema['~standard'];
  if (typeof jsonSchema?.input !== 'function') {
    const line = LINES[vendor === 'zod' && !schema._zod ? 'zod3' : vendor] ?? 'jsonSchema: its JSON schema';
    return refuse(`is a schema of ${vendor} that has no JSON schema of its own: give { schema, jsonSchema } instead, ${line}`);
  }
  try {
    // What a model writes is the input: there a member with a default may be left out.
    return jsonSchema.input({ target: 'draft-2020-12' });
  } catch (error) {
    return refuse(`has no JSON schema: ${error?.message}`);
  }
}

/** A copy in which objects have no members but their own, unless they say so themselves, and without the name of its dialect. */
function closed({ $schema: _, ...schema }) {
  return close(schema);
}

function close(schema) {
  if (!isObject(schema)) return schema;
  const copy = { ...schema };
  for (const key of ONE) if (isObject(copy[key])) copy[key] = close(copy[key]);
  for (const key of LISTS) if (Array.isArray(copy[key])) copy[key] = copy[key].map(close);
  for (const key of NAMED) {
    if (isObject(copy[key])) copy[key] = Object.fromEntries(Object.entries(copy[key]).map(([name, each]) => [name, close(each)]));
  }
  // Those within `allOf` stay open, since a value has to fit all of them.
  if (isObject(copy.properties) && !('allOf' in copy)) copy.additionalProperties ??= false;
  return copy;
}

async function validated(schema, value) {
  const result = await schema['~standard'].validate(value);
  // arktype gives its errors as a list, which is an object with `issues` as well.
  return result.issues ? { issues: issuesText([...result.issues]) } : { value: result.value };
}

/** What is wrong, in words; of a long list the beginning, since the model reads it. */
function issuesText(issues) {
  const words = issues.slice(0, MOST_ISSUES).map(issueText).join('; ');
  return issues.length > MOST_ISSUES ? `${words}; and ${issues.length - MOST_ISSUES} more` : words;
}

function issueText({ path, message }) {
  const keys = (path ?? []).map((key) => String(isObject(key) ? key.key : key));
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message;
}
