import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Grid, sort, toText, turn } from '../src/widget/sorting';

const GRID: Grid = {
  columns: ['name', 'n', 'share'],
  kinds: ['varchar', 'bigint', 'double'],
  rows: [
    ['b', '10', '0.333333'],
    ['a\tx', '9', '0.500000'],
    [null, '100', null],
  ],
  numbers: { 1: [10, 9, 100], 2: [1 / 3, 0.5, null] },
  said: '3 rows',
  facts: [[], [], []],
  bars: ['', '', ''],
};

test('numbers are sorted as numbers, and nulls come last both ways', () => {
  assert.deepEqual(sort(GRID, { column: 1, down: false }), [1, 0, 2]);
  assert.deepEqual(sort(GRID, { column: 2, down: false }), [0, 1, 2]);
  assert.deepEqual(sort(GRID, { column: 2, down: true }), [1, 0, 2]);
  assert.deepEqual(sort(GRID, { column: 0, down: true }), [0, 1, 2]);
});

test('a third click on a column gives the order of the table back', () => {
  const up = turn(null, 1);
  const down = turn(up, 1);
  assert.deepEqual(
    [up, down, turn(down, 1), turn(down, 2)],
    [{ column: 1, down: false }, { column: 1, down: true }, null, { column: 2, down: false }],
  );
});

test('what is copied has floats in full and a row in a line', () => {
  const text = 'name\tn\tshare\nb\t10\t0.3333333333333333\na x\t9\t0.5\n\t100\t';
  assert.equal(toText(GRID, [0, 1, 2]), text);
});
