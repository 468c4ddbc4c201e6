import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNext } from '../src/widget/roving';

const CASES: [at: number, key: string, to: number | null][] = [
  [0, 'ArrowDown', 1],
  [24, 'ArrowDown', 24],
  [0, 'ArrowUp', 0],
  [3, 'PageDown', 13],
  [3, 'End', 24],
  [3, 'Home', 0],
  [3, 'd', null],
  [3, 'toString', null],
];

test('arrows lead through a list and stay in it', () => {
  for (const [at, key, to] of CASES) assert.equal(findNext(at, key, 25), to, `${at} ${key}`);
});
