// Every fault x every provider x every runtime, over real sockets.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { installed } from '../../scripts/lib/pack.mjs';
import { assertHasAll, PROVIDERS, SITES } from '../js/exported.mjs';
import { EXCEPTIONS, expectedOf, ROWS, SOME } from './faults.mjs';
import { COLUMNS, MESSAGE } from './providers.mjs';
import { equip, filesFor, RUNTIMES } from './runtimes.mjs';
import { startCells } from './server.mjs';
import { print, word } from './table.mjs';

/** Runtimes at the same time: more would only wait for each other, on two cores. */
const AT_ONCE = 2;

/** For work on the matrix: some runtimes only. */
const only = process.env.RIVULET_MATRIX?.split(',');
const runtimes = only ?? Object.keys(RUNTIMES);
const providers = Object.keys(COLUMNS);
const isMade = ({ sites }, provider) => !sites || COLUMNS[provider].plugin !== undefined;

let project;
let server;
/** Of each runtime the promise of its results, by the id of the cell. */
const runs = new Map();
/** Cells of all runtimes by id, with what their server saw. */
const places = new Map();
const lists = new Map();

const idOf = (runtime, provider, row) => `${runtime}-${provider}-${row.id}`;

/** A cell as its runtime gets it, and its place at the server. */
function makeCell(runtime, provider, row) {
  const id = idOf(runtime, provider, row);
  const column = COLUMNS[provider];
  const faults = row.faults?.map((fault) => ({ ...fault, ...(fault.to === 'elsewhere' && { to: `${server.addresses.elsewhere}/${id}` }) }));
  const place = server.add(id, provider, { ...row, faults });
  places.set(id, place);
  const page = column.page && { page: `/c/${id}/${column.page}` };
  return {
    id,
    provider,
    message: MESSAGE,
    timeout: row.timeout,
    stop: row.stop && { how: row.stop, after: column.pieces.slice(0, SOME).join('') },
    over: place.overUrl,
    settings: { ...column.settings, ...page, [column.address]: row.at ? server.addresses[row.at] : place.url },
    next: { [column.address]: place.url },
  };
}

async function run(runtime) {
  // Each provider begins at another row, so that the costly ones are not all of one moment.
  const byProvider = providers.map((provider, nth) => {
    const [control, ...rows] = ROWS.filter((row) => isMade(row, provider));
    const at = Math.floor((nth * rows.length) / providers.length);
    return [control, ...rows.slice(at), ...rows.slice(0, at)].map((row) => makeCell(runtime, provider, row));
  });
  const cells = byProvider.flat();
  lists.set(`/list-${runtime}`, cells);
  const list = `${server.origins.AiEngine}/list-${runtime}`;
  const start = performance.now();
  const { results, uncaught } = await RUNTIMES[runtime].run({ folder: project.folder, byProvider, server, list });
  return { results: new Map(results.map((result) => [result.id, result])), uncaught, seconds: (performance.now() - start) / 1000 };
}

before(async () => {
  project = await installed();
  await equip(project.folder);
  const listed = (path) => [path, (_, outgoing) => void outgoing.end(JSON.stringify(lists.get(path)))];
  server = await startCells({ ...filesFor(project.folder), ...Object.fromEntries(runtimes.map((runtime) => listed(`/list-${runtime}`))) });
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  for (const [at, runtime] of runtimes.entries()) {
    const running = lanes[at % AT_ONCE].then(() => run(runtime));
    runs.set(runtime, running);
    // The tests of that runtime tell of a failure.
    lanes[at % AT_ONCE] = running.catch(() => {});
  }
}, { timeout: 300_000 });

