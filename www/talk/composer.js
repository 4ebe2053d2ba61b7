// The message field with its two buttons and its keys, and the status line below it.

import { byId } from '../page/dom.js';

/** @param {{ send: (prompt: string) => void, stop: () => void }} actions */
export function composer({ send, stop }) {
  const field = byId('message');
  const [sendButton, stopButton] = [byId('send'), byId('stop')];
  let isRunning = false;

  const submit = () => {
    const prompt = field.value;
    if (isRunning || prompt.trim() === '') return;
    field.value = '';
    fit();
    send(prompt);
  };
  // The field grows with its text. Browsers without `field-sizing` need this code for it.
  const fit = () => {
    if (CSS.supports('field-sizing', 'content')) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  };

  field.addEventListener('input', fit);
  field.addEventListener('keydown', (event) => {
    // Not while an input method composes a word, since Enter then confirms that word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  stopButton.addEventListener('click', stop);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && isRunning && !event.isComposing) stop();
  });

  return {
    focus: () => field.focus(),
    /** Puts a text into the field, with the cursor behind it. */
    edit(text) {
      field.value = text;
      fit();
      field.focus();
      field.setSelectionRange(text.length, text.length);
    },
    status(text) {
      const line = byId('status');
      // Thousands of pieces may each say the same: writing it again would have the page laid out again.
      if (line.textContent !== text) line.textContent = text;
    },
    /** Shows the button for stopping or sending. The focus of the button that disappears goes to the other, or to the field. */
    running(runs) {
      isRunning = runs;
      const [hiding, showing] = runs ? [sendButton, stopButton] : [stopButton, sendButton];
      const hadFocus = document.activeElement === hiding;
      showing.hidden = false;
      hiding.hidden = true;
      if (hadFocus) (runs ? showing : field).focus();
    },
  };
}
