import { testAll } from '../harness.mjs';

await testAll(new URL('./', import.meta.url));
