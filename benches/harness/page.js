// The page of one contestant, in a browser. The bundler puts the contestant in.

import * as contestant from 'contestant';
import { measured } from './measured.js';

let session;

globalThis.bench = {
  async prepare(job) {
    session = measured(contestant, job);
    return { wrong: await session.check() };
  },
  async round({ replies }) {
    const start = performance.now();
    await session.round(replies);
    return { wall: (performance.now() - start) * 1e6 };
  },
};
