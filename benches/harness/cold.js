// For a page: the moment of the first text of the first reply; of the end, where there is no text. The bundler puts the contestant in.

import { create } from 'contestant';

import { makeBody } from '../body/body.js';
import { memoryFetch } from '../body/fetch.js';

export async function first(wanted) {
  const body = makeBody(wanted);
  let at;
  await create({ dialect: wanted.dialect, url: 'https://bench.example', fetch: memoryFetch(body), body })(() => {
    at ??= performance.now();
  });
  return at ?? performance.now();
}
