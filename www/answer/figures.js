// The line under an answer: how fast it came, how many tokens it took and what they cost. What the service does not say is not guessed.

import { summary } from '../panels/timings.js';
import { counted } from './words.js';

/** A stretch that is shorter than this, in ms, or has fewer tokens says nothing about the speed. */
const SHORTEST = 250;
const FEWEST = 10;

/**
 * @param {{ pieces: number, elapsed: number, first?: number, usage?: any, prices?: { input?: number, output?: number, currency?: string },
 *   hasTools: boolean, hasReasoning: boolean }} facts times in ms; `first`: when the first piece came; prices are those of a million tokens
 */
export function figuresOf(facts) {
  const { pieces, elapsed, usage, prices } = facts;
  return [
    summary({ arrivals: { count: pieces }, elapsed }),
    ...(usage ? [tokensOf(usage), speedOf(facts), prices && costOf(usage, prices)] : []),
  ].filter(Boolean).join(' · ');
}

const isCount = (value) => Number.isFinite(value) && value >= 0;

function tokensOf({ inputTokens, outputTokens, totalTokens, cachedInputTokens, reasoningTokens }) {
  const written = (count, words) => (count > 0 ? ` (${count.toLocaleString('en')} ${words})` : '');
  const sent = isCount(inputTokens) && `${counted(inputTokens, 'token', 'tokens')} in${written(cachedInputTokens, 'from the cache')}`;
  const made = isCount(outputTokens) && `${sent ? outputTokens.toLocaleString('en') : counted(outputTokens, 'token', 'tokens')} out${written(reasoningTokens, 'for reasoning')}`;
  if (!sent && !made) return isCount(totalTokens) && counted(totalTokens, 'token', 'tokens');
  return [sent, made].filter(Boolean).join(', ');
}

/** Tokens per second. Of a run with tools the time is theirs, too, and reasoning that was not shown was before the first piece. */
function speedOf({ usage: { outputTokens, reasoningTokens = 0 }, elapsed, first, pieces, hasTools, hasReasoning }) {
  const tokens = hasReasoning ? outputTokens : outputTokens - reasoningTokens;
  const took = elapsed - first;
  if (hasTools || pieces < 2 || !(tokens >= FEWEST) || !(took >= SHORTEST)) return undefined;
  const speed = (tokens * 1000) / took;
  return `${speed < 10 ? speed.toFixed(1) : Math.round(speed).toLocaleString('en')} tokens per second`;
}

function costOf({ inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteTokens = 0 }, { input, output, currency = '' }) {
  if (!isCount(inputTokens) || !isCount(outputTokens) || !isCount(input) || !isCount(output)) return undefined;
  const cost = (inputTokens * input + outputTokens * output) / 1_000_000;
  const words = cost.toLocaleString('en', { maximumSignificantDigits: 2, useGrouping: false });
  // Services ask another price for what is in their cache, which is not known here.
  return ['cost', cachedInputTokens + cacheWriteTokens > 0 ? 'about' : '', words, currency].filter(Boolean).join(' ');
}
