// Do runs agree? `npm run bench` keeps its figures in target/bench/node.json; copy them away between runs, then:
//
//     node benches/agree.mjs one.json two.json three.json

import process from 'node:process';
import { readFile } from 'node:fs/promises';

import { agreementTable } from './goals.mjs';

const files = process.argv.slice(2);
if (files.length < 2 || files.some((file) => file.startsWith('-'))) {
  console.log('Usage: node benches/agree.mjs FILE FILE...    (each a copy of target/bench/node.json)');
  process.exit(files.includes('--help') ? 0 : 2);
}
const runs = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8'))));
console.log(agreementTable(runs));