after(async () => {
  const done = new Map();
  for (const [runtime, running] of runs) done.set(runtime, await running.catch(() => undefined));
  const known = runtimes.filter((runtime) => done.get(runtime));
  const wordOf = (row, provider, runtime) => (
    isMade(row, provider) ? word(done.get(runtime).results.get(idOf(runtime, provider, row)), COLUMNS[provider].pieces.join('')) : undefined);
  console.log('\nWhat came of each fault: the code of the error, "+text" where text came before it, "ok" for the whole text.\n');
  console.log(print(ROWS, known, wordOf));
  console.log('\nExceptions, and why:');
  for (const { rows, providers: of = ['all providers'], runtimes: where = ['all runtimes'], because } of EXCEPTIONS) {
    console.log(`  ${rows.map((id) => ROWS.find((row) => row.id === id).title).join('; ')} (${[...of, ...where].join(', ')}): ${because}`);
  }
  console.log('');
  for (const runtime of known) {
    const { results, seconds } = done.get(runtime);
    console.log(`${RUNTIMES[runtime].title}: ${results.size} cells in ${seconds.toFixed(1)} s`);
  }
  await project?.remove();
  server?.close();
});

test('every provider is a column, and sites are those that rivulet says', () => {
  assertHasAll(providers, PROVIDERS);
  assert.deepEqual(providers.filter((name) => COLUMNS[name].plugin), SITES);
});

test('every exception names rows, providers and runtimes that there are, and says why', () => {
  for (const { rows, providers: of = [], runtimes: where = [], because } of EXCEPTIONS) {
    for (const id of rows) assert.ok(ROWS.some((row) => row.id === id), id);
    for (const name of of) assert.ok(COLUMNS[name], name);
    for (const name of where) assert.ok(RUNTIMES[name], name);
    assert.ok(because.length > 20);
  }
});

test('runtimes that were asked for are there', () => {
  for (const name of runtimes) assert.ok(RUNTIMES[name], `RIVULET_MATRIX: there is no ${name}, but ${Object.keys(RUNTIMES).join(', ')}`);
});

/** What is wrong with a cell, in words; nothing where all is as it should be. */
function complaints(result, place, { code, content, requests, retryable, says }, column) {
  const whole = column.pieces.join('');
  const text = code === undefined && content === undefined ? whole : column.pieces.slice(0, content ?? 0).join('');
  const wrong = [];
  const compare = (what, got, wanted) => {
    if (got !== wanted) wrong.push(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
  };
  if (!Array.isArray(code)) compare('code', result.code, code);
  else if (!code.includes(result.code)) wrong.push(`code: expected ${code.join(' or ')}, got ${result.code}`);
  compare('text', result.text, text);
  if (retryable !== undefined) compare('retryable', result.retryable, retryable);
  if (says !== undefined && !result.message?.includes(says)) wrong.push(`message: expected one with ${says}`);
  if (wrong.length > 0 && result.message) wrong.push(`(${result.message.slice(0, 300)})`);
  if (requests !== undefined) compare('requests with the message', place.seen?.requests, requests);
  compare('requests left open', place.seen?.open, 0);
  compare('the next call', result.next, whole);
  if (wrong.length > 0) wrong.push(`(the server saw ${place.seen?.all.join(', ') || 'nothing'})`);
  return wrong.join('; ');
}

for (const runtime of runtimes) {
  const { title } = RUNTIMES[runtime];

  test(`${title}: nothing is left uncaught, and the process ends by itself`, { timeout: 240_000 }, async () => {
    assert.deepEqual([...new Set((await runs.get(runtime)).uncaught)], []);
  });

  for (const row of ROWS) {
    test(`${title}: ${row.title}`, { timeout: 240_000 }, async () => {
      const { results } = await runs.get(runtime);
      const wrong = [];
      for (const provider of providers.filter((name) => isMade(row, name))) {
        const id = idOf(runtime, provider, row);
        const result = results.get(id);
        const expected = expectedOf(row, provider, runtime);
        const what = result ? complaints(result, places.get(id), expected, COLUMNS[provider]) : 'it gave no result';
        if (what) wrong.push(`${title}, ${provider}, ${row.title}: ${what}`);
        if (server.reached.some((path) => path.includes(id))) wrong.push(`${title}, ${provider}, ${row.title}: another server was asked`);
      }
      assert.ok(wrong.length === 0, `\n${wrong.join('\n')}`);
    });
  }
}
