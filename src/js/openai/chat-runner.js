import { Client as Base, ChatError } from '../common.js';
import { dataOf } from '../client.js';
import { ownProperties } from '../options.js';
import { asking } from '../provider.js';
import { EventStream } from './event-stream.js';
import { isToolWithParser, parseCompletion } from './parse.js';

const { OpenAIError } = Base;

/** The default of `maxChatCompletions`. */
const MOST_COMPLETIONS = 10;

/** Conversations that come to an end by themselves: what `chat.completions.stream` and `runTools` have in common. */
export class ChatRunner extends EventStream {
  messages = [];
  #completions = [];

  allChatCompletions() {
    return [...this.#completions];
  }

  async finalChatCompletion() {
    await this.done();
    const completion = this.#completions.at(-1);
    if (!completion) throw new OpenAIError('stream ended without producing a ChatCompletion', { code: 'protocol' });
    return completion;
  }

  async finalMessage() {
    await this.done();
    return this.#finalMessage();
  }

  async finalContent() {
    await this.done();
    return this.#finalMessage().content;
  }

  async finalFunctionToolCall() {
    await this.done();
    return this.#finalCall();
  }

  async finalFunctionToolCallResult() {
    await this.done();
    return this.#finalResult();
  }

  async totalUsage() {
    await this.done();
    return this.#totalUsage();
  }

  #finalMessage() {
    const message = this.messages.findLast(({ role }) => role === 'assistant');
    if (!message) throw new OpenAIError('stream ended without producing a ChatCompletionMessage with role=assistant', { code: 'protocol' });
    return { ...message, content: message.content ?? null, refusal: message.refusal ?? null };
  }

