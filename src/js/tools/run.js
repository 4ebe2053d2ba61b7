import { ChatError } from '../error.js';
import { pausesEnd } from '../deadline.js';
import { FAILED, OVER } from '../reply.js';
import { tell } from '../web.js';
import { STOPPED, answer, refused } from './call.js';
import { closeCalls } from './history.js';
import { Shift } from './shift.js';
import { sum } from './usage.js';

const ignore = () => {};
const noBytes = /* @__PURE__ */ new Uint8Array();

/** Why an answer may be cut. Its calls may be cut, too. */
const CUT = ['length', 'content_filter'];

/** Events that a run has once, at its end. */
const AT_END = ['usage', 'conversation', 'finish'];

/** Whether nothing of the message is worth a place in the conversation: services refuse empty ones. */
const isEmpty = ({ content, tool_calls: calls, provider_data: data, images }) => !content && !calls && !data && !images;

/**
 * The loop of a run: the driver of its reply and the reader of its body in one, as `Race` is for a `Fallback`. What the replies of the steps
 * give is in the buffer when a read resolves.
 */
export class Run {
  steps = [];
  /** The calls that are the caller's to answer. */
  openCalls = [];
  /** The text of the step so far, where an object is wanted. */
  text = '';
  #config;
  #buffer;
  /** When the time for all of it is over. */
  #until;
  #loop = this.#run();
  /** The messages of the caller, and those that the run has added. */
  #given = [];
  #added = [];
  /** The reply of the step that is under way. */
  #inner;
  /** The calls whose results are awaited, in their order: `{ call, controller, promise, outcome }`, `outcome` as soon as it is there, and without it and the controller when it was told. */
  #awaited = [];
  #usage;
  #conversation;
  #shift = new Shift();
  #warned = new Set();
  #release;
  #failure;
  #isOver = false;
  /** Whether it is the caller who has ended the run early. */
  #isLeft = false;
  /** Called when the run is over, though what it gave may not be read yet. */
  onOver = ignore;

  /**
   * `config`: `{ ask(options) -> Reply, messages, conversation, signal, byName, choose(step), maxSteps, maxCallsPerStep, onStep, approvals,
   * output }`.
   */
  constructor(config) {
    this.#config = config;
    this.#conversation = config.conversation ?? undefined;
  }

  begin(host, buffer) {
    this.#until = Date.now() + host.msLeft;
    this.#buffer = buffer;
    return this;
  }

  get output() {
    return this.#config.output;
  }

  get signal() {
    return this.#config.signal;
  }

  get isOver() {
    return this.#isOver;
  }

  /** Name of the provider that answers; `undefined` before the first request. */
  get provider() {
    return this.#inner?.provider ?? this.steps.at(-1)?.provider;
  }

  get usage() {
    return this.#isOver ? this.#usage : undefined;
  }

