import { ChatError } from '../error.js';
import { ownProperties, refuseUnknown } from '../options.js';
import { isObject, readSchema } from './schema.js';

const MEMBERS = ['name', 'description', 'parameters', 'run', 'needsApproval', 'strict'];

/** Names that other packages have for these. */
const FOREIGN = {
  execute: 'run', handler: 'run', function: 'run', func: 'run', call: 'run', callback: 'run', server: 'run', inputSchema: 'parameters',
  input_schema: 'parameters', schema: 'parameters', args: 'parameters', requireApproval: 'needsApproval', toolName: 'name',
};

/** What was read of each tool, by the object that `tool` gave. */
const known = new WeakMap();

export function tool(definition) {
  if (!isObject(definition)) throw new ChatError('input', 'tool: give { name, description, parameters, run }');
  const given = { ...definition };
  known.set(given, read(definition));
  return given;
}

function read(definition) {
  const given = ownProperties(definition);
  refuseUnknown(given, MEMBERS, 'tool', FOREIGN);
  const { name, description, parameters, run, needsApproval, strict } = given;
  const check = (isRight, message) => {
    if (!isRight) throw new ChatError('input', `tool ${JSON.stringify(name)}: ${message}`);
  };
  check(typeof name === 'string' && name !== '', 'name must be a text that is not empty');
  check(description === undefined || typeof description === 'string', 'description must be a text');
  check(run === undefined || typeof run === 'function', 'run must be a function');
  // Only own members are read, so that nothing of a polluted `Object.prototype` counts.
  check(run !== undefined || definition.run === undefined || definition.run === Object.prototype.run, 'run stands in its class: give { name, …, run: (args, context) => it.run(args, context) }');
  check(needsApproval === undefined || ['boolean', 'function'].includes(typeof needsApproval), 'needsApproval must be true, false or a function');
  check(strict === undefined || typeof strict === 'boolean', 'strict must be true or false');
  const { json: whole, validate } = (parameters ?? undefined) === undefined ? {} : readSchema(parameters, `tool '${name}': parameters`);
  const json = whole && rooted(whole);
  check((json?.type ?? 'object') === 'object', `parameters must describe an object, and not ${JSON.stringify(json?.type)}`);
  const declared = { name };
  if (description !== undefined) declared.description = description;
  if (json !== undefined) declared.parameters = json;
  if (strict !== undefined) declared.strict = strict;
  return { name, declared: { type: 'function', function: declared }, validate, run, needsApproval };
}

/** A schema with `type: 'object'` at its root, without which services refuse a tool: of one that refers to its definition, and of a choice. */
function rooted(json) {
  const [, name] = /^#\/\$defs\/([^/]+)$/.exec(json.$ref) ?? [];
  const definition = json.$defs?.[name];
  if (isObject(definition) && definition.$ref === undefined) {
    const { $ref: _, ...rest } = json;
    return rooted({ ...definition, ...rest });
  }
  return json.type === undefined && (json.anyOf ?? json.oneOf) ? { type: 'object', ...json } : json;
}

/**
 * The tools of a run: `{ declared, byName }`, what the service gets, and what is known of each function. `tools`: those of `tool`, objects with the
 * same members, and those that providers take, which nobody runs here. Left out: those of the provider's settings, which nobody knows here, so
 * that `byName` is `undefined`.
 */
export function readTools(tools) {
  if (tools === undefined) return { declared: [], byName: undefined };
  if (!Array.isArray(tools)) throw new ChatError('input', 'tools must be an array of tools');
  const byName = new Map();
  const declared = tools.map((given) => {
    const own = isOwn(given) ? known.get(given) ?? read(given) : undefined;
    for (const name of own ? [own.name] : namesOf(given)) {
      if (byName.has(name)) throw new ChatError('input', `there are two tools '${name}'`);
      byName.set(name, own ?? {});
    }
    return own ? own.declared : given;
  });
  return { declared, byName };
}

/** The names in a tool of a service, of which some hold others (`namespace` of Responses, `functionDeclarations` of Gemini). */
function namesOf(given) {
  if (!isObject(given)) return [];
  const name = given.function?.name ?? given.custom?.name ?? given.name;
  const inner = given.tools ?? given.functionDeclarations ?? given.function_declarations;
  return [...(typeof name === 'string' ? [name] : []), ...(Array.isArray(inner) ? inner.flatMap(namesOf) : [])];
}

/** Whether this is a tool as `tool` takes it. Those of services have a type, or other members. */
const isOwn = (given) => isObject(given) && typeof given.name === 'string' && (given.type ?? undefined) === undefined && given.input_schema === undefined;
