// `npm test`: everything that can be run, in order, and one honest line at the end.

import { options, refuse } from './lib/args.mjs';
import { counter } from './lib/count.mjs';
import { PARTS } from './lib/parts.mjs';
import { Failure, main, seconds } from './lib/run.mjs';
import { setUp } from './lib/setup.mjs';

const HELP = `Usage: npm test [-- --only PART,PART...]

Runs all tests. What is missing (npm packages, Rust's wasm32 library, Chromium) is installed first, where that can be
done; nothing is skipped silently. Ends with "N passed, N failed".

Parts:
${PARTS.map(({ name, title }) => `  ${name.padEnd(14)}${title}`).join('\n')}

Options:
  --only PARTS  These parts only, separated by commas; the build is added where one needs it
  --help        This text`;

const { only } = options(HELP, { only: { type: 'string' } });
const parts = chosen(only);
await main(test);

async function test() {
  const start = performance.now();
  await setUp();

  const results = [];
  let built = true;
  for (const [index, part] of parts.entries()) {
    if (part.needsBuild && !built) {
      results.push({ ...part, passed: 0, failed: 1, skipped: 0, note: 'not run: the build failed' });
      continue;
    }
    console.log(`\n=== ${index + 1}/${parts.length} ${part.title} (${part.name})`);
    const result = await runPart(part);
    if (part.isBuild) built = result.failed === 0;
    results.push(result);
    console.log(`=== ${part.name}: ${words(part, result)}`);
  }

  console.log('\nSummary');
  for (const result of results) console.log(`  ${result.name.padEnd(14)}${words(result, result)}`);
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  console.log(`  all of it in ${seconds(start)}\n`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') ? `, ${sum('skipped')} skipped` : ''}`);
  if (sum('failed')) process.exitCode = 1;
}

async function runPart(part) {
  const start = performance.now();
  const { line, count } = counter();
  let note = '';
  try {
    await part.work(line);
    if (!part.isBuild && count.passed + count.failed === 0) throw new Failure('the runner counted no tests');
  } catch (error) {
    note = error instanceof Failure ? error.message : String(error?.stack ?? error);
    console.error(`error: ${note}`);
    // A runner that stops before it can count (a compile error, say) is a failure, too.
    count.failed = Math.max(count.failed, 1);
  }
  return { ...part, ...count, note, time: seconds(start) };
}

function words({ isBuild }, { passed, failed, skipped, note, time }) {
  const counts = isBuild
    ? [failed ? 'failed' : 'done']
    : [`${passed} passed`, `${failed} failed`, ...(skipped ? [`${skipped} skipped`] : [])];
  return [...counts, ...(time ? [time] : [])].join(', ') + (note ? `: ${note}` : '');
}

function chosen(list) {
  if (list === undefined) return PARTS;
  const names = list.split(',').map((name) => name.trim()).filter(Boolean);
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (!names.length || unknown.length) refuse(`no such part: ${unknown.join(', ') || '(none named)'}`, HELP);
  const needsBuild = PARTS.some((part) => part.needsBuild && names.includes(part.name));
  return PARTS.filter((part) => names.includes(part.name) || (part.isBuild && needsBuild));
}
