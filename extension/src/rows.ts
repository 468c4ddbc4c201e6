/** Heights: each vertex as near to its neighbours as the order and the gaps allow. */
import type { Proper } from './columns';
import type { Sizes } from './dag';

const SWEEPS = 14;
const STRAIGHT = 16; // weight between two pieces of one edge, so that long edges run straight
const HALF = 3;
const LINE = 2; // pixels

/** The middle of each vertex; what lies uppermost begins at 0. */
export function placeRows(proper: Proper, sizes: Sizes): number[] {
  const y = startStacked(proper, sizes);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const rightwards = sweep % 2 === 0;
    const columns = rightwards ? proper.columns : [...proper.columns].reverse();
    const both = sweep >= SWEEPS - 6;
    for (const column of columns) {
      const beside = both ? null : rightwards ? proper.up : proper.down;
      settle(proper, column, beside, y, sizes);
    }
  }
  const top = Math.min(...y.map((middle, vertex) => middle - reach(proper, vertex, sizes)));
  return y.map(middle => middle - top);
}

/** How far a vertex goes up and down from its middle. */
export function reach(proper: Proper, vertex: number, sizes: Sizes): number {
  return vertex < proper.count ? sizes.height / 2 : LINE;
}

function startStacked(proper: Proper, sizes: Sizes): number[] {
  const y = new Array<number>(proper.column.length).fill(0);
  for (const column of proper.columns) {
    const gaps = offsets(proper, column, sizes);
    const middle = gaps[gaps.length - 1] / 2;
    column.forEach((vertex, at) => (y[vertex] = gaps[at] - middle));
  }
  return y;
}

/** Least squares under the order: pool adjacent violators, gaps taken out first. */
function settle(
  proper: Proper,
  column: number[],
  beside: number[][] | null,
  y: number[],
  sizes: Sizes,
): void {
  const gaps = offsets(proper, column, sizes);
  const blocks: { sum: number; weight: number; size: number }[] = [];
  column.forEach((vertex, at) => {
    const { wish, weight } = findWish(proper, vertex, beside, y);
    let block = { sum: (wish - gaps[at]) * weight, weight, size: 1 };
    while (blocks.length && mean(blocks[blocks.length - 1]) > mean(block)) {
      const last = blocks.pop()!;
      block = {
        sum: last.sum + block.sum,
        weight: last.weight + block.weight,
        size: last.size + block.size,
      };
    }
    blocks.push(block);
  });
  let at = 0;
  for (const block of blocks) {
    for (let left = block.size; left > 0; left--, at++) y[column[at]] = mean(block) + gaps[at];
  }
}

function mean(block: { sum: number; weight: number }): number {
  return block.sum / block.weight;
}

function findWish(proper: Proper, vertex: number, beside: number[][] | null, y: number[]) {
  const sides = beside ? [beside[vertex]] : [proper.up[vertex], proper.down[vertex]];
  let [sum, weight] = [0, 0];
  for (const side of sides) {
    for (const one of side) {
      const pieces = Number(vertex >= proper.count) + Number(one >= proper.count);
      const pull = (pieces === 2 ? STRAIGHT : pieces === 1 ? HALF : 1) / side.length;
      sum += pull * y[one];
      weight += pull;
    }
  }
  return weight ? { wish: sum / weight, weight } : { wish: y[vertex], weight: 0.1 };
}

function offsets(proper: Proper, column: number[], sizes: Sizes): number[] {
  const gaps = [0];
  for (let at = 1; at < column.length; at++) {
    const [above, below] = [room(proper, column[at - 1], sizes), room(proper, column[at], sizes)];
    gaps.push(gaps[at - 1] + (above + below) / 2);
  }
  return gaps;
}

function room(proper: Proper, vertex: number, sizes: Sizes): number {
  return vertex < proper.count ? sizes.height + sizes.row : sizes.row * 1.2;
}
