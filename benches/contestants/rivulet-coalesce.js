// The pieces of a network chunk joined: an item is another thing here than for the others.

import { create as createOne } from './rivulet.js';

export const joins = true;

export const create = (site) => createOne({ ...site, coalesce: true });
