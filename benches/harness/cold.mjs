// `cold.mjs NAME BODY`: a fresh process; from the import of the contestant to its first text, in ms of the wall. The floor has no
// text: there it is the end of the reply.

import { makeBody } from '../body/body.js';
import { memoryFetch } from '../body/fetch.js';

const [name, wanted] = process.argv.slice(2);
const body = makeBody(JSON.parse(wanted));
const fetch = memoryFetch(body);
// Node loads its fetch where it is first named: 14 ms that are nobody's, and noise.
await new Response('').text();
const start = performance.now();
const { create } = await import(`../contestants/${name}.js`);
let ms;
await create({ dialect: JSON.parse(wanted).dialect, url: 'https://bench.example', fetch, body })(() => {
  ms ??= performance.now() - start;
});
console.log(JSON.stringify({ ms: ms ?? performance.now() - start }));
