import { createServer } from 'node:net';

import { AiEngine, ChatError, Chatgpt4o } from 'rivulet';

const url = process.argv[2];

const told = (error) => ({ chatError: error instanceof ChatError, name: error.name, code: error.code });
async function failure(work) {
  try {
    await work();
  } catch (error) {
    return told(error);
  }
  return 'no error';
}

/** A port on which nobody listens: one that was free a moment ago. */
async function closedPort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const site = new AiEngine({ url });
const nobody = new AiEngine({ url: `http://127.0.0.1:${await closedPort()}`, retries: 0 });
console.log(JSON.stringify({
  unknownModel: await failure(() => Chatgpt4o.getModel('no-such-model')),
  noMessages: await failure(() => site.createAsync({ messages: [] })),
  unreachable: await failure(() => nobody.createAsync({ messages: 'Hello' })),
  afterwards: (await site.createAsync({ messages: 'Hello' })).length > 0,
}));
