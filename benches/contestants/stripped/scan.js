// What rivulet does, stripped: reading, copying in, scanning.

import { feeds } from './feed.js';

export const reads = 'bytes';
export const create = feeds(false);
