// What the edge and `Client` share: providers by their names, the list of their models, and the first bytes of an answer.

import { toBase64 } from './embed.js';
import { ChatError } from './error.js';
import { isProvider } from './provider.js';

/** The providers by their names as a Map, so that no name is found on `Object.prototype`. Throws unless all are providers. */
export function checkedProviders(providers) {
  const known = new Map(Object.entries(providers ?? {}));
  if (known.size === 0) throw new ChatError('input', 'providers: give at least one, as { name: provider }');
  for (const [name, provider] of known) {
    if (!isProvider(provider)) throw new ChatError('input', `providers.${name} is no provider of this package`);
  }
  return known;
}

/** The provider that a model name means, `shop`, or provider and model of `shop:gpt-4`. `check` throws where the provider has no such model. */
export function findProvider(providers, name, check = (provider, model) => provider.getModel(model)) {
  if (providers.has(name)) return { provider: providers.get(name) };
  const colon = name.indexOf(':');
  const provider = colon > 0 ? providers.get(name.slice(0, colon)) : undefined;
  if (provider) {
    const model = name.slice(colon + 1);
    check(provider, model);
    return { provider, model };
  }
  const message = `The model '${name.slice(0, 200)}' does not exist. Valid: ${[...providers.keys()].join(', ')}`;
  throw new ChatError('model_not_found', message, { status: 404 });
}

/** A model in OpenAI's shape. */
export const modelEntry = (id, owner) => ({ id, object: 'model', created: 0, owned_by: owner });

/** All models: each provider under its name, and its models as `name:model`. */
export const modelEntries = (providers) =>
  [...providers].flatMap(([name, provider]) => [name, ...provider.models.map((model) => `${name}:${model}`)].map((id) => modelEntry(id, name)));

/** The first bytes of an answer. The caller waits for them, so that an early failure becomes an error and not an event in a stream. */
export async function firstItem(reply) {
  const { value, done } = await reply.next();
  if (done) throw new ChatError('truncated', 'the reply ended before it began');
  return value;
}

/** The values of `encoding_format` of embeddings, and how each writes a vector. */
export const VECTOR_FORMATS = { float: (vector) => vector, base64: toBase64 };

/** For `findProvider`: the setting `embeddingModel` is a model that the owner chose, whatever `models` has. */
export const checkEmbeddingModel = (provider, model) => model === provider.embeddingModel || provider.getModel(model);

/** The counts of embeddings in OpenAI's form. Only those of the service are told: a count that it does not give is 0, never an estimate. */
export function embeddingUsage({ inputTokens, totalTokens = inputTokens } = {}) {
  const usage = { prompt_tokens: inputTokens ?? totalTokens ?? 0, total_tokens: totalTokens ?? 0 };
  if (totalTokens === undefined) usage.x_usage_unknown = true;
  return usage;
}

/** The warnings about members of a request that nothing stands for. */
export const leftOut = (members) => Object.keys(members).filter((key) => (members[key] ?? undefined) !== undefined).map((key) => `'${key}' was left out`);
