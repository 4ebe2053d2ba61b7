// Two versions of one talk, as two tabs may have them, become one that has the turns of both.

/**
 * Of what both have, that of the version which was changed last is taken.
 *
 * @param {import('./tree.js').Talk} one @param {import('./tree.js').Talk} other counts as the newer one where both were changed at the same time
 * @returns {import('./tree.js').Talk}
 */
export function merged(one, other) {
  const [older, newer] = one.changedAt > other.changedAt ? [other, one] : [one, other];
  const turns = new Map([...older.turns, ...newer.turns].map((turn) => [turn.id, turn]));
  // In the order in which they came, which says what stands beside what.
  return { ...newer, createdAt: Math.min(older.createdAt, newer.createdAt), turns: [...turns.values()].sort((a, b) => a.at - b.at) };
}
