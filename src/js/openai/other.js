// What has no stream helpers: the embeddings, and the completions of before 2023.

import { ChatError } from '../common.js';
import { dataOf, eventStream, withRequestId, withoutUndefined } from '../client.js';
import { asking } from '../provider.js';
import { asOfOpenAi } from '../client-errors.js';
import { VECTOR_FORMATS, checkEmbeddingModel, embeddingUsage, leftOut } from '../serving.js';

/** Members of a request for a completion that a chat has no place for; each with the value that changes nothing. */
const WITHOUT_PLACE = { echo: false, suffix: '', best_of: 1 };

/** Resolves to the answer of the chat that a request for a completion becomes. */
export async function askCompletion(client, { prompt, logprobs, ...params }, options) {
  const texts = typeof prompt === 'string' ? [prompt] : prompt;
  if (!Array.isArray(texts) || texts.length !== 1 || typeof texts[0] !== 'string') {
    throw asOfOpenAi(new ChatError('input', 'prompt must be one text: an answer has one choice'));
  }
  for (const [name, usual] of Object.entries(WITHOUT_PLACE)) {
    const value = params[name] ?? usual;
    delete params[name];
    if (value !== usual) throw asOfOpenAi(new ChatError('input', `${name} is not possible: completions are answers of a chat here`));
  }
  if ((logprobs ?? false) !== false) Object.assign(params, { logprobs: true, top_logprobs: Number(logprobs) });
  return client[asking].create({ ...params, messages: [{ role: 'user', content: texts[0] }] }, options);
}

/** The completion, or the stream of its chunks. */
export function completionOf(answer) {
  const data = dataOf(answer);
  if (!answer.stream) return withRequestId(asCompletion(data, { offset: 0 }), answer);
  const state = { offset: 0 };
  return mapped(data, (chunk) => asCompletion(chunk, state));
}

/** A chat completion, or a chunk of one, as a completion; `undefined` for chunks that say nothing in this form. `state`: letters before. */
function asCompletion({ choices, ...rest }, state) {
  const own = choices.map(({ index, message, delta, logprobs, finish_reason: reason }) => {
    const text = (message ?? delta).content ?? '';
    const choice = { index, text, logprobs: logprobs?.content ? legacyLogprobs(logprobs.content, state) : null, finish_reason: reason };
    return text === '' && reason === null ? undefined : choice;
  }).filter(Boolean);
  if (choices.length > 0 && own.length === 0) return undefined;
  return { ...rest, id: rest.id.replace(/^chatcmpl-/, 'cmpl-'), object: 'text_completion', choices: own };
}

function legacyLogprobs(tokens, state) {
  const text_offset = tokens.map(({ token }) => {
    const { offset } = state;
    state.offset += token.length;
    return offset;
  });
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top_logprobs: top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
    text_offset,
  };
}

/** The stream with each item as `map` gives it, without those for which it gives none. */
function mapped(stream, map) {
  const iterate = () => {
    const source = stream[Symbol.asyncIterator]();
    const iterator = {
      async next() {
        for (;;) {
          const { value, done } = await source.next();
          const item = done ? undefined : map(value);
          if (done || item !== undefined) return { value: item, done };
        }
      },
      return: () => source.return(),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };
  return eventStream(iterate, stream.controller, stream.warnings);
}

/** Resolves to the embeddings in OpenAI's shape. */
export async function askEmbeddings(client, { input, model: name, dimensions, encoding_format: given, ...more }, options) {
  const format = given ?? 'float';
  try {
    if (!Object.hasOwn(VECTOR_FORMATS, format)) throw new ChatError('input', "encoding_format must be 'float' or 'base64'");
    const { provider, model } = client[asking].find(name, checkEmbeddingModel);
    if (typeof provider.embed !== 'function') throw new ChatError('input', `${provider.name} has no embeddings`, { provider: provider.name });
    const { maxRetries: retries, ...rest } = client[asking].withDefaults(options);
    const wanted = { ...rest, input, model, dimensions: dimensions ?? undefined, retries };
    const { embeddings, model: answered, usage, warnings = [] } = await provider.embed(withoutUndefined(wanted));
    return { data: answerOf(embeddings.map(VECTOR_FORMATS[format]), name ?? answered, usage, [...warnings, ...leftOut(more)]) };
  } catch (error) {
    throw asOfOpenAi(error);
  }
}

function answerOf(vectors, model, usage, warnings) {
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  return { object: 'list', data, model, usage: embeddingUsage(usage), ...(warnings.length > 0 && { warnings }) };
}
