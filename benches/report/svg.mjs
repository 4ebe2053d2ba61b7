// A small plot: lines over two logarithmic axes, as SVG that is legible on light and on dark pages.

const WIDTH = 760;
const HEIGHT = 440;
const BOX = { left: 78, right: 590, top: 52, bottom: 380 };

/** Colours that differ for colour-blind readers, too, and on light and dark backgrounds (Okabe and Ito, darkened or lightened). */
const COLOURS = [
  ['#0072b2', '#56b4e9'], ['#c24e00', '#ff9a4d'], ['#007a59', '#2fc79b'], ['#9c3f7c', '#e58fc6'],
  ['#7a6a00', '#e6d33d'], ['#555555', '#bbbbbb'], ['#8a2be2', '#b98cff'], ['#a00000', '#ff8080'],
];
const MARKS = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="3.5"/>`,
  (x, y) => `<rect x="${x - 3}" y="${y - 3}" width="6" height="6"/>`,
  (x, y) => `<path d="M${x} ${y - 4}l4 7h-8z"/>`,
  (x, y) => `<path d="M${x} ${y - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z"/>`,
];

/**
 * @param {{ title: string, x: string, y: string, note?: string, lines: { name: string, colour: number, points: [number, number][] }[], ticks: number[],
 *   tickName?: (value: number) => string }} plot `ticks` of the x axis
 */
export function svg({ title, x, y, note = '', lines, ticks, tickName = String }) {
  const all = lines.flatMap(({ points }) => points);
  const xs = scale(ticks[0], ticks.at(-1), BOX.left + 12, BOX.right - 12);
  const [low, high] = [Math.min(...all.map(([, value]) => value)), Math.max(...all.map(([, value]) => value))];
  const decades = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)));
  const ys = scale(10 ** decades[0], 10 ** decades.at(-1), BOX.bottom, BOX.top);
  const grid = decades.map((exponent) => {
    const at = ys(10 ** exponent);
    return `<path class="grid" d="M${BOX.left} ${at}H${BOX.right}"/><text x="${BOX.left - 8}" y="${at + 4}" text-anchor="end">${words(10 ** exponent)}</text>`;
  });
  const feet = ticks.map((value) => `<path class="grid" d="M${xs(value)} ${BOX.bottom}v5"/><text x="${xs(value)}" y="${BOX.bottom + 20}" text-anchor="middle">${escaped(tickName(value))}</text>`);
  const names = apart(lines.map(({ points }) => ys(points.at(-1)[1])));
  const drawn = lines.map(({ name, colour, points }, index) => {
    const at = points.map(([one, other]) => [round(xs(one)), round(ys(other))]);
    const mark = MARKS[colour % MARKS.length];
    return `<g class="c${colour % COLOURS.length}"><path class="line" d="M${at.map((point) => point.join(' ')).join('L')}"/>${at.map((point) => mark(...point)).join('')}`
      + `<path class="leader" d="M${at.at(-1).join(' ')}L${BOX.right + 8} ${names[index]}"/><text x="${BOX.right + 12}" y="${names[index] + 4}">${escaped(name)}</text></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>${style()}</style>
<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>
<text class="title" x="${BOX.left}" y="24">${escaped(title)}</text>
<text class="note" x="${BOX.left}" y="42">${escaped(note)}</text>
${grid.join('\n')}
${feet.join('\n')}
<text x="${(BOX.left + BOX.right) / 2}" y="${BOX.bottom + 44}" text-anchor="middle">${escaped(x)}</text>
<text transform="translate(18 ${(BOX.top + BOX.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>
${drawn.join('\n')}
</svg>
`;
}

function style() {
  const colours = (which) => COLOURS.map((pair, index) => `.c${index}{--c:${pair[which]}}`).join('');
  return 'text{font:13px system-ui,sans-serif;fill:var(--ink)}.title{font-size:15px;font-weight:600}.note{font-size:12px;fill:var(--soft)}'
    + '.page{fill:var(--page)}.grid{stroke:var(--grid);fill:none}.line{stroke:var(--c);stroke-width:2;fill:none}g>:not(text):not(.line):not(.leader){fill:var(--c)}'
    + 'g>text{fill:var(--c)}.leader{stroke:var(--c);stroke-width:1;fill:none;opacity:.45}'
    + `svg{--page:#fff;--ink:#1f2328;--soft:#59636e;--grid:#d8dee4}${colours(0)}`
    + `@media(prefers-color-scheme:dark){svg{--page:#0d1117;--ink:#e6edf3;--soft:#9198a1;--grid:#30363d}${colours(1)}}`;
}

/** Names beside the ends of their lines, none on another. */
function apart(wanted) {
  const gap = 17;
  const order = wanted.map((at, index) => ({ at, index })).sort((a, b) => a.at - b.at);
  for (let index = 1; index < order.length; index++) order[index].at = Math.max(order[index].at, order[index - 1].at + gap);
  const over = order.at(-1).at - BOX.bottom;
  if (over > 0) order.at(-1).at -= over;
  for (let index = order.length - 2; index >= 0; index--) order[index].at = Math.min(order[index].at, order[index + 1].at - gap);
  const places = [];
  for (const { at, index } of order) places[index] = round(at);
  return places;
}

const scale = (from, to, start, end) => (value) => round(start + (Math.log(value / from) / Math.log(to / from)) * (end - start));
const range = (from, to) => Array.from({ length: Math.max(to - from, 1) + 1 }, (_, index) => from + index);
const round = (number) => Math.round(number * 10) / 10;
const words = (number) => (number >= 1000 ? `${number / 1000}k`.replace('000k', 'M') : String(number));
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
