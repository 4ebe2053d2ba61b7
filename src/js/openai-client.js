// `rivulet/openai-client`: `Client` with the helpers of the npm package `openai`, for programs that use more of it than
// `chat.completions.create`. In an entry of its own, since most need no more than that.

import { edge } from '#parts';
import { Client as Base, ChatError } from './common.js';
import { dataOf, promiseOf, withRequestId } from './client.js';
import { ofPart } from './core.js';
import { ChatCompletionRunner } from './openai/chat-runner.js';
import { ChatCompletionStream, ChatCompletionStreamingRunner } from './openai/chat-stream.js';
import { askCompletion, askEmbeddings, completionOf } from './openai/other.js';
import { ContentFilterFinishReasonError, LengthFinishReasonError, checkTools, parseCompletion } from './openai/parse.js';
import { ResponseStream, parseResponse, responseOf } from './openai/responses.js';
import { ownProperties } from './options.js';
import { asking, callCoreOnce, isProvider } from './provider.js';

/** The API that requests and answers are of, as src/edge/spec.rs names it. */
const API = 'responses';

export class Client extends Base {
  static name = 'OpenAI';
  static LengthFinishReasonError = LengthFinishReasonError;
  static ContentFilterFinishReasonError = ContentFilterFinishReasonError;

  constructor(given) {
    super(withAccount(given));
    const inner = this[asking];
    const { ask } = inner;
    inner.ask = (name, options, prepare) => abortable(ask(name, options, prepare), options);
    Object.assign(this.chat.completions, {
      parse: (params, options) => promiseOf(askParsable(inner, params, options), (answer) => parsedCompletion(answer, params)),
      stream: (params, options) => new ChatCompletionStream(params)._runOnce(this, params, options),
      runTools: (params, options) => runnerFor(params)._runTools(this, params, options),
    });
    this.beta = { chat: this.chat };
    const respond = (params, options) => this.#askResponse(ownProperties(params), ownProperties(options));
    const stream = (params) => async (options) => responseOf(await respond({ ...params, stream: true }, options));
    this.responses = {
      create: (params, options) => promiseOf(respond(params, options), responseOf),
      parse: (params, options) => promiseOf(respond(params, options), (answer) => parsedResponse(answer, params)),
      stream: (params, options) => new ResponseStream(params)._ask(stream(params), options),
    };
    this.completions = { create: (params, options) => promiseOf(askCompletion(this, ownProperties(params), options), completionOf) };
    const embed = (params, options) => askEmbeddings(this, ownProperties(params), ownProperties(options));
    this.embeddings = { create: (params, options) => promiseOf(abortable(embed(params, options), options), ({ data }) => data) };
  }

  /** Reads a request of Responses as the edge does. */
  async #askResponse(params, options) {
    return this[asking].ask(params.model, options, (_, { warnings }) => {
      // One provider needs no name of a model, but the core asks for one.
      const body = JSON.stringify({ ...params, model: params.model ?? 'default' });
      const parsed = JSON.parse(callCoreOnce(() => ofPart(edge, 'readRequest', body, API)));
      warnings.push(...parsed.warnings);
      return { id: 'resp_', options: parsed.options, spec: { ...parsed.spec, api: API, stream: parsed.stream } };
    });
  }
}

const parsedCompletion = (answer, params) => withRequestId(parseCompletion(dataOf(answer), params), answer);

const parsedResponse = (answer, params) => withRequestId(parseResponse(responseOf(answer), params), answer);

const runnerFor = (params) => (ownProperties(params).stream ? new ChatCompletionStreamingRunner(params) : new ChatCompletionRunner());

/** Rejects with the class for it where the caller stopped the request, whatever the signal's reason. */
const abortable = (promise, options) => promise.catch((error) => {
  const isAborted = options?.signal?.aborted && !(error instanceof ChatError);
  throw isAborted ? new Base.APIUserAbortError({ cause: error }) : error;
});

/** Asks, unless the tools of the request are such that their calls could not be parsed. */
async function askParsable({ create }, params, options) {
  checkTools(params.tools);
  return create(params, options);
}

/** The settings with the account in headers, as OpenAI reads it. Providers have their own. */
function withAccount(given) {
  const { organization, project, ...settings } = ownProperties(given);
  if (isProvider(given) || Object.values(settings).some(isProvider)) return given;
  const env = globalThis.process?.env ?? {};
  const defaultHeaders = {
    ...accountHeaders(env.OPENAI_ORG_ID?.trim(), env.OPENAI_PROJECT_ID?.trim()), ...settings.defaultHeaders, ...accountHeaders(organization, project),
  };
  return Object.keys(defaultHeaders).length > 0 ? { ...settings, defaultHeaders } : settings;
}

const accountHeaders = (organization, project) => ({
  ...(organization && { 'OpenAI-Organization': organization }),
  ...(project && { 'OpenAI-Project': project }),
});

export { ChatError, ChatCompletionRunner, ChatCompletionStream, ChatCompletionStreamingRunner, ResponseStream };
export { ContentFilterFinishReasonError, LengthFinishReasonError };
export { Client as OpenAI, Client as default };
export const {
  OpenAIError, APIError, APIConnectionError, APIConnectionTimeoutError, APIUserAbortError, BadRequestError, AuthenticationError,
  PermissionDeniedError, NotFoundError, ConflictError, UnprocessableEntityError, RateLimitError, InternalServerError,
} = Base;
