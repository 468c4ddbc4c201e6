/** Orders each column so that few edges cross: sweeps by barycentre, then swaps of neighbours. */
import type { Proper } from './columns';

const SWEEPS = 12;
const PATIENCE = 4; // sweeps without gain before it stops
const SWAPPED = 4000; // vertices up to which neighbours are swapped too

/** Change `proper.columns` in place. */
export function orderColumns(proper: Proper): void {
  startDepthFirst(proper);
  const position = new Float64Array(proper.column.length);
  proper.columns.forEach(column => number(column, position));
  let best = proper.columns.map(column => [...column]);
  let fewest = countCrossings(proper);
  for (let sweep = 0, idle = 0; sweep < SWEEPS && idle < PATIENCE && fewest > 0; sweep++) {
    sweepOnce(proper, position, sweep % 2 === 0);
    if (proper.column.length <= SWAPPED) swapNeighbours(proper, position);
    const crossings = countCrossings(proper);
    idle = crossings < fewest ? 0 : idle + 1;
    if (crossings < fewest) [fewest, best] = [crossings, proper.columns.map(one => [...one])];
  }
  proper.columns = best;
}

export function countCrossings(proper: Proper): number {
  let sum = 0;
  for (let at = 1; at < proper.columns.length; at++) {
    sum += countBetween(proper.columns[at - 1], proper.columns[at], proper.down);
  }
  return sum;
}

/** Counted with a Fenwick tree, edges in the order of their left ends (Barth, Mutzel, Jünger). */
function countBetween(left: number[], right: number[], down: number[][]): number {
  const place = new Map(right.map((vertex, at) => [vertex, at]));
  const tree = new Int32Array(right.length + 1);
  let [sum, added] = [0, 0];
  for (const vertex of left) {
    const ends = down[vertex].map(to => place.get(to)!).sort((a, b) => a - b);
    for (const end of ends) {
      let upTo = 0;
      for (let at = end + 1; at > 0; at -= at & -at) upTo += tree[at];
      sum += added - upTo;
    }
    for (const end of ends) {
      for (let at = end + 1; at <= right.length; at += at & -at) tree[at]++;
    }
    added += ends.length;
  }
  return sum;
}

/** A first order that keeps what belongs together side by side. */
function startDepthFirst(proper: Proper): void {
  const seen = new Uint8Array(proper.column.length);
  const columns: number[][] = proper.columns.map(() => []);
  const stack = proper.columns.flatMap(column => column.filter(one => !proper.up[one].length));
  stack.reverse();
  while (stack.length) {
    const vertex = stack.pop()!;
    if (seen[vertex]) continue;
    seen[vertex] = 1;
    columns[proper.column[vertex]].push(vertex);
    const next = proper.down[vertex];
    for (let at = next.length - 1; at >= 0; at--) if (!seen[next[at]]) stack.push(next[at]);
  }
  proper.columns = columns;
}

function sweepOnce(proper: Proper, position: Float64Array, rightwards: boolean): void {
  const columns = rightwards ? proper.columns.slice(1) : proper.columns.slice(0, -1).reverse();
  const beside = rightwards ? proper.up : proper.down;
  for (const column of columns) {
    const centre = new Map(
      column.map(one => [one, barycentre(beside[one], position, position[one])]),
    );
    column.sort((a, b) => centre.get(a)! - centre.get(b)! || position[a] - position[b]);
    number(column, position);
  }
}

function barycentre(neighbours: number[], position: Float64Array, otherwise: number): number {
  if (!neighbours.length) return otherwise;
  let sum = 0;
  for (const one of neighbours) sum += position[one];
  return sum / neighbours.length;
}

/** Swap vertices that stand above each other as long as that takes crossings away. */
function swapNeighbours(proper: Proper, position: Float64Array): void {
  const sorted = (all: number[]) => all.map(one => position[one]).sort((a, b) => a - b);
  for (const column of proper.columns) {
    const up = new Map(column.map(one => [one, sorted(proper.up[one])]));
    const down = new Map(column.map(one => [one, sorted(proper.down[one])]));
    for (let gained = true, rounds = 0; gained && rounds < 4; rounds++) {
      gained = false;
      for (let at = 1; at < column.length; at++) {
        const [a, b] = [column[at - 1], column[at]];
        const gain = compare(up.get(a)!, up.get(b)!) + compare(down.get(a)!, down.get(b)!);
        if (gain > 0) {
          [column[at - 1], column[at]] = [b, a];
          gained = true;
        }
      }
    }
    number(column, position);
  }
}

/** How many crossings fewer there are when the second stands above the first. */
function compare(first: number[], second: number[]): number {
  return inversions(first, second) - inversions(second, first);
}

/** Pairs where an end of `first` lies behind an end of `second`; both are sorted. */
function inversions(first: number[], second: number[]): number {
  let [sum, at] = [0, 0];
  for (const end of first) {
    while (at < second.length && second[at] < end) at++;
    sum += at;
  }
  return sum;
}

function number(column: number[], position: Float64Array): void {
  column.forEach((vertex, at) => (position[vertex] = at));
}
