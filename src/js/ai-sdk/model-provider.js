import { ChatError } from '../error.js';
import { isProvider } from '../provider-mark.js';
import { embeddingModel } from './embedding.js';
import { noSuchModel } from './failure.js';
import { languageModel } from './model.js';
import { checked } from './ui-stream.js';

/** Names of the kinds of models, as the AI SDK has them. */
const LANGUAGE = 'languageModel';
const EMBEDDING = 'embeddingModel';

/** Providers of this package as one of the AI SDK: one, whose models have their own names, or several by theirs. */
export function modelProvider(providers, settings) {
  const { specification = 'v3' } = checked(settings, ['specification'], 'modelProvider');
  const known = isProvider(providers) ? undefined : new Map(Object.entries(providers ?? {}));
  if (known && (known.size === 0 || ![...known.values()].every(isProvider))) {
    throw new ChatError('input', 'modelProvider: give a provider of this package, or several by their names');
  }
  const make = (build, kind) => (id) => {
    const { provider, model } = find(known, providers, String(id), kind);
    try {
      if (model && kind === LANGUAGE) provider.getModel(model);
    } catch (error) {
      if (error.code === 'model_not_found') throw noSuchModel(String(id), kind, error.message);
    }
    return build(provider, { specification, model: model || undefined });
  };
  const embedding = make(embeddingModel, EMBEDDING);
  return {
    specificationVersion: specification,
    languageModel: make(languageModel, LANGUAGE),
    embeddingModel: embedding,
    textEmbeddingModel: embedding,
    imageModel: (id) => {
      throw noSuchModel(String(id), 'imageModel');
    },
  };
}

function find(known, provider, id, kind) {
  if (!known) return { provider, model: id };
  if (known.has(id)) return { provider: known.get(id) };
  const colon = id.indexOf(':');
  const named = colon > 0 ? known.get(id.slice(0, colon)) : undefined;
  if (named) return { provider: named, model: id.slice(colon + 1) };
  throw noSuchModel(id, kind, `there is no model '${id.slice(0, 200)}'; the providers are ${[...known.keys()].join(', ')}`);
}
