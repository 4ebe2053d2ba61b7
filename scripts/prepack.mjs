// npm runs this before `npm pack` and `npm publish`: they send what `dist/` holds.

import { refuseDevBuild } from './lib/dev-build.mjs';
import { main } from './lib/run.mjs';

await main(async () => refuseDevBuild());
