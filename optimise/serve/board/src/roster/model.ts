// The roster on the board: who works what, what is pinned, what the service says of it.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { Judge } from "../judge";
import { timelineOf, type Timeline } from "../timeline";
import { t } from "../texts";
import type { Change, Duty, RosterPlan, WardBoard, WardStanding } from "../types";

/** A state that can be undone: duties by person and day ("" is off), and cells that are pinned, in the document or here. */
export interface State {
  readonly cells: readonly (readonly string[])[];
  readonly pins: ReadonlySet<string>;
}

/** What a cell shows beside its duty. */
export interface Mark {
  readonly css: string;
  readonly told: string;
}

export type Marks = readonly (Mark | undefined)[];

export const keyOf = (row: number, column: number): string => `${row},${column}`;

export function cellsOf(board: WardBoard, plan: RosterPlan): string[][] {
  return board.people.map((person) => board.days.map((day) => duty(plan.roster[person.id]?.[day.key])));
}

function duty(word: string | undefined): string {
  return word === undefined || word === "-" ? "" : word;
}

export class WardModel {
  readonly timeline: Timeline<State>;
  readonly plan: ReadonlySignal<RosterPlan>;
  readonly judge: Judge<WardStanding>;
  readonly at = signal<[number, number]>([0, 0]);
  readonly other = signal<{ cells: string[][]; cost: number | null } | null>(null);
  readonly marks: ReadonlySignal<readonly Marks[]>;
  readonly differences: ReadonlySignal<number>;
  readonly duties: ReadonlyMap<string, Duty>;
  readonly leave: ReadonlySet<string>;
  readonly settled: ReadonlySet<string>;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #judged: ReadonlySignal<readonly Notes[]>;
  #marked: Marks[] = [];

  constructor(
    readonly job: string,
    readonly board: WardBoard,
  ) {
    this.settled = new Set(board.pinned.map(([row, column]) => keyOf(row, column)));
    this.timeline = this.takeOver(board.plan);
    this.plan = computed(() => this.planOf(this.timeline.now.value.cells));
    this.judge = new Judge<WardStanding>(job, this.plan);
    this.duties = new Map(board.duties.map((each) => [each.id, each]));
    this.leave = new Set(board.leave.map(([row, column]) => keyOf(row, column)));
    this.#rows = new Map(board.people.map((person, row) => [person.id, row]));
    this.#judged = computed(() => this.#judgedNow());
    this.marks = computed(() => this.#marksNow());
    this.differences = computed(() => this.#different());
  }

  planOf(cells: State["cells"]): RosterPlan {
    const { people, days } = this.board;
    const roster = Object.fromEntries(
      people.map((person, row) => [
        person.id,
        Object.fromEntries(days.flatMap((day, column) => (cells[row]?.[column] ? [[day.key, cells[row][column]]] : []))),
      ]),
    );
    return { ...this.board.plan, roster };
  }

  at_(row: number, column: number): string {
    return this.timeline.now.value.cells[row]?.[column] ?? "";
  }

  /** Set some cells at once; nothing happens where all are so already. */
  set(changes: readonly (readonly [number, number, string])[]): void {
    const now = this.timeline.now.peek();
    if (changes.every(([row, column, word]) => now.cells[row]?.[column] === word)) return;
    const cells = [...now.cells];
    for (const [row, column, word] of changes) {
      const line = [...(cells[row] ?? [])];
      line[column] = word;
      cells[row] = line;
    }
    this.timeline.push({ ...now, cells });
  }

  exchange(from: readonly [number, number], to: readonly [number, number]): void {
    this.set([
      [...from, this.at_(...to)],
      [...to, this.at_(...from)],
    ]);
  }

  togglePin(row: number, column: number): void {
    const now = this.timeline.now.peek();
    const pins = new Set(now.pins);
    if (!pins.delete(keyOf(row, column))) pins.add(keyOf(row, column));
    this.timeline.push({ ...now, pins });
  }

  /** Show a plan of the service; pins stay. */
  takeOver(plan: RosterPlan): Timeline<State> {
    const state = (now: State | null): State => ({ cells: cellsOf(this.board, plan), pins: now?.pins ?? this.settled });
    return timelineOf<State>(this.job, JSON.stringify(plan), state);
  }

  /** The duty that a word begins, the whole word first. */
  named(word: string): Duty | undefined {
    const low = word.toLowerCase();
    const words = (each: Duty): string[] => [each.label.toLowerCase(), each.id.toLowerCase()];
    return (
      this.board.duties.find((each) => words(each).includes(low)) ??
      this.board.duties.find((each) => words(each).some((name) => name.startsWith(low)))
    );
  }

  /** What was pinned and unpinned, as changes of the document, without that of a person in a span of days. */
  pinned(without?: { row: number; first: number; last: number }): Change[] {
    const { cells, pins } = this.timeline.now.peek();
    const before = cellsOf(this.board, this.board.plan);
    return [...new Set([...this.settled, ...pins])].flatMap((key): Change[] => {
      const [row, column] = key.split(",").map(Number) as [number, number];
      if (without && row === without.row && without.first <= column && column <= without.last) return [];
      const [who, first] = [this.board.people[row]?.id ?? "", this.board.days[column]?.key ?? ""];
      if (!pins.has(key)) return [{ what: "unpin", who, first }];
      const word = cells[row]?.[column] ?? "";
      if (this.settled.has(key) && word === before[row]?.[column]) return [];
      const shift = this.duties.get(word)?.shift;
      return [{ what: "pin", who, first, ...(shift ? { shift } : {}) }];
    });
  }

  #different(): number {
    const { cells } = this.timeline.now.value;
    const other = this.other.value?.cells;
    if (other === undefined) return 0;
    return cells.reduce((sum, line, row) => sum + line.filter((word, column) => word !== other[row]?.[column]).length, 0);
  }

  /** What the service says of each cell; made once an evaluation, whatever the planner does meanwhile. */
  #judgedNow(): readonly Notes[] {
    const found = this.judge.found.value;
    const rows: Notes[] = this.board.people.map(() => new Map());
    for (const asked of found?.standing.requests ?? []) {
      const text = t(asked.granted ? "asked_granted" : "asked_refused", { wish: asked.wish });
      note(rows[asked.person], asked.day, asked.granted ? "granted" : "refused", text);
    }
    for (const broken of found?.violations ?? []) {
      const [css, text] = [broken.hard ? "hard" : "soft", t("breaks", { rule: broken.rule })];
      for (const who of broken.who) {
        const row = this.#rows.get(who);
        if (row !== undefined) for (const day of broken.days) note(rows[row], day, css, text);
      }
    }
    return rows;
  }

