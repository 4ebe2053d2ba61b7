// The line under a reply: one stroke a piece, placed by the time at which it came.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 600;

/** @returns {{ node: SVGSVGElement, draw: (arrivals: number[], elapsed: number) => void }} */
export function trace() {
  const node = document.createElementNS(SVG, 'svg');
  node.setAttribute('viewBox', `0 0 ${WIDTH} 14`);
  node.setAttribute('preserveAspectRatio', 'none');
  node.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  node.append(path);
  const draw = (arrivals, elapsed) => {
    // No more strokes than there are places: a reply of a million pieces is a block, not a million commands.
    const places = new Set(arrivals.map((at) => Math.round((at / Math.max(elapsed, 1)) * WIDTH)));
    path.setAttribute('d', Array.from(places, (x) => `M${x} 2V13`).join(''));
  };
  return { node, draw };
}
