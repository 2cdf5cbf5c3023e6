// The bed plan on the board: who lies where when, and what the service says of it.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { Judge } from "../judge";
import { timelineOf, type Timeline } from "../timeline";
import type { BedPlan, BedStanding, HospitalBoard, Patient, PlannedStay, Violation } from "../types";

export type State = ReadonlyMap<string, PlannedStay>;

/** An unbroken stretch of days of one patient in one room, drawn as a bar in a lane of that room. */
export interface Bar {
  readonly id: string;
  readonly room: number;
  readonly first: number;
  readonly last: number;
  readonly lane: number;
  readonly css: string;
  readonly told: string;
}

/** What is drawn of a room. */
export interface Line {
  readonly bars: readonly Bar[];
  readonly lanes: number;
  readonly used: readonly number[];
  readonly css: readonly string[];
  readonly signature: string;
}

export class BedModel {
  readonly timeline: Timeline<State>;
  readonly plan: ReadonlySignal<BedPlan>;
  readonly judge: Judge<BedStanding>;
  readonly lines: ReadonlySignal<readonly Line[]>;
  readonly at = signal<{ room: number; day: number; id: string | null }>({ room: 0, day: 0, id: null });
  readonly held = signal<string | null>(null);
  readonly other = signal<State | null>(null);
  readonly differences: ReadonlySignal<number>;
  readonly patients: ReadonlyMap<string, Patient>;
  readonly rooms: ReadonlyMap<string, number>;
  #drawn: readonly Line[] = [];

  constructor(
    readonly job: string,
    readonly board: HospitalBoard,
  ) {
    this.patients = new Map(board.patients.map((each) => [each.id, each]));
    this.rooms = new Map(board.rooms.map((room, i) => [room.id, i]));
    this.timeline = this.takeOver(board.plan);
    this.plan = computed(() => ({ ...board.plan, patients: [...this.timeline.now.value.values()] }));
    this.judge = new Judge<BedStanding>(job, this.plan);
    this.lines = computed(() => this.#lines());
    this.differences = computed(() => {
      const other = this.other.value;
      return other === null ? 0 : [...this.timeline.now.value.values()].filter((stay) => differs(stay, other.get(stay.id))).length;
    });
  }

  /** Show a plan of the service. */
  takeOver(plan: BedPlan): Timeline<State> {
    return timelineOf<State>(this.job, JSON.stringify(plan), () => stateOf(plan));
  }

  /** Room of each night inside the plan. */
  nights(stay: PlannedStay): string[] {
    if (stay.admission === undefined) return [];
    const count = Math.min(this.patients.get(stay.id)?.nights ?? 0, this.board.days.length - stay.admission);
    return Array.from({ length: count }, (_, i) => stay.rooms?.[i] ?? stay.rooms?.at(-1) ?? "");
  }

  /** Put a patient into a room from a night of the stay to another, and let the stay begin on another day. */
  move(id: string, room: number, admission: number, from = 0, to = Infinity): boolean {
    const patient = this.patients.get(id);
    const stay = this.timeline.now.peek().get(id);
    const name = this.board.rooms[room]?.id;
    if (patient === undefined || stay === undefined || name === undefined) return false;
    const begins = patient.lies_in === null ? Math.min(this.board.days.length - 1, Math.max(0, admission)) : 0;
    const old = this.nights(stay);
    const count = Math.min(patient.nights, this.board.days.length - begins);
    const rooms = Array.from({ length: count }, (_, i) => (i >= from && i <= to ? name : (old[i] ?? old.at(-1) ?? name)));
    const one = new Set(rooms).size === 1;
    this.#put({ ...stay, admission: begins, rooms: one ? rooms.slice(0, 1) : rooms });
    return true;
  }

  /** Take the bed of somebody who is not in hospital yet. */
  sendAway(id: string): void {
    if (this.patients.get(id)?.lies_in === null) this.#put({ id });
  }

  #put(stay: PlannedStay): void {
    const now = this.timeline.now.peek();
    if (!differs(stay, now.get(stay.id))) return;
    const { beds: _, ...rest } = stay; // beds within a room are given anew
    this.timeline.push(new Map(now).set(stay.id, rest));
  }

  /** Stretches of a patient: room and first and last day. */
  stretches(stay: PlannedStay): { room: number; first: number; last: number }[] {
    const made: { room: number; first: number; last: number }[] = [];
    this.nights(stay).forEach((name, i) => {
      const [room, day] = [this.rooms.get(name) ?? -1, (stay.admission ?? 0) + i];
      const before = made.at(-1);
      if (before !== undefined && before.room === room) before.last = day;
      else if (room >= 0) made.push({ room, first: day, last: day });
    });
    return made;
  }

  #lines(): readonly Line[] {
    const { rooms, days } = this.board;
    const broken = byName(this.judge.found.value?.violations ?? []);
    const other = this.other.value;
    const bars: Bar[][] = rooms.map(() => []);
    for (const stay of this.timeline.now.value.values()) {
      for (const part of this.stretches(stay)) {
        const mine = (broken.get(stay.id) ?? []).filter(
          (v) => v.days.length === 0 || v.days.some((day) => part.first <= day && day <= part.last),
        );
        const css = [
          this.patients.get(stay.id)?.gender === this.board.patients[0]?.gender ? "one" : "two",
          mine.some((v) => v.hard) ? "hard" : mine.length ? "soft" : "",
          other !== null && differs(stay, other.get(stay.id)) ? "differs" : "",
        ];
        const told = [...new Set(mine.map((v) => v.message || v.rule))].join("; ");
        bars[part.room]?.push({ id: stay.id, ...part, lane: 0, css: css.join(" "), told });
      }
    }
    this.#drawn = rooms.map((room, r) => {
      const { placed, lanes } = inLanes(bars[r] ?? []);
      const used = days.map((_, day) => placed.filter((bar) => bar.first <= day && day <= bar.last).length);
      const mine = broken.get(room.id) ?? [];
      const css = days.map((_, day) => {
        const here = mine.filter((v) => v.days.includes(day));
        const full = (used[day] ?? 0) > (room.beds[day] ?? 0);
        return here.some((v) => v.hard) || full ? "hard" : here.length ? "soft" : room.beds[day] === 0 ? "closed" : "";
      });
      const signature = JSON.stringify([placed, css]);
      const before = this.#drawn[r];
      return before?.signature === signature ? before : { bars: placed, lanes, used, css, signature };
    });
    return this.#drawn;
  }
}

function stateOf(plan: BedPlan): State {
  return new Map(plan.patients.map(({ beds: _, ...stay }) => [stay.id, stay]));
}

function differs(one: PlannedStay, other: PlannedStay | undefined): boolean {
  if (other === undefined || one.admission !== other.admission) return true;
  const [a, b] = [one.rooms ?? [], other.rooms ?? []];
  return a.length !== b.length || a.some((room, i) => room !== b[i]);
}

function byName(violations: readonly Violation[]): Map<string, Violation[]> {
  const made = new Map<string, Violation[]>();
  for (const violation of violations) {
    for (const who of violation.who) made.set(who, [...(made.get(who) ?? []), violation]);
  }
  return made;
}

/** Bars that overlap stand in different lanes, as few as can be. */
function inLanes(bars: Bar[]): { placed: Bar[]; lanes: number } {
  const free: number[] = [];
  const placed = [...bars]
    .sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1))
    .map((bar) => {
      let lane = free.findIndex((day) => day <= bar.first);
      if (lane < 0) lane = free.length;
      free[lane] = bar.last + 1;
      return { ...bar, lane };
    });
  return { placed, lanes: Math.max(1, free.length) };
}
