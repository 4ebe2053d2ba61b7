// The line under a reply: one stroke for each piece, placed by the time at which it came; reasoning has shorter strokes.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 600;

/** @returns {{ node: SVGSVGElement, draw: (timings: import('./timings.js').Timings) => void }} */
export function trace() {
  const node = document.createElementNS(SVG, 'svg');
  node.setAttribute('viewBox', `0 0 ${WIDTH} 14`);
  node.setAttribute('preserveAspectRatio', 'none');
  node.setAttribute('aria-hidden', 'true');
  const [reasoning, text] = [0, 1].map(() => document.createElementNS(SVG, 'path'));
  reasoning.setAttribute('class', 'reasoning');
  node.append(reasoning, text);
  const draw = ({ arrivals, reasoningArrivals, elapsed }) => {
    const strokes = ({ times }, top) => {
      // At most one stroke for each pixel.
      const places = new Set(times.map((at) => Math.round((at / Math.max(elapsed, 1)) * WIDTH)));
      return Array.from(places, (x) => `M${x} ${top}V13`).join('');
    };
    text.setAttribute('d', strokes(arrivals, 2));
    reasoning.setAttribute('d', strokes(reasoningArrivals, 8));
  };
  return { node, draw };
}
