const COUNTS = [
  'inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'cacheWriteTokens', 'reasoningTokens', 'promptTokens', 'completionTokens',
];

/** The counts of both together, each where one of them has it; either may be `undefined`. `raw` is that of the later one. */
export function sum(before, usage) {
  if (!before || !usage) return usage ?? before;
  const total = { ...before, ...usage };
  for (const key of COUNTS) {
    if ((before[key] ?? usage[key]) !== undefined) total[key] = (before[key] ?? 0) + (usage[key] ?? 0);
  }
  return total;
}
