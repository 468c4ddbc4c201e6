import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Line, NOTHING } from '../src/graph/picture';
import { walk } from '../src/graph/walk';

const LINES = [
  ['load', 'clean'],
  ['load', 'join'],
  ['clean', 'report'],
  ['join', 'report'],
].map(([start, end]): Line => ({ start, end, path: '' }));
const CARDS = Object.entries({
  load: [0, 33],
  alone: [0, 150],
  clean: [216, 0],
  join: [216, 66],
  report: [432, 33],
}).map(([id, [x, y]]) => ({ id, x, y, name: id, label: id, title: '', problem: '' }));
const PICTURE = { ...NOTHING, cards: CARDS, lines: LINES };

const CASES: [from: string, key: string, to: string | null | undefined][] = [
  ['load', 'ArrowRight', 'clean'],
  ['clean', 'ArrowRight', 'report'],
  ['report', 'ArrowRight', null],
  ['report', 'ArrowLeft', 'clean'],
  ['clean', 'ArrowDown', 'join'],
  ['join', 'ArrowUp', 'clean'],
  ['load', 'ArrowDown', 'alone'],
  ['alone', 'ArrowUp', 'load'],
  ['join', 'Home', 'load'],
  ['load', 'End', 'report'],
  ['load', 'x', undefined],
  ['', 'ArrowRight', undefined],
];

for (const [from, key, to] of CASES) {
  test(`${key} from ${from || 'nowhere'} leads to ${to}`, () => {
    assert.equal(walk(PICTURE, from, key), to);
  });
}
