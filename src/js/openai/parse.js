import { Client as Base } from '../common.js';

const { OpenAIError } = Base;

/** The answer was cut at the limit of tokens, so what it holds cannot be parsed. */
export class LengthFinishReasonError extends OpenAIError {
  static name = 'LengthFinishReasonError';

  constructor() {
    super('Could not parse response content as the length limit was reached', { code: 'truncated' });
  }
}

/** The answer was refused by a filter, so there is nothing to parse. */
export class ContentFilterFinishReasonError extends OpenAIError {
  static name = 'ContentFilterFinishReasonError';

  constructor() {
    super('Could not parse response content as the request was rejected by the content filter', { code: 'refused' });
  }
}

/** Throws where a finish says that there is nothing whole to parse. */
export function checkFinish(reason) {
  if (reason === 'length') throw new LengthFinishReasonError();
  if (reason === 'content_filter') throw new ContentFilterFinishReasonError();
}

// `zodResponseFormat`, `zodFunction` and the others of `openai/helpers` mark what they make with these members.
const isFormatWithParser = (format) => format?.$brand === 'auto-parseable-response-format';
export const isToolWithParser = (tool) => tool?.$brand === 'auto-parseable-tool';

/** The function in a tool: of Chat Completions in its member, of Responses the tool itself. */
const functionOf = (tool) => tool?.function ?? (tool?.type === 'function' ? tool : undefined);

const toolOf = (params, name) => params?.tools?.find?.((tool) => functionOf(tool)?.name === name);

/** Whether the arguments of calls of the tool of this name are parsed. */
export function isParsed(params, name) {
  const tool = toolOf(params, name);
  return isToolWithParser(tool) || functionOf(tool)?.strict === true;
}

/** The parsed arguments of a call; `null` where the tool of this name neither has a parser nor is `strict`. */
export function parseArguments(params, name, json) {
  const tool = toolOf(params, name);
  if (isToolWithParser(tool)) return tool.$parseRaw(json);
  return functionOf(tool)?.strict ? JSON.parse(json) : null;
}

/** The parsed text of an answer; `null` where its format is no `json_schema`. */
export function parseFormat(format, text) {
  if (format?.type !== 'json_schema') return null;
  return '$parseRaw' in format ? format.$parseRaw(text) : JSON.parse(text);
}

/** The response format, if it has a parser of its own. */
export const formatWithParser = (format) => (isFormatWithParser(format) ? format : undefined);

/** Whether a stream of this request is parsed at its end. `format`: its response format. */
export const isParsedWhole = (params, format) => isFormatWithParser(format)
  || (params?.tools?.some?.((tool) => isToolWithParser(tool) || (tool.type === 'function' && functionOf(tool)?.strict === true)) ?? false);

/** Throws unless the arguments of all tools can be parsed. */
export function checkTools(tools) {
  for (const tool of tools ?? []) {
    if (tool.type !== 'function') throw new OpenAIError(`Currently only \`function\` tool types support auto-parsing; Received \`${tool.type}\``);
    const { name, strict } = functionOf(tool);
    if (strict === true) continue;
    throw new OpenAIError(`The \`${name}\` tool is not marked with \`strict: true\`. Only strict function tools can be auto-parsed`);
  }
}

/** A completion with `parsed` in its message, and `parsed_arguments` in its tool calls. */
export const parseCompletion = (completion, params) => withMessages(completion, ({ finish_reason: reason, message }) => {
  checkFinish(reason);
  const { tool_calls: calls, content, refusal } = message;
  return {
    ...message,
    ...(calls && { tool_calls: calls.map((call) => parseCall(params, call)) }),
    parsed: content && !refusal ? parseFormat(params.response_format, content) : null,
  };
});

/** The completion at the end of a stream with what was parsed, or without: the request of a stream need not ask for anything that can be parsed. */
export const maybeParseCompletion = (completion, params) => (isParsedWhole(params, params?.response_format)
  ? parseCompletion(completion, params)
  : withMessages(completion, ({ message }) => ({ ...message, parsed: null })));

function withMessages(completion, messageOf) {
  return { ...completion, choices: completion.choices.map((choice) => ({ ...choice, message: messageOf(choice) })) };
}

function parseCall(params, call) {
  if (call.type !== 'function') return call;
  const { function: { name, arguments: json } } = call;
  return { ...call, function: { ...call.function, parsed_arguments: parseArguments(params, name, json) } };
}

/** Gives `target` a member whose value is made when somebody reads it, since parsing each piece of a long text anew takes long. */
export function lazily(target, name, make) {
  return Object.defineProperty(target, name, {
    enumerable: true,
    configurable: true,
    get() {
      return keep(make());
    },
    set: keep,
  });

  function keep(value) {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
    return value;
  }
}
