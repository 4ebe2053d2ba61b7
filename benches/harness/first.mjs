// Time from the call to the first piece of text, over many short replies: the wall's, each reply timed by itself. The median,
// since a stranger's burst on the machine hits single replies.

import { measured } from './measured.js';

export async function first(contestant, { replies, ...job }) {
  const { read } = measured(contestant, job);
  const times = new Float64Array(replies);
  for (let reply = 0; reply < replies; reply++) {
    const start = performance.now();
    let isFirst = true;
    await read(() => {
      if (!isFirst) return;
      isFirst = false;
      times[reply] = performance.now() - start;
    });
    if (isFirst) throw new Error('a reply without text');
  }
  return { us: times.sort()[replies >> 1] * 1000 };
}
