// Tables that read well in a terminal and are Markdown.

/** @param {string[]} head @param {(string | number)[][]} rows the first column holds text, the others numbers */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column ? `${'-'.repeat(width + 1)}:` : `${'-'.repeat(width + 2)}`)).join('|')}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Three digits, no more than are known. */
export function digits(number) {
  if (!Number.isFinite(number)) return '-';
  if (Math.abs(number) >= 100) return String(Math.round(number));
  if (Math.abs(number) < 0.1 && number !== 0) return number.toPrecision(2);
  return number.toFixed(Math.abs(number) >= 10 ? 1 : 2);
}

export const withSpread = ({ middle, low, high }) => `${digits(middle)} (${digits(low)}-${digits(high)})`;
