// What rivulet does, stripped: reading, copying in, scanning, and strings made of the text, a network chunk each.

import { feeds } from './feed.js';

export const reads = 'bytes';
export const create = feeds(true);
