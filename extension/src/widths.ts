/** How wide nodes are: as their names need, where the window has room for all columns. */
import { SIZES } from './dag';

const WIDEST = 300;
const GRAIN = 12; // pixels: a bit more room draws nothing anew
const TEXT_LEFT = 32; // where a node's texts begin, right of its symbol
const TEXT_RIGHT = 10;

/** `longest` is the widest name, `room` what the window has for the drawing. */
export function findWidth(longest: number, columns: number, room: number): number {
  const needed = TEXT_LEFT + Math.ceil(longest) + TEXT_RIGHT;
  const gaps = SIZES.column * Math.max(0, columns - 1);
  const each = Math.floor((room - gaps) / Math.max(1, columns) / GRAIN) * GRAIN;
  return Math.max(SIZES.width, Math.min(needed, each, WIDEST));
}

export function findRoom(width: number): number {
  return width - TEXT_LEFT - TEXT_RIGHT + 2;
}
