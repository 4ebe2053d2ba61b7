// Marks the newest piece of a reply. The mark is a CSS custom highlight and not an element, so that no text node is split for it.
// Browsers without that API show the reply without a mark.

/** @param {Node} parent @param {number} length how many characters at the end are new */
export function highlightNew(parent, length) {
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
  CSS.highlights.set('new-text', new Highlight(range));
}

export function clearHighlight() {
  if (typeof Highlight === 'function') CSS.highlights.delete('new-text');
}

function lastText(walker) {
  while (walker.lastChild());
  return walker.currentNode.nodeType === Node.TEXT_NODE ? walker.currentNode : walker.previousNode();
}
