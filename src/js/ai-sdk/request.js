// A call of the AI SDK as options of this package.

import { ChatError } from '../error.js';
import { argumentsOf, filePart, markOf, resultOf, textPart, urlOf } from './content.js';
import { assistantMessage, own, stateIn } from './state.js';
import { toolOptions } from './tools.js';

/** Options of the AI SDK, and the options that they are here. */
const SAME = {
  maxOutputTokens: 'maxTokens', temperature: 'temperature', topP: 'topP', seed: 'seed', stopSequences: 'stop',
};

/**
 * Options that this package does not have. Where the place in the request of the service is known, they go there by `extra`. Otherwise penalties go to
 * services with OpenAI's API (the option `compatible`), and `topK` to Anthropic (`native`); from all others come warnings.
 */
const SAMPLING = ['topK', 'presencePenalty', 'frequencyPenalty'];
const COMPATIBLE = { presencePenalty: 'presence_penalty', frequencyPenalty: 'frequency_penalty' };

/** Options that are read one by one. */
const READ = [...SAMPLING, 'prompt', 'responseFormat', 'tools', 'toolChoice', 'includeRawChunks', 'abortSignal', 'headers', 'reasoning', 'providerOptions'];

/** Members of `providerOptions.rivulet` that are about the call itself. */
const NOT_OPTIONS = ['messages', 'signal'];

/** What the AI SDK adds to the header `user-agent` by itself. Sites refuse clients that they do not know. */
const SDK_AGENT = /(^|\s)ai(-sdk)?\/\S+(\s+(ai-sdk|runtime)\/\S+)*\s*$/;

/**
 * `{ options, warnings }` for a call. Each warning is `{ feature, details }` or `{ message }`. Throws a `ChatError` `input` for what cannot be
 * passed on in any way. `names`: those under which uploaded files may stand. `places`: of the options in `SAMPLING`, in the request of the service.
 * `takesConversation`: whether that of an earlier answer is given.
 */
export function readCall(call, { model, names, places = {}, takesConversation }) {
  const warnings = [];
  const warn = (feature, details) => warnings.push({ feature, details: details ?? `'${feature}' was left out` });
  const tell = (message) => warnings.push({ message });
  const options = { retries: 0 };
  if (model !== undefined) options.model = model;
  for (const [theirs, ours] of Object.entries(SAME)) {
    const value = call[theirs] ?? undefined;
    if (value !== undefined && value.length !== 0) options[ours] = value;
  }
  const extra = {};
  const compatible = {};
  options.native = { state: true };
  for (const name of SAMPLING) {
    const value = call[name] ?? undefined;
    if (value === undefined) continue;
    if (places[name]) insert(extra, places[name], value);
    else if (name === 'topK') options.native.messages = { top_k: value };
    else compatible[COMPATIBLE[name]] = value;
  }
  if (Object.keys(compatible).length > 0) options.compatible = compatible;
  for (const [name, value] of Object.entries(call)) {
    if ((value ?? undefined) !== undefined && !(name in SAME) && !READ.includes(name)) warn(name);
  }
  const { messages, conversation } = readPrompt(call.prompt, names, tell);
  if (conversation && takesConversation) options.conversation = conversation;
  Object.assign(options, toolOptions(call, warn));
  const format = formatOf(call.responseFormat);
  if (format) options.responseFormat = format;
  if (call.reasoning && call.reasoning !== 'provider-default') options.reasoningEffort = call.reasoning;
  if (call.includeRawChunks) options.includeRaw = true;
  const headers = headersOf(call.headers);
  if (headers) options.headers = headers;
  const more = own(call.providerOptions);
  const wrong = NOT_OPTIONS.find((name) => more[name] !== undefined);
  if (wrong) throw new ChatError('input', `providerOptions.rivulet has ${wrong}, which the AI SDK gives by itself`);
  Object.assign(options, more);
  if (Object.keys(extra).length > 0) options.extra = merged(extra, more.extra ?? {});
  if (more.headers && headers) options.headers = { ...headers, ...more.headers };
  return { options: { ...options, messages, signal: call.abortSignal }, warnings };
}

