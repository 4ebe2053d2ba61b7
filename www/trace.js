// The line under a reply: one stroke a piece, placed by the time at which it came; short ones for what was thought.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 600;

/** @returns {{ node: SVGSVGElement, draw: (timings: import('./timings.js').Timings) => void }} */
export function trace() {
  const node = document.createElementNS(SVG, 'svg');
  node.setAttribute('viewBox', `0 0 ${WIDTH} 14`);
  node.setAttribute('preserveAspectRatio', 'none');
  node.setAttribute('aria-hidden', 'true');
  const [thought, text] = [0, 1].map(() => document.createElementNS(SVG, 'path'));
  thought.setAttribute('class', 'thoughts');
  node.append(thought, text);
  const draw = ({ arrivals, thoughts, elapsed }) => {
    const strokes = (times, top) => {
      // No more strokes than there are places: a reply of a million pieces is a block, not a million commands.
      const places = new Set(times.map((at) => Math.round((at / Math.max(elapsed, 1)) * WIDTH)));
      return Array.from(places, (x) => `M${x} ${top}V13`).join('');
    };
    text.setAttribute('d', strokes(arrivals, 2));
    thought.setAttribute('d', strokes(thoughts, 8));
  };
  return { node, draw };
}
