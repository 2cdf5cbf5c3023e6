// Where the arrows of a grid lead.

/** The cell that a key leads to from (row, column) in a grid of that size; null where the key does not move. */
export function moved(
  event: KeyboardEvent,
  [row, column]: readonly [number, number],
  [rows, columns]: readonly [number, number],
): [number, number] | null {
  if (event.altKey) return null;
  const far = event.ctrlKey || event.metaKey;
  const to: Record<string, [number, number]> = {
    ArrowUp: [far ? 0 : row - 1, column],
    ArrowDown: [far ? rows - 1 : row + 1, column],
    ArrowLeft: [row, far ? 0 : column - 1],
    ArrowRight: [row, far ? columns - 1 : column + 1],
    Home: [far ? 0 : row, 0],
    End: [far ? rows - 1 : row, columns - 1],
    PageUp: [row - 10, column],
    PageDown: [row + 10, column],
  };
  const found = to[event.key];
  if (found === undefined) return null;
  return [Math.min(rows - 1, Math.max(0, found[0])), Math.min(columns - 1, Math.max(0, found[1]))];
}

/** Letters that are typed one after the other, as one word. */
export class Typed {
  #word = "";
  #last = 0;

  /** The word so far; a pause begins a new one. */
  add(letter: string): string {
    const now = performance.now();
    this.#word = now - this.#last > 800 ? letter : this.#word + letter;
    this.#last = now;
    return this.#word;
  }

  /** Begin anew with this letter. */
  restart(letter: string): string {
    this.#word = letter;
    return letter;
  }
}
