/** Finds the step to which an arrow key leads: to the sides along edges, up and down in a column. */
import type { Card, Picture } from './picture';

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'];

/** The step to go to; null if there is none, undefined for other keys. */
export function walk(picture: Picture, from: string, key: string): string | null | undefined {
  const { cards, lines } = picture;
  const here = cards.find(card => card.id === from);
  if (!here || !ARROWS.includes(key)) return undefined;
  if (key === 'Home' || key === 'End') return cards.at(key === 'End' ? -1 : 0)!.id;
  if (key === 'ArrowUp' || key === 'ArrowDown') return findBeside(cards, here, key);
  const forwards = key === 'ArrowRight';
  const beyond = lines
    .filter(({ start, end }) => (forwards ? start : end) === from)
    .map(({ start, end }) => (forwards ? end : start));
  return findNearest(
    cards.filter(card => beyond.includes(card.id)),
    here,
  );
}

/** The next in the column; at its end, the nearest above or below anywhere. */
function findBeside(cards: Card[], here: Card, key: string): string | null {
  const sign = key === 'ArrowDown' ? 1 : -1;
  const beyond = cards.filter(card => sign * (card.y - here.y) > 0);
  const column = beyond.filter(card => card.x === here.x);
  return findNearest(column.length ? column : beyond, here);
}

function findNearest(cards: Card[], here: Card): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const { id, x, y } of cards) {
    const length = Math.abs(x - here.x) + Math.abs(y - here.y);
    if (length < least) [best, least] = [id, length];
  }
  return best;
}
