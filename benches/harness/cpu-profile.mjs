// Where V8 says that the time goes: own time of each function, in us, of rounds that are compiled already.

import { Session } from 'node:inspector/promises';

import { measured } from './measured.js';

export async function cpuProfile(contestant, { replies, ...job }) {
  const { round } = measured(contestant, job);
  await round(replies);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  await round(replies);
  const { profile: { nodes, samples, timeDeltas } } = await session.post('Profiler.stop');
  session.disconnect();

  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const own = new Map();
  samples.forEach((id, index) => {
    const { functionName, url } = frames.get(id);
    const key = JSON.stringify([functionName, url]);
    own.set(key, (own.get(key) ?? 0) + timeDeltas[index] / replies);
  });
  return { functions: Array.from(own, ([key, us]) => [...JSON.parse(key), us]) };
}
