/** What a step's state looks like: a symbol of its own, a word and a tone. */
import table from '../../style/states.json';

export interface State {
  status: string;
  text?: string; // behind the word: "cell 3 of 9"
  fraction?: number | null; // 0 to 1, drawn as a bar
  line?: string; // as much of the text as fits on the card
}

export interface Look {
  glyph: string;
  tone: string;
  fill?: string; // paths within 8 units around 0, 0
  line?: string;
  cut?: string; // drawn on the fill in the ground's colour
}

export const NO_STATE: State = { status: '' };

const LOOKS: Record<string, Look> = table;

export function findLook(status: string): Look {
  return Object.hasOwn(LOOKS, status) ? LOOKS[status] : LOOKS[''];
}

export function isEqual(a: State, b: State): boolean {
  return (
    a.status === b.status && a.text === b.text && a.fraction === b.fraction && a.line === b.line
  );
}

/** A state as it is read aloud. */
export function say({ status, text, fraction }: State): string {
  const percent = fraction == null ? '' : `${Math.round(fraction * 100)} percent`;
  return [status, percent, text].filter(Boolean).join(', ');
}
