// The message field with its two buttons, the keys, and the line that says what is going on.

import { byId } from './dom.js';

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
  // Where CSS cannot do it (field-sizing), the field grows by hand.
  const fit = () => {
    if (CSS.supports('field-sizing', 'content')) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  };

  field.addEventListener('input', fit);
  field.addEventListener('keydown', (event) => {
    // While an input method composes, Enter chooses a word.
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
    status(words) {
      byId('status').textContent = words;
    },
    /** The button that goes must not take the focus with it. */
    running(runs) {
      isRunning = runs;
      const [gone, here] = runs ? [sendButton, stopButton] : [stopButton, sendButton];
      const hadFocus = document.activeElement === gone;
      here.hidden = false;
      gone.hidden = true;
      if (hadFocus) (runs ? here : field).focus();
    },
  };
}