  /** Marks of all rows; a row whose marks are as before is the same object, so that it is not drawn again. */
  #marksNow(): readonly Marks[] {
    const { cells, pins } = this.timeline.now.value;
    const other = this.other.value?.cells;
    const judged = this.#judged.value;
    const own: Notes[] = this.board.people.map(() => new Map());
    for (const [row, column] of this.board.leave) note(own[row], column, "leave", t("leave"));
    for (const key of pins) {
      const [row, column] = key.split(",").map(Number) as [number, number];
      note(own[row], column, "pin", t(this.settled.has(key) ? "pinned_by_document" : "pinned"));
    }
    if (other !== undefined) {
      cells.forEach((line, row) =>
        line.forEach((word, column) => {
          const there = other[row]?.[column] ?? "";
          if (there !== word) note(own[row], column, "differs", t("differs", { duty: there || t("off") }));
        }),
      );
    }
    this.#marked = own.map((mine, row) => {
      const made: (Mark | undefined)[] = [];
      for (const notes of [mine, judged[row] ?? (new Map() as Notes)]) {
        for (const [column, { css, told }] of notes) {
          const before = made[column];
          const words = [...told].join(", ");
          made[column] = before
            ? { css: `${before.css} ${[...css].join(" ")}`, told: `${before.told}, ${words}` }
            : { css: [...css].join(" "), told: words };
        }
      }
      const before = this.#marked[row];
      return before !== undefined && same(before, made) ? before : made;
    });
    return this.#marked;
  }
}

/** What is to be said of the cells of a row. */
type Notes = Map<number, { css: Set<string>; told: Set<string> }>;

function note(row: Notes | undefined, column: number, css: string, told: string): void {
  const cell = row?.get(column);
  if (cell !== undefined) {
    cell.css.add(css);
    cell.told.add(told);
  } else row?.set(column, { css: new Set([css]), told: new Set([told]) });
}

function same(one: Marks, other: Marks): boolean {
  return (
    one.length === other.length &&
    Array.from(one).every((mark, i) => mark?.css === other[i]?.css && mark?.told === other[i]?.told)
  );
}
