/** Lays out a graph of steps from left to right: columns, order within them, places, routes. */
import { assignColumns, findComponents, makeChains, makeDirected } from './columns';
import { orderColumns } from './crossings';
import { placeRows, reach } from './rows';

export type Edge = readonly [from: string, to: string];

export interface Place {
  x: number; // of the left upper corner
  y: number;
  column: number;
}

/** A curve between two columns; consecutive ones are joined by a straight line. */
export interface Curve {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export interface Layout {
  places: Map<string, Place>;
  routes: { edge: Edge; curves: Curve[] }[];
  width: number;
  height: number;
  node: number; // how wide a node is
}

export interface Sizes {
  width: number; // of a node
  height: number;
  column: number; // the gap between two columns
  row: number; // the gap between two rows
}

export const SIZES: Sizes = { width: 172, height: 48, column: 44, row: 18 };

/** Unknown nodes, edges to itself and repeated edges are left out; a cycle is drawn, not refused. */
export function layOut(ids: readonly string[], edges: readonly Edge[], sizes = SIZES): Layout {
  const layout = makeEmpty(sizes);
  const known = knownEdges(ids, edges);
  const single: string[] = [];
  for (const part of findComponents(ids, known)) {
    if (part.ids.length === 1) single.push(part.ids[0]);
    else addBelow(layout, layOutConnected(part.ids, part.edges, sizes), sizes);
  }
  if (single.length) addBelow(layout, layOutGrid(single, layout.width, sizes), sizes);
  return layout;
}

function makeEmpty({ width: node }: Sizes): Layout {
  return { places: new Map(), routes: [], width: 0, height: 0, node };
}

function knownEdges(ids: readonly string[], edges: readonly Edge[]): Edge[] {
  const known = new Set(ids);
  const seen = new Set<string>();
  return edges.filter(([from, to]) => {
    const key = `${from}\n${to}`;
    const fits = from !== to && known.has(from) && known.has(to) && !seen.has(key);
    seen.add(key);
    return fits;
  });
}

function layOutConnected(ids: string[], edges: Edge[], sizes: Sizes): Layout {
  const index = new Map(ids.map((id, at) => [id, at]));
  const given = edges.map(([from, to]) => [index.get(from)!, index.get(to)!] as const);
  const { directed, turned } = makeDirected(ids.length, given);
  const column = assignColumns(ids.length, directed);
  const proper = makeChains(ids.length, directed, column);
  orderColumns(proper);
  const rows = placeRows(proper, sizes);
  const lefts = placeColumns(proper.columns, proper.down, sizes);

  const layout = makeEmpty(sizes);
  ids.forEach((id, at) => {
    const x = lefts[column[at]];
    layout.places.set(id, { x, y: rows[at] - sizes.height / 2, column: column[at] });
    layout.width = Math.max(layout.width, x + sizes.width);
  });
  layout.height = Math.max(...rows.map((row, at) => row + reach(proper, at, sizes)));
  layout.routes = proper.chains.map((chain, at) => {
    const curves = chain.slice(1).map((to, step) => ({
      x1: lefts[proper.column[chain[step]]] + sizes.width,
      y1: rows[chain[step]],
      x2: lefts[proper.column[to]],
      y2: rows[to],
    }));
    return { edge: edges[at], curves: turned[at] ? turnAround(curves) : curves };
  });
  return layout;
}

/** Columns stand further apart where many edges run between them, so that these do not crowd. */
function placeColumns(columns: number[][], down: number[][], sizes: Sizes): number[] {
  const lefts: number[] = [];
  let x = 0;
  for (const column of columns) {
    lefts.push(x);
    const edges = column.reduce((sum, vertex) => sum + down[vertex].length, 0);
    x += sizes.width + sizes.column + Math.min(72, 2 * Math.max(0, edges - 4));
  }
  return lefts;
}

function turnAround(curves: Curve[]): Curve[] {
  return curves.map(({ x1, y1, x2, y2 }) => ({ x1: x2, y1: y2, x2: x1, y2: y1 })).reverse();
}

/** Steps that nothing connects: rows of them, about as wide as what stands above. */
function layOutGrid(ids: string[], width: number, sizes: Sizes): Layout {
  const [dx, dy] = [sizes.width + sizes.row, sizes.height + sizes.row];
  const square = Math.ceil(Math.sqrt((ids.length * 2 * dy) / dx));
  const across = Math.min(ids.length, Math.max(square, Math.floor((width + sizes.row) / dx), 1));
  const places = ids.map((id, at): [string, Place] => {
    const column = at % across;
    return [id, { x: column * dx, y: Math.floor(at / across) * dy, column }];
  });
  const height = Math.ceil(ids.length / across) * dy - sizes.row;
  const wide = across * dx - sizes.row;
  return { ...makeEmpty(sizes), places: new Map(places), width: wide, height };
}

function addBelow(layout: Layout, part: Layout, sizes: Sizes): void {
  const top = layout.height ? layout.height + 2 * sizes.row : 0;
  for (const [id, place] of part.places) layout.places.set(id, { ...place, y: place.y + top });
  for (const { edge, curves } of part.routes) {
    const moved = curves.map(one => ({ ...one, y1: one.y1 + top, y2: one.y2 + top }));
    layout.routes.push({ edge, curves: moved });
  }
  layout.width = Math.max(layout.width, part.width);
  layout.height = top + part.height;
}
