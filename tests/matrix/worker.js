// The cells in a Worker: the body of a request has them.

import * as rivulet from 'rivulet';

import { runCells, uncaughtSoFar, watchUncaught } from './cell.js';

const uncaught = watchUncaught();

export default {
  async fetch(request) {
    const results = await runCells(rivulet, await request.json(), 6);
    return Response.json({ results, uncaught: await uncaughtSoFar(uncaught) });
  },
};
