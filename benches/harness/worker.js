// The Worker of one contestant, which the bundler puts in. The clock of a Worker stands still, so the process that asks it measures.

import * as contestant from 'contestant';
import { measured } from './measured.js';

let session;

const COMMANDS = {
  async prepare(job) {
    session = measured(contestant, job);
    return { wrong: await session.check() };
  },
  async round({ replies }) {
    await session.round(replies);
    return {};
  },
};

export default {
  async fetch(request) {
    try {
      const { command, ...job } = await request.json();
      return Response.json(await COMMANDS[command](job));
    } catch (error) {
      return Response.json({ error: String(error?.stack ?? error) });
    }
  },
};
