// Divides long work into tasks, so that the page draws and hears keys in between.

/** How long a task may work before it gives way, in ms: well within a frame. */
const BUDGET = 8;
/** How many steps a task may take, whatever the clock says. */
const STEPS = 500;

const { port1, port2 } = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
port1.onmessage = () => waiting.shift()?.();
// Node, in which tests read some modules of the page, would wait for this port for ever.
port1.unref?.();

/** Resolves in a task of its own. Other than a timer it is not slowed down in a page in the background. @returns {Promise<void>} */
export function nextTask() {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(undefined);
  });
}

/** @returns {() => Promise<void> | undefined} to be called at each step: a promise to wait for, whenever the task has worked long enough */
export function taskSlicer() {
  let start = performance.now();
  let steps = 0;
  return () => {
    steps += 1;
    if (steps < STEPS && performance.now() - start < BUDGET) return undefined;
    return nextTask().then(() => {
      start = performance.now();
      steps = 0;
    });
  };
}
