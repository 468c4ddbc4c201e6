/** Draws an edge as one path, its arrow head included: no marker, so no id that two views share. */
import type { Curve } from './dag';

const HEAD = { length: 6, half: 4 };
const GAP = 2.5; // between an arrow and its node

export function drawRoute(curves: Curve[]): string {
  const last = curves[curves.length - 1];
  const towards = Math.sign(last.x2 - last.x1) || 1;
  const tip = last.x2 - GAP * towards;
  const lines = curves.map((one, at) => {
    const end = one === last ? tip : one.x2;
    const middle = (one.x1 + end) / 2;
    const begin = `${at ? 'L' : 'M'}${short(one.x1)} ${short(one.y1)}`;
    return `${begin}C${short(middle)} ${short(one.y1)} ${short(middle)} ${short(one.y2)} ${short(end)} ${short(one.y2)}`;
  });
  const back = short(tip - HEAD.length * towards);
  const head = `M${back} ${short(last.y2 - HEAD.half)}L${short(tip)} ${short(last.y2)}L${back} ${short(last.y2 + HEAD.half)}`;
  return lines.join('') + head;
}

function short(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}
