// The cells in a process of Node, Deno or Bun: `child.mjs ADDRESS` gets them there, and prints one line of JSON.

import process from 'node:process';

import * as rivulet from 'rivulet';

import { runCells, uncaughtSoFar, watchUncaught } from './cell.js';

const uncaught = watchUncaught();
const cells = await (await fetch(process.argv[2])).json();
const results = await runCells(rivulet, cells, 32);
const line = JSON.stringify({ results, uncaught: await uncaughtSoFar(uncaught) });
// The process is to end by itself: a timer or a connection that is left would keep it.
process.stdout.write(`${line}\n`);
