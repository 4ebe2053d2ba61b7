// Nodes, made without HTML: whatever text a service sends ends up in text nodes.

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

/** One call of `work` a frame, however often it is asked for. `flush` does at once what is still due. */
export function eachFrame(work) {
  let due = 0;
  const run = () => {
    due = 0;
    work();
  };
  return {
    ask() {
      // A page in the background has no frames; it may lag, and `flush` catches up.
      due ||= requestAnimationFrame(run);
    },
    flush() {
      cancelAnimationFrame(due);
      run();
    },
  };
}