/** Puts a value at a path of names. */
function insert(object, [...path], value) {
  const name = path.pop();
  path.reduce((inner, key) => (inner[key] ??= {}), object)[name] = value;
}

/** `over` laid over `under`, objects over objects. */
function merged(under, over) {
  const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const both = Object.entries(over).map(([key, value]) => [key, isObject(value) && isObject(under[key]) ? merged(under[key], value) : value]);
  return { ...under, ...Object.fromEntries(both) };
}

/** The headers of the caller, without what the AI SDK adds. */
export function headersOf(given) {
  const headers = [];
  for (const [name, value] of Object.entries(given ?? {})) {
    const kept = name.toLowerCase() === 'user-agent' ? value?.replace(SDK_AGENT, '') || undefined : value;
    if ((kept ?? undefined) !== undefined) headers.push([name, kept]);
  }
  return headers.length > 0 ? Object.fromEntries(headers) : undefined;
}

function formatOf(format) {
  if (format?.type !== 'json') return undefined;
  const { schema, name = 'answer', description } = format;
  if ((schema ?? undefined) === undefined) return { type: 'json_object' };
  const made = { name, schema };
  if (description !== undefined) made.description = description;
  // Services that follow a schema exactly take only those that leave nothing open.
  if (isClosed(schema)) made.strict = true;
  return { type: 'json_schema', json_schema: made };
}

/** Whether every object of a schema has all its members and no others, which is what OpenAI asks for. */
function isClosed(schema, depth = 0, seen = new Set()) {
  if (schema === null || typeof schema !== 'object' || depth > 32) return false;
  // An object may stand at many places.
  if (seen.has(schema)) return true;
  seen.add(schema);
  if (Array.isArray(schema)) return schema.every((item) => isClosed(item, depth + 1, seen));
  const { properties, required = [], additionalProperties, items, anyOf, $defs, definitions, allOf, oneOf, not, patternProperties, prefixItems } = schema;
  if (allOf || oneOf || not || patternProperties || prefixItems) return false;
  const isObject = schema.type === 'object' || properties !== undefined;
  if (isObject && (additionalProperties !== false || Object.keys(properties ?? {}).some((name) => !required.includes(name)))) return false;
  const below = [...Object.values(properties ?? {}), ...Object.values($defs ?? {}), ...Object.values(definitions ?? {}), ...(anyOf ?? []), ...(items ? [items] : [])];
  return below.every((part) => isClosed(part, depth + 1, seen));
}

/** The messages, and the `conversation` of the newest answer, if that has one. */
function readPrompt(prompt, names, tell) {
  const messages = [];
  let conversation;
  for (const [at, message] of prompt.entries()) {
    const { role, content, providerOptions } = message;
    const place = `prompt[${at}]`;
    const mark = markOf(providerOptions);
    if (role === 'system') messages.push({ role, content, ...mark });
    else if (role === 'user') messages.push({ role, content: partsOf(content, place).map((part, i) => userPart(part, names, `${place}.content[${i}]`)), ...mark });
    else if (role === 'assistant') {
      const answers = new Answers(names, tell, mark);
      const parts = partsOf(content, place);
      const cuts = cutsOf(parts);
      for (const [i, part] of parts.entries()) {
        answers.add(part, `${place}.content[${i}]`);
        if (cuts.has(i)) answers.cut();
      }
      for (const answer of answers.end()) messages.push(answer);
      conversation = answers.conversation;
    } else if (role === 'tool') {
      for (const [i, part] of partsOf(content, place).entries()) {
        const result = toolMessage(part, names, `${place}.content[${i}]`, tell);
        if (result) messages.push(i === content.length - 1 ? { ...result, ...mark } : result);
      }
    } else throw new ChatError('input', `${place}.role is '${role}', which is none of system, user, assistant and tool`);
  }
  return { messages, conversation };
}

