// The message field with its files, its two buttons and its keys, and the status line below it.

import { byId } from '../page/dom.js';

/** How long after a click on "Send" a click on "Stop", which then stands in its place, is the second one of a double click, in ms. */
const DOUBLE_CLICK = 500;

/**
 * @param {object} actions
 * @param {(text: string) => boolean} actions.send gives whether it could be sent
 * @param {() => void} actions.stop
 * @param {() => boolean} actions.hasFiles whether there is something to send beside the text
 * @param {() => string[]} actions.sent the visitor's messages so far, the newest last
 * @param {() => void} actions.onLeaveEdit the visitor does not want to reword a question after all
 */
export function composer({ send, stop, hasFiles, sent, onLeaveEdit }) {
  const field = byId('message');
  const [sendButton, stopButton] = [byId('send'), byId('stop')];
  let isRunning = false;
  let isEditing = false;
  let clickedAt = -Infinity;
  /** How far back in the messages so far the arrow keys have gone; 0: not at all. */
  let back = 0;

  const submit = () => {
    const text = field.value;
    if (isRunning || (text.trim() === '' && !hasFiles())) return;
    write('');
    const wasEditing = isEditing;
    edits(false);
    if (send(text)) return;
    edits(wasEditing);
    write(text);
  };
  // The field grows with its text. Browsers without `field-sizing` need this code for it.
  const fit = () => {
    if (CSS.supports('field-sizing', 'content')) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  const write = (text) => {
    field.value = text;
    fit();
  };
  const edits = (isSo) => {
    isEditing = isSo;
    byId('editing').hidden = !isSo;
  };
  const leaveEdit = () => {
    edits(false);
    write('');
    onLeaveEdit();
    field.focus();
  };
  /** Goes through the messages so far, as a shell does: only from an empty field, or from one of them that is as it was. */
  const recall = (event) => {
    if (isEditing) return;
    const all = sent();
    const shown = back === 0 ? '' : all.at(-back);
    if (field.value !== shown) return;
    const to = back + (event.key === 'ArrowUp' ? 1 : -1);
    if (to < 0 || to > all.length) return;
    event.preventDefault();
    back = to;
    write(back === 0 ? '' : all.at(-back));
  };

  field.addEventListener('input', () => {
    if (field.value === '') back = 0;
    fit();
  });
  field.addEventListener('keydown', (event) => {
    // Not while an input method composes a word, since its keys are for that word then.
    if (event.isComposing || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      submit();
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') recall(event);
  });
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    clickedAt = performance.now();
    submit();
  });
  // Neither the second half of a double click on "Send" nor a key that is still held stops what has just begun.
  stopButton.addEventListener('click', ({ detail }) => {
    if (detail === 1 || performance.now() - clickedAt > DOUBLE_CLICK) stop();
  });
  byId('leave-edit').addEventListener('click', leaveEdit);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
    if (isRunning) stop();
    else if (isEditing) leaveEdit();
  });

  return {
    focus: () => field.focus(),
    /** Puts the text of a question into the field, to be reworded. */
    edit(text) {
      back = 0;
      edits(true);
      write(text);
      field.focus();
      field.setSelectionRange(text.length, text.length);
    },
    /** Puts a message back that could not be sent, unless there is another by now. @param {string} text */
    restore(text) {
      if (field.value === '') write(text);
    },
    /** The question that was to be reworded is not there any more. @param {boolean} [keepsText] what was written of it stays in the field */
    endEdit(keepsText = false) {
      if (isEditing && !keepsText) write('');
      edits(false);
    },
    status(text) {
      const line = byId('status');
      // Thousands of pieces may each say the same: writing it again would have the page laid out again.
      if (line.textContent !== text) line.textContent = text;
    },
    /** Shows the button for stopping or sending. The focus of what has disappeared goes to the other button, or to the field. */
    running(runs, hasLostFocus = false) {
      const changes = runs !== isRunning;
      isRunning = runs;
      back = 0;
      const [hiding, showing] = runs ? [sendButton, stopButton] : [stopButton, sendButton];
      const hadFocus = hasLostFocus || document.activeElement === hiding || (changes && document.activeElement === document.body);
      showing.hidden = false;
      hiding.hidden = true;
      if (hadFocus) (runs ? showing : field).focus({ preventScroll: true });
    },
  };
}
