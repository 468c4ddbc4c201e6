/** Graphs for tests. */
import type { Edge } from '../src/dag';

/** The same numbers each time: mulberry32. */
export function makeRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps that read one to three earlier ones, mostly near ones, as pipelines do. */
export function makePipeline(count: number, seed = 1): { ids: string[]; edges: Edge[] } {
  const random = makeRandom(seed);
  const ids = Array.from({ length: count }, (_, at) => `step_${at}`);
  const edges = new Map<string, Edge>();
  for (let at = 1; at < count; at++) {
    for (let parents = Math.floor(random() * 3); parents >= 0; parents--) {
      const back = 1 + Math.floor(random() ** 3 * Math.min(at, count / 5));
      edges.set(`${at} ${at - back}`, [ids[at - back] ?? ids[0], ids[at]]);
    }
  }
  return { ids, edges: [...edges.values()] };
}
