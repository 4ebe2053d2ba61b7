// What a reply is asked for with: the providers, and for each of them its messages and options.

import {
  isSite, laneOptions, makeFallback, makeProvider, nameAmong, pricesOf, serviceKey, sharedOptions, takesTools,
} from '../settings/providers.js';
import { TOOLS } from './tools.js';
import { conversationOf, messagesOf, turnOf } from './tree.js';

/** Who is asked with what: one run for each provider that answers side by side, and one where there is one, or one after the other. */
export function plan(talk, questionId, settings, lanes) {
  const isFallback = lanes.length > 1 && settings.together === 'fallback';
  const isSide = lanes.length > 1 && !isFallback;
  return (isFallback ? [lanes[0]] : lanes).map((lane, index) => {
    const service = isFallback ? JSON.stringify(lanes.map(serviceKey)) : serviceKey(lane);
    const asked = isFallback ? lanes : [lane];
    const hasTools = settings.tools && asked.every(takesTools);
    const before = settings.tools && !hasTools
      ? [{ type: 'warning', message: `Chatbots of sites have no tools, so ${asked.length > 1 ? 'they were' : 'it was'} asked without clock and calculator.` }] : [];
    return {
      name: isFallback ? 'Fallback' : nameAmong(lane, lanes),
      model: lane.model,
      service,
      before,
      prices: isFallback ? undefined : pricesOf(lane),
      makeReply: (signal) => async () => {
        const side = isSide ? { index, service, model: lane.model } : undefined;
        // A site cannot forget what followed, nor its system text: another branch is a talk of its own there, which the library begins with all messages.
        const isLinear = asked.some(({ provider }) => isSite(provider));
        const conversation = conversationOf(talk, turnOf(talk, questionId).parent, service, { lane: side, isLinear, system: settings.system });
        const options = {
          ...(isFallback ? {} : laneOptions(lane)),
          ...sharedOptions(settings),
          ...(settings.raw && { includeRaw: true }),
          messages: [
            ...(settings.system ? [{ role: 'system', content: settings.system }] : []),
            ...messagesOf(talk, questionId, side),
          ],
          signal,
          ...(conversation && { conversation }),
        };
        const provider = isFallback ? makeFallback(lanes, settings) : makeProvider(lane);
        if (!hasTools) return provider.createAsyncGenerator(options);
        const { runTools } = await import('../rivulet/tools.js');
        return runTools(provider, { ...options, tools: TOOLS });
      },
    };
  });
}
