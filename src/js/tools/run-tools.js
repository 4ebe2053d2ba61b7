import { pausesEnd, readTimeouts } from '../deadline.js';
import { ChatError } from '../error.js';
import { ownProperties, readOptions, refuseMisspelt } from '../options.js';
import { asking, isProvider } from '../provider.js';
import { Reply } from '../reply.js';
import { errorMessageOf, race } from '../web.js';
import { readOutput } from './output.js';
import { Run } from './run.js';
import { readTools } from './tool.js';

const MAX_STEPS = 20;
const MAX_CALLS = 64;

/** Options of a run that requests have not, or not in the same form. */
const OPTIONS = ['tools', 'toolChoice', 'maxSteps', 'maxCallsPerStep', 'onStep', 'approvals', 'output'];

/** Names that other packages have for them. */
const FOREIGN = {
  stopWhen: 'maxSteps', maxTurns: 'maxSteps', maxIterations: 'maxSteps', maxRounds: 'maxSteps', maxToolRoundtrips: 'maxSteps', maxChatCompletions: 'maxSteps',
  recursionLimit: 'maxSteps', onStepFinish: 'onStep', schema: 'output', outputType: 'output', outputSchema: 'output', experimental_output: 'output',
};

/** Words of a tool choice by which the model need not call. All others, and the name of a tool, force a call. */
const FREE = ['auto', 'none'];

/** Whether the model has to call by this choice, in the form of any service. */
function forces(choice) {
  if ((choice ?? undefined) === undefined) return false;
  const { type, mode, allowed_tools: allowed } = choice;
  return !FREE.includes(typeof choice === 'string' ? choice : mode ?? allowed?.mode ?? type);
}

/** From this length on, in letters, an answer is completed again only when it has grown by 1/64. */
const SHORT = 4096;

export function runTools(provider, options) {
  const config = { start: undefined, signal: undefined, timeouts: {}, onWarning: undefined, failure: undefined, maxEventBytes: undefined, keepsText: false, provider: undefined };
  let run;
  config.provider = {
    get name() {
      return run?.provider ?? provider?.name ?? 'Client';
    },
  };
  try {
    run = new Run(readRun(provider, options, config));
    config.start = (host, buffer) => run.begin(host, buffer);
  } catch (error) {
    // Otherwise a getter or a proxy of the caller threw, or something refers to itself.
    config.failure = error instanceof ChatError ? error : new ChatError('input', `the options cannot be read: ${errorMessageOf(error) ?? ''}`, { cause: error });
  }
  return new RunReply(config, run);
}

/** What `Run` needs. What the reply needs goes to `config`. */
function readRun(given, options, config) {
  check(options !== null && typeof options === 'object', 'give options such as { messages, tools }');
  const all = ownProperties(options);
  refuseMisspelt(all, OPTIONS, 'runTools', FOREIGN);
  const own = Object.fromEntries(OPTIONS.map((name) => [name, all[name] ?? undefined]));
  for (const name of OPTIONS) delete all[name];
  const { tools, toolChoice, maxSteps = MAX_STEPS, maxCallsPerStep = MAX_CALLS, onStep, approvals = {}, output } = own;
  check(Number.isInteger(maxSteps) && maxSteps > 0, 'maxSteps must be a whole number above 0');
  check(Number.isInteger(maxCallsPerStep) && maxCallsPerStep > 0, 'maxCallsPerStep must be a whole number above 0');
  check(onStep === undefined || typeof onStep === 'function', 'onStep must be a function');
  const isAnswer = (value) => typeof value === 'boolean' || typeof value === 'string';
  check(isPlain(approvals) && Object.values(approvals).every(isAnswer), 'approvals must be an object of ids, each with true, false or a reason');
  check(output === undefined || (all.responseFormat ?? undefined) === undefined, 'output and responseFormat both say what the answer looks like: give one of them');
  const { declared, byName } = readTools(tools);
  const wanted = output === undefined ? undefined : readOutput(output);

  const { provider, defaults } = find(given, all);
  if (declared.length > 0 || wanted) refuseSites(provider);
  const [{ messages, conversation, ...data }, { signal, timeout, onWarning, ...live }] = readOptions({ ...defaults, ...all });
  check(typeof messages === 'string' || Array.isArray(messages), 'messages must be a text or an array of messages');
  const limits = readTimeouts(timeout, options[pausesEnd]);
  config.signal = signal;
  config.onWarning = onWarning;
  config.timeouts = { total: limits.total, pausesEnd: options[pausesEnd] };
  config.maxEventBytes = data.maxEventBytes;
  const each = { ...data, ...live };
  if (typeof timeout === 'object') {
    const { total, ...more } = timeout;
    if (Object.keys(more).length > 0) each.timeout = more;
  }
  if (declared.length > 0) each.tools = declared;
  if (wanted) each.responseFormat = wanted.responseFormat;
  return {
    ask: (more) => provider.createAsyncGenerator({ ...each, ...more }),
    messages: typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages,
    conversation: conversation ?? undefined,
    choose: typeof toolChoice === 'function' ? toolChoice : (step) => (step > 0 && forces(toolChoice) ? undefined : toolChoice),
    signal, byName, maxSteps, maxCallsPerStep, onStep, approvals: ownProperties(approvals), output: wanted,
  };
}

