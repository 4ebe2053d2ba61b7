// `npm test`: everything that can be run, in order, and one honest line at the end.

import { options, refuse } from './lib/args.mjs';
import { counter } from './lib/count.mjs';
import { PARTS } from './lib/parts.mjs';
import { announce, perform } from './lib/plan.mjs';
import { Failure, main, seconds } from './lib/run.mjs';
import { missing } from './lib/setup.mjs';
import { keepTime } from './lib/times.mjs';

const ON_RELEASE = PARTS.filter(({ build }) => build === 'release').map(({ name }) => name);

const HELP = `Usage: npm test [-- OPTIONS]

Runs all tests. What is missing (npm packages, Rust's wasm32 library, wasm-bindgen from source, Chromium) is installed first,
where that can be done; nothing is skipped silently. The first words say what is going to happen, in order, and how long
it took the last time. Ends with "N passed, N failed".

Parts:
${PARTS.map(({ name, title, onlyNamed }) => `  ${name.padEnd(20)}${title}${onlyNamed ? ' (only with --only)' : ''}`).join('\n')}

Which build they run on:
  all parts      the release build, as it is published
  --only PARTS   a dev build, which takes seconds (npm run build -- --help), unless one of them is ${ON_RELEASE.join(' or ')}:
                 they test what the optimisers do

Options:
  --only PARTS  These parts only, separated by commas; the build is added where one needs it
  --dev         All parts but ${ON_RELEASE.join(' and ')}, on a dev build
  --release     On the release build also with --only
  --help        This text

RIVULET_CONFORMANCE=whole cuts every recorded body at every byte; without it the suite cuts at a sample of them. .ci/run sets it.`;

const given = options(HELP, {
  only: { type: 'string' },
  dev: { type: 'boolean', default: false },
  release: { type: 'boolean', default: false },
});
const parts = chosen(given);
const dev = given.dev || (given.only !== undefined && !given.release && !parts.some(({ build }) => build === 'release'));
await main(test);

async function test() {
  const start = performance.now();
  const plan = await missing({ testRunner: parts.some(({ testRunner }) => testRunner) });
  announce([...plan, ...parts.map((part) => [{ ...part, title: titleOf(part) }])]);
  if (given.dev && !given.only) console.log(`  Not on a dev build, so not run: ${ON_RELEASE.join(', ')}`);
  await perform(plan);

  const results = [];
  let built = true;
  for (const [index, part] of parts.entries()) {
    if (part.build && !built) {
      results.push({ ...part, passed: 0, failed: 1, skipped: 0, note: 'not run: the build failed' });
      continue;
    }
    console.log(`\n=== ${index + 1}/${parts.length} ${titleOf(part)} (${part.name})`);
    const result = await runPart(part, start);
    if (part.isBuild) built = result.failed === 0;
    results.push(result);
    console.log(`=== ${part.name}: ${words(part, result)}${result.first ? `; its first line ${result.first} after the start` : ''}`);
  }

  console.log('\nSummary');
  for (const result of results) console.log(`  ${result.name.padEnd(20)}${words(result, result)}`);
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  console.log(`  all of it in ${seconds(start)}\n`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') ? `, ${sum('skipped')} skipped` : ''}`);
  if (sum('failed')) process.exitCode = 1;
}

async function runPart(part, commandStart) {
  const start = performance.now();
  const { line, count } = counter();
  let first;
  const onLine = (text) => {
    first ??= seconds(commandStart);
    line(text);
  };
  let note = '';
  try {
    await part.work(onLine, dev);
    if (!part.isBuild && count.passed + count.failed === 0) throw new Failure('the runner counted no tests');
  } catch (error) {
    note = error instanceof Failure ? error.message : String(error?.stack ?? error);
    console.error(`error: ${note}`);
    // A runner that stops before it can count (a compile error, say) is a failure, too.
    count.failed = Math.max(count.failed, 1);
  }
  const time = seconds(start);
  if (!note) keepTime(titleOf(part), time);
  return { ...part, ...count, note, time, first };
}

function words({ isBuild }, { passed, failed, skipped, note, time }) {
  const counts = isBuild
    ? [failed ? 'failed' : 'done']
    : [`${passed} passed`, `${failed} failed`, ...(skipped ? [`${skipped} skipped`] : [])];
  return [...counts, ...(time ? [time] : [])].join(', ') + (note ? `: ${note}` : '');
}

function titleOf({ title, isBuild }) {
  return isBuild ? `${title}, ${dev ? 'dev' : 'release'}` : title;
}

function chosen({ only, dev, release }) {
  if (dev && release) refuse('--dev and --release exclude each other', HELP);
  if (only === undefined) return PARTS.filter(({ build, onlyNamed }) => !onlyNamed && (!dev || build !== 'release'));
  const names = only.split(',').map((name) => name.trim()).filter(Boolean);
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (!names.length || unknown.length) refuse(`no such part: ${unknown.join(', ') || '(none named)'}`, HELP);
  const named = PARTS.filter((part) => names.includes(part.name));
  const wrong = named.find(({ build }) => dev && build === 'release');
  if (wrong) refuse(`--dev: ${wrong.name} tests the release build`, HELP);
  return PARTS.filter((part) => named.includes(part) || (part.isBuild && named.some(({ build }) => build)));
}
