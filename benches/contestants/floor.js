// The floor: the body is read, and nothing is done with it.

import { post } from './post.js';

export const reads = 'bytes';
export const create = (site) => async () => {
  const response = await post(site);
  let bytes = 0;
  for await (const chunk of response.body) bytes += chunk.length;
  return bytes;
};
