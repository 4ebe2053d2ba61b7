// How many tests a runner says it ran, read from its own summary.

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** libtest and wasm-bindgen-test: one such line for each binary. */
const CARGO = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/;

/** Node's spec reporter: one line for each figure. Colours come before it in a terminal. */
const FIELDS = { pass: 'passed', fail: 'failed', cancelled: 'failed', skipped: 'skipped', todo: 'skipped' };
const NODE = /^(?:\x1b\[\d+m)*ℹ (pass|fail|cancelled|skipped|todo) (\d+)/;

/** @returns {{ line: (line: string) => void, count: Count }} */
export function counter() {
  const count = { passed: 0, failed: 0, skipped: 0 };
  return {
    count,
    line(line) {
      const cargo = CARGO.exec(line);
      if (cargo) {
        count.passed += Number(cargo[1]);
        count.failed += Number(cargo[2]);
        count.skipped += Number(cargo[3]);
      }
      const node = NODE.exec(line);
      if (node) count[FIELDS[node[1]]] += Number(node[2]);
    },
  };
}
