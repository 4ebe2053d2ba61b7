// How far a long run is: one line that is written over in a terminal, a line a minute in a log.

const A_MINUTE = 60_000;
let told = performance.now();

export function progress(words) {
  if (process.stderr.isTTY) return void process.stderr.write(`\r\x1b[K${words.slice(0, process.stderr.columns - 1)}`);
  if (words === '' || performance.now() - told < A_MINUTE) return;
  told = performance.now();
  console.error(`  ... ${words}`);
}
