import { apiError } from './failure.js';
import { headersOf } from './request.js';
import { described, readSettings } from './settings.js';
import { NAME, own } from './state.js';

/** A provider as an embedding model of the AI SDK. */
export function embeddingModel(provider, settings) {
  const { specification, model } = readSettings(provider, settings, 'embeddingModel');
  const modelId = model ?? described(provider, (of) => of.embeddingModel);
  return {
    specificationVersion: specification,
    provider: `${NAME}.${described(provider, ({ name }) => name)}`,
    modelId,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: false,
    async doEmbed({ values, dimensions, abortSignal: signal, headers, providerOptions }) {
      signal?.throwIfAborted();
      const given = { input: values, retries: 0, model, dimensions, headers: headersOf(headers), ...own(providerOptions), signal };
      const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      try {
        const { embeddings, usage, warnings } = await provider.embed(options);
        const tokens = usage?.inputTokens ?? usage?.totalTokens;
        return { embeddings, ...(tokens !== undefined && { usage: { tokens } }), warnings: warnings.map((message) => ({ type: 'other', message })) };
      } catch (error) {
        throw apiError(error, { url: described(provider, ({ url }) => url), values: { model: modelId } });
      }
    },
  };
}