  /**
   * What was added so far, and the answer that is being read. Where the run has ended early: with what the caller has seen of the last answer, and
   * a result for each call.
   */
  get messages() {
    const added = [...this.#added];
    if (!this.#isOver) {
      const message = this.#inner?.message;
      return message && !(isEmpty(message) && !message.reasoning_content) ? [...added, message] : added;
    }
    const partial = this.#isLeft ? this.#inner?.message : undefined;
    if (partial && !isEmpty(partial)) added.push(partial);
    for (const { outcome } of this.#awaited) if (outcome?.message) added.push(outcome.message);
    const open = new Set(this.openCalls.map(({ id }) => id));
    const { messages } = closeCalls([...this.#given, ...added], STOPPED, ({ id }) => !open.has(id));
    return messages.slice(this.#given.length);
  }

  async open() {
    return this;
  }

  read() {
    return new Promise((resolve, reject) => {
      this.#release = resolve;
      this.#loop.next().then(({ done }) => resolve({ value: noBytes, done }), reject);
    });
  }

  end() {
    return OVER;
  }

  broken(error) {
    this.#failure = error;
    return FAILED;
  }

  failure() {
    return this.#failure;
  }

  /** The caller wants no more. */
  leave() {
    if (!this.#isOver) this.#isLeft = true;
  }

  /** The reply is over: the request and the tools are stopped at once. */
  free() {
    if (this.signal?.aborted) this.leave();
    this.#isOver = true;
    this.#stopTools();
    this.#inner?.return().catch(ignore);
    this.#usage = sum(this.#usage, this.#inner?.usage);
    this.#release?.({ value: noBytes, done: true });
    this.onOver();
  }

  flush() {}

  settle() {}

  cancel() {}

  releaseLock() {}

  #stopTools() {
    const { signal } = this.#config;
    for (const { controller } of this.#awaited) controller?.abort(signal?.aborted ? signal.reason : undefined);
  }

  /** Each `yield` is a read; what it has read is in the buffer. */
  async *#run() {
    const { maxSteps, choose, onStep, approvals, messages: given } = this.#config;
    const { messages, open, told } = closeCalls(given, 'this call was not run, since the conversation went on without it');
    this.#given = messages;
    for (const { id, name } of told) this.#warn(`the call '${id}' of '${name}' in messages has no result: the model is told that it was not run`);
    const waiting = new Set(open.map(({ id }) => id));
    for (const id of Object.keys(approvals)) {
      if (!waiting.has(id)) this.#warn(`approvals: no call '${id}' at the end of messages waits for a result`);
    }
    if (open.length > 0) {
      yield* this.#answer(open, approvals);
      if (this.openCalls.length > 0) return this.#end({ reason: 'tool_calls' });
    }
    for (let step = 0; ; step++) {
      yield* this.#ask(choose(step));
      if (this.#isOver) return undefined;
      const { message, toolCalls, finish = { reason: 'unknown' }, usage, provider, conversation } = this.#inner;
      if (message === undefined) throw new ChatError('too_large', 'the message of a step is larger than maxEventBytes, so the run cannot go on', { provider });
      this.#inner = undefined;
      this.#usage = sum(this.#usage, usage);
      this.#conversation = this.#config.conversation ? conversation : answeredLast(conversation);
      if (!isEmpty(message)) this.#added.push(message);
      this.#shift.next(message.content ?? '');
      const isCut = CUT.includes(finish.reason);
      const results = yield* this.#answer(toolCalls, {}, isCut ? `this call was not run, since the answer was cut (${finish.reason})` : undefined);
      if (this.#isOver) return undefined;
      const done = { step, message, toolCalls, results, finish, usage, provider };
      this.steps.push(done);
      tell(onStep, done);
      if (isCut || toolCalls.length === 0) return this.#end(finish, conversation);
      if (this.openCalls.length > 0 || step + 1 === maxSteps) return this.#end({ ...finish, reason: 'tool_calls' }, conversation);
    }
  }

  /** Asks once, and hands on what comes. */
  async *#ask(toolChoice) {
    this.text = '';
    const inner = this.#config.ask({
      messages: [...this.#given, ...this.#added], toolChoice, conversation: this.#conversation, [pausesEnd]: this.#until,
    });
    this.#inner = this.#buffer.inner = inner;
    const { events } = inner;
    for (;;) {
      const { value, done } = await events.next();
      if (this.#isOver || done) return;
      this.#deliver(value);
      yield;
    }
  }

  /** Runs the calls, all at once, and tells of the results in the order of the calls. `why`: they are not run, for this reason. */
  async *#answer(calls, approvals, why) {
    const { byName, maxCallsPerStep: most } = this.#config;
    const messages = [...this.#given, ...this.#added];
    const tooMany = `this call was not run, since a step has ${most} calls at most: call again`;
    const ids = new Set();
    const repeated = new Set(calls.flatMap(({ id }) => (ids.has(id) ? [id] : (ids.add(id), []))));
    const awaited = calls.map((call, index) => {
      const entry = { call, controller: new AbortController(), promise: undefined, outcome: undefined };
      const approval = Object.hasOwn(approvals, call.id) ? approvals[call.id] : undefined;
      // Some services give ids twice. What was asked of one call is no answer for the other.
      const isUnclear = approval === true && repeated.has(call.id);
      const reason = why ?? (index >= most ? tooMany : isUnclear ? `several calls have the id '${call.id}', so it is not clear which one was approved: call one after the other` : undefined);
      if (reason) {
        entry.outcome = refused(call.id, reason);
        return entry;
      }
      const context = { toolCallId: call.id, messages, signal: entry.controller.signal };
      entry.promise = answer(call, byName, context, approval).then((outcome) => {
        // What comes later changes nothing: the messages may have been taken by now.
        if (!this.#isOver) entry.outcome = outcome;
      });
      return entry;
    });
    this.#awaited = awaited;
    // A tool may have ended the run before it returned its promise.
    if (this.#isOver) this.#stopTools();
    const results = [];
    for (const entry of awaited) {
      await entry.promise;
      if (this.#isOver) break;
      const { call, outcome: { message, result, isError, waits } } = entry;
      // Told now; those behind it are still awaited.
      entry.outcome = entry.controller = undefined;
      if (message) {
        this.#added.push(message);
        results.push(message);
        this.#buffer.event({ type: 'tool-result', id: call.id, name: call.name, result, ...(isError && { isError }) }, true);
      } else {
        this.openCalls.push(call);
        if (waits) this.#buffer.event({ type: 'tool-approval', ...call }, true);
      }
      yield;
    }
    return results;
  }

  #deliver(event) {
    if (event.type === 'text') {
      if (this.output) this.text += event.text;
      this.#buffer.piece(event.text);
    } else if (event.type === 'warning') {
      this.#warn(event.message);
    } else if (!AT_END.includes(event.type)) {
      this.#buffer.event(this.#shift.event(event), true);
    }
  }

  /** Each request of a run has the same warnings: each is told once. */
  #warn(message) {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#buffer.event({ type: 'warning', message }, false);
  }

  #end({ reason, raw }, conversation) {
    if (this.#usage) this.#buffer.event({ type: 'usage', usage: this.#usage }, true);
    if (conversation) this.#buffer.event({ type: 'conversation', conversation }, true);
    this.#buffer.event(raw === undefined ? { type: 'finish', reason } : { type: 'finish', reason, raw }, true);
  }
}

/**
 * Of what a `Fallback` remembers, which provider answered last: only that one can read the reasoning in its messages, so it is asked first. The
 * rest is in the messages.
 */
function answeredLast(conversation) {
  if (typeof conversation?.last !== 'string') return undefined;
  const parts = Object.entries(conversation.parts ?? {}).map(([key, part]) => [key, answeredLast(part)]).filter(([, part]) => part);
  return { last: conversation.last, parts: Object.fromEntries(parts) };
}
