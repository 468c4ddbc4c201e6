/** The picture of a graph as Python lays it out: sizes and places are in pixels. */

export interface Card {
  id: string;
  x: number; // of the left upper corner
  y: number;
  name: string; // as much of the label as fits
  label: string;
  title: string; // shown on hover, below the label
  problem: string; // what is wrong with its notebook
}

export interface Line {
  start: string;
  end: string;
  path: string;
}

export interface Picture {
  cards: Card[]; // in reading order
  lines: Line[];
  width: number;
  height: number;
  card: number; // how wide a card is
  room: number; // and its texts
  high: number; // how high a card is
}

export const NOTHING: Picture = {
  cards: [],
  lines: [],
  width: 0,
  height: 0,
  card: 0,
  room: 0,
  high: 0,
};
