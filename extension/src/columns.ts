/** From a graph to columns: parts that hang together, cycles broken, long edges cut in pieces. */

export type Pair = readonly [from: number, to: number];

/** Every edge goes from one column to the next; vertices from `count` on are pieces of edges. */
export interface Proper {
  count: number;
  column: number[];
  columns: number[][]; // the vertices of each, from top to bottom
  up: number[][]; // a vertex's neighbours in the column before
  down: number[][];
  chains: number[][]; // the vertices that each edge passes
}

export interface Component {
  ids: string[];
  edges: (readonly [string, string])[];
}

/** The parts of a graph that are connected, in the order of their first node. */
export function findComponents(
  ids: readonly string[],
  edges: readonly (readonly [string, string])[],
): Component[] {
  const parent = new Map(ids.map(id => [id, id]));
  const find = (id: string): string => {
    let root = id;
    while (parent.get(root) !== root) root = parent.get(root)!;
    while (id !== root) [id] = [parent.get(id)!, parent.set(id, root)];
    return root;
  };
  for (const [from, to] of edges) parent.set(find(to), find(from));
  const parts = new Map<string, Component>();
  for (const id of ids) {
    const root = find(id);
    if (!parts.has(root)) parts.set(root, { ids: [], edges: [] });
    parts.get(root)!.ids.push(id);
  }
  for (const edge of edges) parts.get(find(edge[0]))!.edges.push(edge);
  return [...parts.values()];
}

/** Turn the edges that close a cycle; `turned` says which. */
export function makeDirected(
  count: number,
  edges: Pair[],
): { directed: Pair[]; turned: boolean[] } {
  const below: number[][] = Array.from({ length: count }, () => []);
  edges.forEach(([from], at) => below[from].push(at));
  const state = new Uint8Array(count); // 0 not seen, 1 on the path, 2 done
  const turned = edges.map(() => false);
  const hasParent = new Uint8Array(count);
  for (const [, to] of edges) hasParent[to] = 1;
  const starts = [...below.keys()].sort((a, b) => hasParent[a] - hasParent[b]);
  for (const start of starts) {
    const path: { vertex: number; next: number }[] = state[start]
      ? []
      : [{ vertex: start, next: 0 }];
    state[start] ||= 1;
    while (path.length) {
      const top = path[path.length - 1];
      const edge = below[top.vertex][top.next++];
      if (edge === undefined) {
        state[top.vertex] = 2;
        path.pop();
        continue;
      }
      const to = edges[edge][1];
      if (state[to] === 1) turned[edge] = true;
      else if (state[to] === 0) {
        state[to] = 1;
        path.push({ vertex: to, next: 0 });
      }
    }
  }
  const directed = edges.map(([from, to], at): Pair => (turned[at] ? [to, from] : [from, to]));
  return { directed, turned };
}

/** Longest path from the left; then what has more edges to its right moves towards them. */
export function assignColumns(count: number, edges: Pair[]): number[] {
  const below: number[][] = Array.from({ length: count }, () => []);
  const above = new Array<number>(count).fill(0);
  for (const [from, to] of edges) {
    below[from].push(to);
    above[to]++;
  }
  const column = new Array<number>(count).fill(0);
  const missing = [...above];
  const order = [...below.keys()].filter(vertex => missing[vertex] === 0);
  for (let at = 0; at < order.length; at++) {
    for (const to of below[order[at]]) {
      column[to] = Math.max(column[to], column[order[at]] + 1);
      if (--missing[to] === 0) order.push(to);
    }
  }
  for (const vertex of order.reverse()) {
    if (below[vertex].length > above[vertex])
      column[vertex] = Math.min(...below[vertex].map(to => column[to])) - 1;
  }
  return column;
}

/** Cut each edge where it passes a column. Edges of one node share their pieces. */
export function makeChains(count: number, edges: Pair[], column: number[]): Proper {
  const last = Math.max(...column);
  const proper: Proper = {
    count,
    column: [...column],
    columns: Array.from({ length: last + 1 }, () => []),
    up: Array.from({ length: count }, () => []),
    down: Array.from({ length: count }, () => []),
    chains: [],
  };
  for (let vertex = 0; vertex < count; vertex++) proper.columns[column[vertex]].push(vertex);
  const pieces = new Map<number, number>();
  for (const [from, to] of edges) {
    const chain = [from];
    for (let at = column[from] + 1; at < column[to]; at++) {
      const key = from * (last + 1) + at;
      if (!pieces.has(key)) {
        pieces.set(key, addPiece(proper, at));
        connect(proper, chain[chain.length - 1], pieces.get(key)!);
      }
      chain.push(pieces.get(key)!);
    }
    connect(proper, chain[chain.length - 1], to);
    proper.chains.push([...chain, to]);
  }
  return proper;
}

function addPiece(proper: Proper, column: number): number {
  const vertex = proper.column.push(column) - 1;
  proper.columns[column].push(vertex);
  proper.up.push([]);
  proper.down.push([]);
  return vertex;
}

function connect(proper: Proper, from: number, to: number): void {
  proper.down[from].push(to);
  proper.up[to].push(from);
}
