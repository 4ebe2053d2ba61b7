// Makes elements without HTML, so that text of a service can only become text nodes.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [properties] of the element; `data-`, `aria-` and `role` are set as attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (/^(data-|aria-|role$)/.test(name)) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/** Calls `work` once a frame, however often `ask` is called. `flush` calls it at once. */
export function eachFrame(work) {
  let due = 0;
  const run = () => {
    due = 0;
    work();
  };
  return {
    ask() {
      // A page in the background has no frames, so nothing is drawn until `flush`.
      due ||= requestAnimationFrame(run);
    },
    flush() {
      cancelAnimationFrame(due);
      run();
    },
  };
}

/** Appends to a box that scrolls, and keeps its end in sight unless the visitor has scrolled away from it. This forces a layout. */
export function appendAtEnd(box, ...nodes) {
  const isAtEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  box.append(...nodes);
  if (isAtEnd) box.scrollTop = box.scrollHeight;
}
