// SITE=https://shop.example KEY=… node examples/node.js
import { createServer } from 'node:http';
import { toNodeListener } from 'rivulet/node';
import { endpoint } from './endpoint.js';

const server = createServer(toNodeListener(endpoint));
server.listen(process.env.PORT ?? 8787, '127.0.0.1', () => console.log(`Listening on port ${server.address().port}`));
