// Marks the newest piece of a reply. The mark is a CSS custom highlight and not an element, so that no text node is split for it.
// Browsers without that API show the reply without a mark.

/** The newest piece of each reply, since several may grow side by side. @type {Map<object, Range>} */
const newest = new Map();

/** @param {object} reply whose mark it is @param {Node} parent @param {number} length how many characters at the end are new */
export function highlightNew(reply, parent, length) {
  if (typeof Highlight !== 'function') return;
  const range = document.createRange();
  range.selectNodeContents(parent);
  const texts = document.createTreeWalker(parent, NodeFilter.SHOW_TEXT);
  let left = length;
  for (let node = lastText(texts); node; node = texts.previousNode()) {
    const size = node.nodeValue.length;
    if (size >= left) {
      range.setStart(node, size - left);
      break;
    }
    left -= size;
  }
  newest.set(reply, range);
  CSS.highlights.set('new-text', new Highlight(...newest.values()));
}

/** @param {object} reply */
export function clearHighlight(reply) {
  if (!newest.delete(reply)) return;
  CSS.highlights.set('new-text', new Highlight(...newest.values()));
}

function lastText(walker) {
  while (walker.lastChild());
  return walker.currentNode.nodeType === Node.TEXT_NODE ? walker.currentNode : walker.previousNode();
}
