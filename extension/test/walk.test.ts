import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOut } from '../src/dag';
import { walk } from '../src/walk';

const LAYOUT = layOut(
  ['load', 'clean', 'join', 'report', 'alone'],
  [
    ['load', 'clean'],
    ['load', 'join'],
    ['clean', 'report'],
    ['join', 'report'],
  ],
);

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
    assert.equal(walk(LAYOUT, from, key), to);
  });
}
