// Time from the call to the first piece of text, over many short replies: the wall's, each reply timed by itself. The median,
// since a stranger's burst on the machine hits single replies.

import { measured } from './measured.js';

export async function first(contestant, { replies, ...job }) {
  const { read } = measured(contestant, job);
  const times = new Float64Array(replies);
  // As many before, which do not count: a server has compiled its code long since.
  for (let reply = -replies; reply < replies; reply++) {
    const start = performance.now();
    let isFirst = true;
    await read(() => {
      if (!isFirst) return;
      isFirst = false;
      if (reply >= 0) times[reply] = performance.now() - start;
    });
    if (isFirst) throw new Error('a reply without text');
  }
  return { us: times.sort()[replies >> 1] * 1000 };
}
