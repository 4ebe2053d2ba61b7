// One cell of the matrix, in whatever runtime: a call that goes wrong, and the one after it. Plain JavaScript with no import.

/** Longer than any limit of a cell: what is not settled by then hangs. */
const BOUND_MS = 30_000;

const HANG = Symbol('hang');
/** The reason of an abort, which has to come back as it is. */
const ABORTED = new Error('aborted by the cell');

/** @param {Promise<unknown>} promise */
async function bounded(promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, BOUND_MS, HANG);
  });
  const result = await Promise.race([promise, late]);
  clearTimeout(timer);
  return result;
}

/**
 * @param {Record<string, any>} rivulet the package
 * @param {{ id: string, provider: string, settings: object, over: string, next: object, message: string, timeout: object,
 *   stop?: { how: 'abort' | 'leave', after: string } }} cell
 *   `over`: an address to fetch when the call is over, which ends the fault; `next`: settings that differ for the call after it
 */
async function runCell(rivulet, cell) {
  const { provider: name, message: messages, timeout } = cell;
  const start = Date.now();
  const provider = new rivulet[name]({ retries: 1, maxEventBytes: 262_144, session: new Map(), ...cell.settings });
  const controller = new AbortController();
  const reply = provider.createAsyncGenerator({ messages, timeout, signal: controller.signal });
  let text = '';
  const reading = (async () => {
    for await (const piece of reply) {
      text += piece;
      if (text !== cell.stop?.after) continue;
      if (cell.stop.how === 'leave') break;
      // When the next read waits already.
      setTimeout(() => controller.abort(ABORTED), 50);
    }
  })().catch((error) => error);
  const error = await bounded(reading);
  const told = { id: cell.id, text, ms: Date.now() - start, ...describe(rivulet, error) };
  if (error === HANG) reply.return();
  await fetch(cell.over, { cache: 'no-store' }).then((response) => response.text());
  const next = await bounded(provider.with(cell.next).createAsync({ messages, timeout: 15_000 }).catch((error) => ({ error })));
  return { ...told, next: next === HANG ? 'HANG' : next.error ? `${next.error.code}: ${next.error.message}` : next };
}

function describe(rivulet, error) {
  if (error === undefined) return {};
  if (error === HANG) return { code: 'HANG', message: '' };
  if (error === ABORTED) return { code: 'ABORTED', message: '' };
  if (!(error instanceof rivulet.ChatError)) return { code: 'NO ChatError', message: String(error?.stack ?? error) };
  const { code, message, retryable, status } = error;
  return { code, message, retryable, status };
}

/**
 * Runs cells, so many at the same time. The first one goes ahead, since a runtime is slow at the first call, which a short limit of a cell
 * does not mean.
 *
 * @param {any[]} cells
 */
export async function runCells(rivulet, cells, atOnce) {
  const run = (cell) => runCell(rivulet, cell).catch((error) => ({ id: cell.id, code: 'BROKEN', message: String(error?.stack ?? error) }));
  const [first, ...left] = cells;
  const results = [await run(first)];
  const work = async () => {
    for (let cell = left.shift(); cell; cell = left.shift()) results.push(await run(cell));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

/** What nobody has caught, from here on; a list that grows. */
export function watchUncaught() {
  const uncaught = [];
  const note = (reason) => void uncaught.push(String(reason?.stack ?? reason));
  const { process } = globalThis;
  if (typeof process?.on === 'function' && typeof Deno === 'undefined') {
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
    return uncaught;
  }
  for (const type of ['unhandledrejection', 'error']) {
    globalThis.addEventListener(type, (event) => {
      event.preventDefault();
      note(event.reason ?? event.error ?? event.message);
    });
  }
  return uncaught;
}

/** What `watchUncaught` found, after a rejection of its own that it must have found, too. @param {string[]} uncaught */
export async function uncaughtSoFar(uncaught) {
  Promise.reject(new Error(PROBE));
  for (let turns = 0; turns < 40 && !uncaught.some((text) => text.includes(PROBE)); turns++) await new Promise((resolve) => setTimeout(resolve, 50));
  const found = uncaught.splice(0);
  if (!found.some((text) => text.includes(PROBE))) found.push('this runtime tells of no uncaught rejection, so none can be seen');
  return found.filter((text) => !text.includes(PROBE));
}

const PROBE = 'an uncaught rejection, as a probe';
