/** Where an arrow key leads: along edges to the right and left, up and down within a column. */
import type { Layout, Place } from './dag';

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];

/** The step to go to; null where there is none, undefined for a key that goes nowhere. */
export function walk(layout: Layout, from: string, key: string): string | null | undefined {
  const here = layout.places.get(from);
  if (!here || !ARROWS.includes(key)) return undefined;
  if (key === 'Home' || key === 'End') return findEnd(layout, key === 'End');
  if (key === 'ArrowUp' || key === 'ArrowDown') return findBeside(layout, from, here, key);
  const forwards = key === 'ArrowRight';
  const beyond = layout.routes
    .filter(({ edge }) => edge[forwards ? 0 : 1] === from)
    .map(({ edge }) => edge[forwards ? 1 : 0]);
  return nearest(layout, beyond, place => distance(place, here));
}

function findEnd(layout: Layout, last: boolean): string | null {
  const sign = last ? -1 : 1;
  return nearest(layout, [...layout.places.keys()], place => sign * (place.x * 1e6 + place.y));
}

/** The next in the column; at its end, the nearest above or below anywhere. */
function findBeside(layout: Layout, from: string, here: Place, key: string): string | null {
  const sign = key === 'ArrowDown' ? 1 : -1;
  const ids = [...layout.places.keys()].filter(
    id => id !== from && sign * (layout.places.get(id)!.y - here.y) > 0,
  );
  const column = ids.filter(id => layout.places.get(id)!.x === here.x);
  return nearest(layout, column.length ? column : ids, place => distance(place, here));
}

function distance(a: Place, b: Place): number {
  return Math.abs(a.y - b.y) + Math.abs(a.x - b.x);
}

function nearest(layout: Layout, ids: string[], far: (place: Place) => number): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const id of ids) {
    const length = far(layout.places.get(id)!);
    if (length < least) [best, least] = [id, length];
  }
  return best;
}
