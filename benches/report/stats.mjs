// Medians and quartiles. A ratio is taken within each round, where both sides had the same machine.

/** @returns {number} at `part` of the sorted numbers, between two of them where it must be */
export function quantile(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (numbers) => quantile(numbers, 0.5);

/** @returns {{ middle: number, low: number, high: number }} median and quartiles */
export const spread = (numbers) => ({ middle: median(numbers), low: quantile(numbers, 0.25), high: quantile(numbers, 0.75) });

/** @param {number[]} costs a round each @param {number[]} bases */
export const ratio = (costs, bases) => spread(costs.map((cost, round) => cost / bases[round]));