/**
 * Behind which parts one answer ends and the next one begins, where a program has put several into one message. The state of an answer stands
 * at one of its last parts.
 */
const cutsOf = (parts) => new Set(parts.flatMap(({ providerOptions }, i) => (stateIn(providerOptions) ? [i] : [])).slice(0, -1));

function partsOf(content, place) {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (Array.isArray(content)) return content;
  throw new ChatError('input', `${place}.content is neither a text nor a list of parts`);
}

function userPart(part, names, place) {
  if (part.type === 'text') return textPart(part);
  if (part.type === 'file') return filePart(part, names, place);
  if (part.type === 'image') return filePart({ mediaType: 'image', ...part, data: part.image ?? part.data }, names, place);
  throw new ChatError('input', `${place} is of type '${part.type}', which a message of the user cannot have`);
}

function toolMessage({ type, toolCallId, output, result, providerOptions, ...part }, names, place, tell) {
  if (type === 'tool-result') {
    return { role: 'tool', tool_call_id: toolCallId, ...resultOf(output ?? result, names, place, tell), ...markOf(providerOptions) };
  }
  // The SDK itself acts on an answer to its question; what it says to the model is the result of the call.
  if (type !== 'tool-approval-response' || part.providerExecuted) tell(`${place} is of type '${type}', which no service takes: it was left out`);
  return undefined;
}

/** The answers in a message of the assistant, mostly one. */
class Answers {
  #names;
  #tell;
  #mark;
  #messages = [];
  #answer = fresh();
  /** Whether the part before is reasoning. */
  #isReasoning = false;
  conversation;

  constructor(names, tell, mark) {
    this.#names = names;
    this.#tell = tell;
    this.#mark = mark;
  }

  add(part, place) {
    const answer = this.#answer;
    const wasReasoning = this.#isReasoning;
    this.#isReasoning = part.type === 'reasoning';
    switch (part.type) {
      case 'text':
        answer.text += part.text;
        answer.mark = markOf(part.providerOptions) ?? answer.mark;
        break;
      case 'reasoning':
        // Parts that follow each other directly are apart by a blank line, as they are in `reply.message`.
        answer.reasoning += wasReasoning && answer.reasoning !== '' && part.text !== '' ? `\n\n${part.text}` : part.text;
        break;
      case 'file':
        this.#addFile(part, place);
        break;
      case 'tool-call':
        if (!part.providerExecuted) answer.calls.push({ id: part.toolCallId, name: part.toolName, arguments: argumentsOf(part.input), mark: markOf(part.providerOptions) });
        else this.#tell(`${place} is a call that another service ran: it was left out`);
        break;
      case 'tool-result':
      case 'tool-approval-request':
        // Of calls that a service ran; of questions to a person.
        break;
      default:
        this.#tell(`${place} is of type '${part.type}', which no service takes back: it was left out`);
    }
    const state = stateIn(part.providerOptions);
    if (!state) return;
    if (state.conversation !== undefined) this.conversation = state.conversation;
    answer.states.push(state);
  }

  end() {
    this.cut();
    const last = this.#messages.at(-1);
    if (last && this.#mark) Object.assign(last, this.#mark);
    return this.#messages;
  }

  #addFile(part, place) {
    const { mediaType } = part;
    const file = filePart(part, this.#names, place);
    if (!String(mediaType).startsWith('image') || file.data === undefined) {
      this.#tell(`${place} is a file of the assistant that is no image: it was left out`);
      return;
    }
    this.#answer.images.push(urlOf(file.data, /^image\/[^*]/.test(mediaType) ? mediaType : 'image/png'));
  }

  /** Ends one answer; what follows is of the next one. */
  cut() {
    const message = assistantMessage(this.#answer);
    if (message) this.#messages.push(message);
    this.#answer = fresh();
    this.#isReasoning = false;
  }
}

const fresh = () => ({ states: [], text: '', reasoning: '', calls: [], images: [], mark: undefined });
