// Tools of the AI SDK as tools of this package.

import { ChatError } from '../error.js';
import { markOf } from './content.js';
import { NAME } from './state.js';

/** Members of the arguments of a hosted tool whose own members are names that the caller chose. */
const FREE = ['headers', 'inputSchema', 'metadata'];

/** Members that a service calls otherwise than by the same name with underscores. */
const RENAMED = { ranking: 'ranking_options' };

/** Names of Anthropic's tools that are not their types without the date. */
const ANTHROPIC_NAMES = [
  [/^text_editor_2024|^text_editor_20250124/, 'str_replace_editor'],
  [/^text_editor_/, 'str_replace_based_edit_tool'],
];

/** `{ tools, toolChoice }` of `CallOptions`. `warn(feature, details)` hears of what cannot be passed on. */
export function toolOptions({ tools = [], toolChoice }, warn) {
  const options = {};
  const given = tools.map((tool) => (tool.type === 'function' ? functionOf(tool, warn) : hostedOf(tool)));
  if (given.length > 0) options.tools = given;
  if (toolChoice && (given.length > 0 || toolChoice.type !== 'auto')) {
    options.toolChoice = toolChoice.type === 'tool' ? { type: 'function', function: { name: toolChoice.toolName } } : toolChoice.type;
  }
  return options;
}

function functionOf({ name, description, inputSchema, strict, inputExamples, providerOptions }, warn) {
  if (inputExamples !== undefined) warn('inputExamples', `the examples of '${name}' were left out`);
  const made = { name, parameters: inputSchema };
  if (description !== undefined) made.description = description;
  if (strict !== undefined) made.strict = strict;
  return { type: 'function', function: made, ...markOf(providerOptions) };
}

/** A tool that the service runs itself, `{ id: 'openai.web_search', args }`, in the service's own form. The core knows which service takes it. */
function hostedOf({ id, name, args: given, type: sort }) {
  const dot = String(id).indexOf('.');
  if (typeof id !== 'string' || dot < 1) throw new ChatError('input', `tools: '${name}' is of type '${sort}', which is not known`);
  let args = given ?? {};
  const [service, kind] = [id.slice(0, dot), id.slice(dot + 1)];
  switch (service) {
    case NAME:
      // A tool in a form of this package.
      return args.tool ?? args;
    case 'google':
    case 'vertex':
      return { [kind.replace(/_(.)/g, (_, letter) => letter.toUpperCase())]: args };
    case 'anthropic': {
      const type = kind.replace(/^tool_search_(?=regex|bm25)/, 'tool_search_tool_');
      return { type, name: anthropicName(type), ...snakeCase(args) };
    }
    default:
      // The one tool whose argument has to be there, and has a type that the SDK leaves out.
      if (kind === 'code_interpreter') args = { container: typeof args.container === 'string' ? args.container : { type: 'auto', ...args.container } };
      return { type: kind, ...(kind === 'custom' && { name }), ...snakeCase(args) };
  }
}

function anthropicName(kind) {
  const [, known] = ANTHROPIC_NAMES.find(([pattern]) => pattern.test(kind)) ?? [];
  return known ?? kind.replace(/_\d{8}$/, '');
}

function snakeCase(value) {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const renamed = Object.entries(value).filter(([, member]) => member !== undefined).map(([key, member]) => [
    RENAMED[key] ?? key.replace(/([a-z\d])([A-Z])/g, (_, before, letter) => `${before}_${letter.toLowerCase()}`),
    FREE.includes(key) ? member : snakeCase(member),
  ]);
  return Object.fromEntries(renamed);
}
