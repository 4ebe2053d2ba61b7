// What rivulet does, stripped: it reads.

import { post } from '../post.js';

export const reads = 'bytes';

export const create = (site) => async () => {
  const reader = (await post(site)).body.getReader();
  let bytes = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return bytes;
    bytes += value.length;
  }
};
