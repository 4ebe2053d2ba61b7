// The smallest program: asks, and writes what comes. The bundler puts the contestant in.

import { create } from 'contestant';

await create({ dialect: 'openai', url: 'https://bench.example' })(console.log);
