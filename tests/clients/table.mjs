// The matrix as text: a row for each client, a column for each feature.

/**
 * @typedef {object} Exception what is otherwise than it should be, and why that is right, or is not yet
 * @property {RegExp} clients
 * @property {string[]} features
 * @property {string[]} [providers] left out: all
 * @property {RegExp} word what the cell says
 * @property {string} because
 */

/** @param {Exception[]} list */
export const find = (list, client, feature, provider, word) => list.find((one) => one.clients.test(client) && one.features.includes(feature)
  && (!one.providers || one.providers.includes(provider)) && one.word.test(word));

/**
 * @param {string[]} clients
 * @param {Record<string, { title: string }>} features
 * @param {(client: string, feature: string) => string} cell
 */
export function print(clients, features, cell) {
  const lines = [['client', ...Object.values(features).map(({ title }) => title)], ...clients.map((client) => [client, ...Object.keys(features).map((feature) => cell(client, feature))])];
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => [...line[at]].length)));
  return lines.map((line) => line.map((text, at) => text + ' '.repeat(widths[at] - [...text].length)).join('  ').trimEnd()).join('\n');
}
