// What the edge and `Client` share: providers by their names, the models of all of them, and the first bytes of an answer.

import { ChatError } from './error.js';
import { isProvider } from './provider.js';

/** Names to providers, as a Map. */
export function checked(providers) {
  const known = new Map(Object.entries(providers ?? {}));
  if (known.size === 0) throw new ChatError('input', 'providers: give at least one, as { name: provider }');
  for (const [name, provider] of known) {
    if (!isProvider(provider)) throw new ChatError('input', `providers.${name} is no provider of this package`);
  }
  return known;
}

/** `shop`, or `shop:gpt-4` where a provider has models. */
export function find(providers, wanted) {
  if (providers.has(wanted)) return { provider: providers.get(wanted) };
  const colon = wanted.indexOf(':');
  const provider = colon > 0 ? providers.get(wanted.slice(0, colon)) : undefined;
  if (provider) {
    const model = wanted.slice(colon + 1);
    provider.getModel(model);
    return { provider, model };
  }
  const message = `The model '${wanted.slice(0, 200)}' does not exist. Valid: ${[...providers.keys()].join(', ')}`;
  throw new ChatError('model_not_found', message, { status: 404 });
}

/** A model in OpenAI's shape. */
export const describe = (id, owner) => ({ id, object: 'model', created: 0, owned_by: owner });

export const listOf = (providers) =>
  [...providers].flatMap(([name, provider]) => [name, ...provider.models.map((model) => `${name}:${model}`)].map((id) => describe(id, name)));

/** The first bytes of an answer, so that what fails early is told as an error and not inside of a stream. */
export async function firstOf(reply) {
  const { value, done } = await reply.next();
  if (done) throw new ChatError('truncated', 'the reply ended before it began');
  return value;
}