  #finalCall() {
    return this.#calls().findLast(({ type }) => type === 'function')?.function;
  }

  #finalResult() {
    const ids = new Set(this.#calls().filter(({ type }) => type === 'function').map(({ id }) => id));
    return this.messages.findLast(({ role, content, tool_call_id: id }) => role === 'tool' && typeof content === 'string' && ids.has(id))?.content;
  }

  #calls() {
    return this.messages.flatMap(({ role, tool_calls: calls }) => (role === 'assistant' && calls) || []);
  }

  #totalUsage() {
    const total = { completion_tokens: 0, prompt_tokens: 0, total_tokens: 0 };
    for (const { usage } of this.#completions) for (const key of Object.keys(total)) total[key] += usage?.[key] ?? 0;
    return total;
  }

  _emitFinal() {
    const completion = this.#completions.at(-1);
    if (completion) this._emit('finalChatCompletion', completion);
    const message = this.#finalMessage();
    this._emit('finalMessage', message);
    if (message.content) this._emit('finalContent', message.content);
    const call = this.#finalCall();
    if (call) this._emit('finalFunctionToolCall', call);
    const result = this.#finalResult();
    if (result !== undefined) this._emit('finalFunctionToolCallResult', result);
    if (this.#completions.some(({ usage }) => usage)) this._emit('totalUsage', this.#totalUsage());
  }

  /** Begins with the messages of the request. */
  #take(messages) {
    if (!Array.isArray(messages)) throw new ChatError('input', 'messages must be an array of messages');
    for (const message of messages) this._addMessage({ ...message }, false);
  }

  _addMessage(message, isNew = true) {
    if (!('content' in message)) message.content = null;
    this.messages.push(message);
    if (!isNew) return;
    this._emit('message', message);
    if (message.role === 'tool' && message.content) this._emit('functionToolCallResult', message.content);
    if (message.role !== 'assistant') return;
    for (const { type, function: called } of message.tool_calls ?? []) if (type === 'function') this._emit('functionToolCall', called);
  }

  _addCompletion(completion) {
    this.#completions.push(completion);
    this._emit('chatCompletion', completion);
    const message = completion.choices[0]?.message;
    if (message) this._addMessage(message);
    return completion;
  }

  /** Asks for one completion. */
  async _ask(client, params, options) {
    const answer = await client[asking].create({ ...params, stream: false }, { ...options, signal: this.controller.signal });
    this._connected();
    return this._addCompletion(parseCompletion(dataOf(answer), params));
  }

  /** Asks once, with the messages as they are. */
  _runOnce(client, params, options) {
    return this._run(async () => {
      this._listenTo(ownProperties(options).signal);
      this.#take(params.messages);
      await this._ask(client, params, options);
    });
  }

  /** Asks, calls the tools that the answer wants, and asks again, until an answer wants none. */
  _runTools(client, params, options) {
    const { maxChatCompletions = MOST_COMPLETIONS, afterCompletion, signal, ...more } = ownProperties(options);
    return this._run(async () => {
      this._listenTo(signal);
      const { tool_choice: choice = 'auto', stream: _, toolContext: context, tools: given, messages, ...rest } = ownProperties(params);
      const only = choice?.type === 'function' ? choice.function?.name : undefined;
      const functions = new Map();
      const tools = given.map((tool) => toolFor(tool, functions));
      this.#take(messages);
      for (let i = 0; i < maxChatCompletions; i++) {
        const request = { ...rest, tool_choice: choice, tools, messages: this.messages.map(toRequest) };
        const completion = await this._ask(client, request, more);
        const message = completion.choices[0]?.message;
        if (!message) throw new OpenAIError('missing message in ChatCompletion response', { code: 'protocol' });
        const calls = (message.tool_calls ?? []).filter(({ type }) => type === 'function');
        const isOver = calls.length === 0 || await this.#answer(calls, { functions, only, context, inOrder: params.parallel_tool_calls === false });
        await afterCompletion?.(completion, this);
        if (isOver) return;
      }
    });
  }

  /** Calls the functions, and adds their results. Resolves to whether the one function that was asked for has been called. */
  async #answer(calls, { functions, only, context, inOrder }) {
    const run = async ({ id, function: { name, arguments: json } }) => {
      const content = (words) => ({ role: 'tool', tool_call_id: id, content: words });
      const found = functions.get(name);
      const known = () => [...functions.keys()].map((each) => JSON.stringify(each)).join(', ');
      if (!found) return [content(`Invalid tool_call: ${JSON.stringify(name)}. Available options are: ${known()}. Please try again`)];
      if (only && only !== name) return [content(`Invalid tool_call: ${JSON.stringify(name)}. ${JSON.stringify(only)} requested. Please try again`)];
      let input = json;
      try {
        if (typeof found.parse === 'function') input = await found.parse(json);
      } catch (error) {
        // The model reads what is wrong, and may do better.
        return [content(error instanceof Error ? error.message : String(error))];
      }
      const result = await found.function(input, this, context);
      return [content(typeof result === 'string' ? result : JSON.stringify(result) ?? 'undefined'), true];
    };
    if (only || inOrder) {
      for (const call of calls) {
        const [message, wasCalled] = await run(call);
        this._addMessage(message);
        if (only && wasCalled) return true;
      }
      return false;
    }
    // All functions are waited for, so that none still works when the runner has failed.
    const results = await Promise.allSettled(calls.map(run));
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    for (const { value: [message] } of results) this._addMessage(message);
    return false;
  }
}

/** `runTools` without `stream`. */
export class ChatCompletionRunner extends ChatRunner {
  _addMessage(message, isNew) {
    super._addMessage(message, isNew);
    if (message.role === 'assistant' && message.content) this._emit('content', message.content);
  }
}

/** The tool as services know it; its function goes to `functions`. */
function toolFor(tool, functions) {
  const { type, function: declared } = tool;
  if (type !== 'function') return tool;
  if (isToolWithParser(tool)) {
    if (!tool.$callback) throw new OpenAIError('Tool given to `.runTools()` that does not have an associated function');
    functions.set(declared.name, { function: tool.$callback, parse: tool.$parseRaw });
    const { name, description = '', parameters } = declared;
    return { type, function: { name, parameters, description, strict: true } };
  }
  const { function: called, parse, name = called?.name, ...more } = declared;
  if (typeof called !== 'function') throw new OpenAIError(`Tool given to \`.runTools()\` that does not have an associated function: ${name}`);
  functions.set(name, { function: called, parse });
  return { type, function: { ...more, name } };
}

/** A message as services take it. What a provider wants back with it, its reasoning for one, stays. */
function toRequest(given) {
  if (given.role !== 'assistant') return given;
  const { parsed: _, refusal, tool_calls: calls, ...message } = given;
  if (refusal) message.refusal = refusal;
  if (calls) message.tool_calls = calls.map(({ function: called, ...call }) => {
    if (!called) return call;
    const { parsed_arguments: __, ...own } = called;
    return { ...call, function: own };
  });
  return message;
}
