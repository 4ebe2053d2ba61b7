import { pausesEnd } from '../deadline.js';
import { ChatError } from '../error.js';
import { ownProperties } from '../options.js';
import { VECTOR_FORMATS, checkEmbeddingModel, embeddingUsage, findProvider, leftOut } from '../serving.js';
import { readText } from './body.js';
import { about, addWarnings, Facts } from './facts.js';

/** The texts that a client may send at once, as many as OpenAI takes. */
const MOST_TEXTS = 2048;

const wrong = (message) => new ChatError('input', message);

/** `POST /embeddings`: texts as vectors, in OpenAI's form. */
export async function embeddings({ request, requestId, providers, maxBodyBytes, timeout, firstChunk, fetch, emit }) {
  const { model: wanted, input, dimensions, encoding_format: format, ...more } = read(await readText(request, maxBodyBytes));
  if (typeof wanted !== 'string') throw wrong(wanted === undefined ? 'model is missing' : 'model must be a string');
  if (!Object.hasOwn(VECTOR_FORMATS, format ?? 'float')) throw wrong("encoding_format must be 'float' or 'base64'");
  if (Array.isArray(input) && typeof input[0] !== 'number' && input.length > MOST_TEXTS) throw wrong(`input has more than ${MOST_TEXTS} texts`);
  const { provider, model } = findProvider(providers, wanted, checkEmbeddingModel);
  emit({ type: 'request', requestId, api: 'embeddings', model: wanted, provider: provider.name, stream: false });

  const options = { input, timeout, [pausesEnd]: Date.now() + firstChunk, signal: request.signal };
  // Only options that are given, since `undefined` here must leave the provider's own settings in force.
  for (const [key, value] of Object.entries({ model, dimensions, fetch })) if ((value ?? undefined) !== undefined) options[key] = value;
  const facts = new Facts('embeddings', wanted);
  const { embeddings: vectors, usage, warnings } = await provider.embed(options).catch((error) => {
    if (error instanceof ChatError) error[about] = facts.of(provider);
    throw error;
  });
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  addWarnings(headers, [...warnings, ...leftOut(more)]);
  emit({ type: 'end', requestId, ...facts.of(provider), usage, finishReason: undefined });
  return new Response(streamOf(answer(vectors, VECTOR_FORMATS[format ?? 'float'], wanted, usage)), { headers });
}

function read(body) {
  let parsed;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw wrong('the body is not JSON');
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) throw wrong('the body must be a JSON object');
  return ownProperties(parsed);
}

/** The answer in pieces, a vector each, since as one text it may be larger than all vectors together. */
function* answer(vectors, format, model, usage) {
  yield '{"object":"list","data":[';
  for (const [index, vector] of vectors.entries()) {
    yield `${index > 0 ? ',' : ''}${JSON.stringify({ object: 'embedding', index, embedding: format(vector) })}`;
  }
  yield `],"model":${JSON.stringify(model)},"usage":${JSON.stringify(embeddingUsage(usage))}}`;
}

function streamOf(pieces) {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      const { value, done } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  }, { highWaterMark: 0 });
}
