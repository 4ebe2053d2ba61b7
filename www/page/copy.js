// The buttons that copy.

/** The labels of the buttons that say for a moment what came of it. @type {WeakMap<HTMLElement, string>} */
const labels = new WeakMap();

/** Copies a text, and shows on the button whether the browser allowed it. @param {HTMLElement} button @param {string} text */
export async function copyText(button, text) {
  if (!labels.has(button)) labels.set(button, button.textContent);
  const worked = await navigator.clipboard.writeText(text).then(() => true, () => false);
  button.textContent = worked ? 'Copied' : 'Not allowed';
  setTimeout(() => { button.textContent = labels.get(button); }, 1500);
}
