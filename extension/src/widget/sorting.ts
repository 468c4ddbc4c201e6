/** The rows of a preview: their order, and their text to be copied. */

export interface Grid {
  columns: string[];
  kinds: string[];
  rows: (string | null)[][];
  numbers: Record<string, (number | null)[]>; // by the column's place
  said: string;
  facts: string[][]; // what is known of each column in all rows
  bars: string[]; // its histogram, 72 × 18, as the path of an SVG
}

export type Order = { column: number; down: boolean } | null;

/** The next order for a click on the head of a column: ascending, descending, as it was. */
export function turn(order: Order, column: number): Order {
  if (order?.column !== column) return { column, down: false };
  return order.down ? null : { column, down: true };
}

/** The positions of the rows in an order; nulls come last, equal rows keep their order. */
export function sort(grid: Grid, order: Order): number[] {
  const places = grid.rows.map((_, at) => at);
  if (!order) return places;
  const numbers = grid.numbers[order.column];
  const find = (at: number) => (numbers ? numbers[at] : grid.rows[at][order.column]);
  const sign = order.down ? -1 : 1;
  return places.sort((one, other) => {
    const [a, b] = [find(one), find(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === 'string' ? a.localeCompare(b as string) : a - (b as number));
  });
}

/** The rows as text for spreadsheets: floats in full, each cell in one line. */
export function toText(grid: Grid, places: number[]): string {
  const say = (at: number, column: number) => {
    const text = grid.rows[at][column];
    if (text === null) return '';
    const number = grid.numbers[column]?.[at];
    const float = /double|float/.test(grid.kinds[column]) && typeof number === 'number';
    return float && Math.abs(number) < 1e308 ? `${number}` : text.replace(/[\t\r\n]+/g, ' ');
  };
  const lines = places.map(at => grid.columns.map((_, column) => say(at, column)).join('\t'));
  return [grid.columns.join('\t'), ...lines].join('\n');
}