/** The provider that is asked: of a `Client`, the one of the model, with the client's settings as `defaults`. */
function find(given, options) {
  if (isProvider(given)) return { provider: given, defaults: {} };
  const client = given?.[asking];
  check(client !== undefined, 'runTools: give a provider, a Fallback or a Client, and then the options');
  const { provider, model } = client.find(options.model);
  const { timeout, maxRetries: retries, ...more } = client.withDefaults({});
  if (model !== undefined) options.model = model;
  const defaults = { ...more, retries };
  // In `openai` a number limits the time to the head of the response.
  if (timeout !== undefined) defaults.timeout = typeof timeout === 'number' ? { firstChunk: timeout } : timeout;
  return { provider, defaults };
}

/** Throws where a provider is a WordPress site, or has one among its own. */
function refuseSites(provider) {
  const inner = provider['rivulet:providers'];
  if (inner) return inner.forEach(refuseSites);
  const { part, name } = provider.constructor;
  check(!part().name.startsWith('wordpress'), `${name} asks the chat of a WordPress site, which takes neither tools nor a schema: `
    + 'ask a service, and give it the abilities of the site as tools (abilityTools), if that is what you want');
  return undefined;
}

/** Whether the members of an object are all that is in it: a `Map` has others. */
const isPlain = (value) => Object.prototype.toString.call(value) === '[object Object]';

function check(isRight, message) {
  if (!isRight) throw new ChatError('input', message);
}

/** The reply of a run. */
class RunReply extends Reply {
  static name = 'Reply';
  #run;
  #failure;
  /** How it has ended: `{ error }`, or `{}`. Those who wait for it are in `#waiting`. */
  #ended;
  #waiting = [];
  #object;
  /** What was read since somebody waited for the end, for the reader. */
  #kept = [];
  /** Whether `partialObjects` reads it, which loses nothing when others read, too. */
  #isPartial = false;

  /** `run`: left out where the options are wrong, as `config.failure` says then. */
  constructor(config, run) {
    super(config);
    this.#run = run;
    this.#failure = config.failure;
    if (run) run.onOver = () => queueMicrotask(() => this.#readRest());
  }

  next() {
    return this.#kept.shift() ?? this.#next();
  }

  #next() {
    const result = super.next();
    if (this.#run?.output) result.then(({ done }) => done && this.#onEnd({}), (error) => this.#onEnd({ error }));
    return result;
  }

  /** Reads what is left of a run that is over, where somebody waits for the end: the reader may never come back for it. */
  async #readRest() {
    while (this.#waiting.length > 0) {
      const result = this.#next();
      this.#kept.push(result);
      await result.catch(() => {});
    }
  }

  return(value) {
    this.#kept.length = 0;
    this.#run?.leave();
    if (!this.#ended) this.#onEnd({ error: this.#failed('the reply was left before its end') });
    return super.return(value);
  }

  get messages() {
    return this.#run?.messages ?? [];
  }

  get steps() {
    return [...this.#run?.steps ?? []];
  }

  get usage() {
    return this.#run?.usage;
  }

  get toolCalls() {
    return [...this.#run?.openCalls ?? []];
  }

  async object() {
    if (this.#failure) throw this.#failure;
    const output = this.#output();
    const mine = this.#claimed();
    if (mine || this.#isPartial) while (!(await this.next()).done);
    else if (!this.#ended) {
      const end = new Promise((resolve) => this.#waiting.push(resolve));
      if (this.#run.isOver) this.#readRest();
      await end;
    }
    if (this.#ended?.error) throw this.#ended.error;
    return (this.#object ??= this.#parsed(output));
  }

  get partialObjects() {
    return this.#partials();
  }

  async *#partials() {
    if (this.#failure) throw this.#failure;
    const output = this.#output();
    let before = 0;
    let last;
    const differs = (value) => {
      const json = JSON.stringify(value);
      return json !== last && ((last = json), true);
    };
    const reading = this[Symbol.asyncIterator]();
    this.#isPartial = true;
    for await (const _ of { [Symbol.asyncIterator]: () => reading }) {
      const { text } = this.#run;
      if (text.length < before) before = 0;
      if (text.length - before < (text.length > SHORT ? text.length >> 6 : 1)) continue;
      before = text.length;
      const value = output.partial(text);
      if (value !== undefined && differs(value)) yield value;
    }
    // Numbers at the end, and what came since the last one.
    const whole = output.partial(`${this.#text} `);
    if (whole !== undefined && differs(whole)) yield whole;
    await this.object();
  }

  #output() {
    if (!this.#run.output) throw new ChatError('input', 'object() and partialObjects need the option output, a schema of the answer');
    return this.#run.output;
  }

  /** The text of the last answer. */
  get #text() {
    return this.#run.steps.at(-1)?.message.content ?? '';
  }

  async #parsed(output) {
    const { reason } = this.finish ?? {};
    if (reason === 'tool_calls') throw this.#failed('the run ended with calls of tools, and without an answer');
    try {
      const parsing = output.parse(this.#text, { provider: this.provider });
      return await (this.#run.signal ? race(parsing, this.#run.signal) : parsing);
    } catch (error) {
      if (error?.code === 'output' && (reason === 'length' || reason === 'content_filter')) error.message += ` (it was cut: ${reason})`;
      throw error;
    }
  }

  #failed(message) {
    return new ChatError('output', message, { text: this.#run ? this.#text : '', provider: this.#run?.provider });
  }

  /** Whether nobody else reads the reply: then it is claimed. */
  #claimed() {
    try {
      return this[Symbol.asyncIterator]() === this;
    } catch {
      return false;
    }
  }

  #onEnd(ended) {
    this.#ended ??= ended;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
