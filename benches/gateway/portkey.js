// Portkey's gateway as it is published: its command, in this process.

import { once } from 'node:events';
import { createServer, Server } from 'node:http';

/** The port on which the command's server listens, once it does. */
export async function start() {
  process.env.TRUSTED_CUSTOM_HOSTS = '127.0.0.1';
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  process.argv = [process.argv[0], 'start-server.js', '--headless', `--port=${port}`];
  const listening = new Promise((resolve) => {
    const { listen } = Server.prototype;
    Server.prototype.listen = function (...args) {
      this.once('listening', resolve);
      return listen.apply(this, args);
    };
  });
  await Promise.all([listening, import('@portkey-ai/gateway/build/start-server.js')]);
  return port;
}
