// What was done can be undone: states in a row.
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";

const MOST = 500;

export class Timeline<S> {
  readonly #states;
  readonly #at = signal(0);
  readonly now: ReadonlySignal<S>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;

  constructor(first: S) {
    this.#states = signal<readonly S[]>([first]);
    this.now = computed(() => this.#states.value[this.#at.value] as S);
    this.canUndo = computed(() => this.#at.value > 0);
    this.canRedo = computed(() => this.#at.value < this.#states.value.length - 1);
  }

  /** A new state; what was undone before is forgotten. */
  push(state: S): void {
    const kept = this.#states.value.slice(Math.max(0, this.#at.value + 1 - MOST), this.#at.value + 1);
    batch(() => {
      this.#states.value = [...kept, state];
      this.#at.value = kept.length;
    });
  }

  undo(): void {
    if (this.canUndo.value) this.#at.value -= 1;
  }

  redo(): void {
    if (this.canRedo.value) this.#at.value += 1;
  }
}

const kept = new Map<string, { timeline: Timeline<unknown>; begun: string }>();

/**
 * The states of a job's board, which outlive the board: whoever comes back finds what was done by hand.
 *
 * `begun` says what the service gave to begin with; once it gives something else, that is a new state. `state` makes
 * it, from what stands on the board where there is something.
 */
export function timelineOf<S>(job: string, begun: string, state: (now: S | null) => S): Timeline<S> {
  const before = kept.get(job) as { timeline: Timeline<S>; begun: string } | undefined;
  if (before === undefined) {
    const timeline = new Timeline<S>(state(null));
    kept.set(job, { timeline: timeline as Timeline<unknown>, begun });
    return timeline;
  }
  if (before.begun !== begun) {
    before.begun = begun;
    before.timeline.push(state(before.timeline.now.peek()));
  }
  return before.timeline;
}

/** Forget what was done by hand on all boards. */
export function forgetAll(): void {
  kept.clear();
}

/** Whether something was done on some board that would be lost. */
export function anyByHand(): boolean {
  return [...kept.values()].some(({ timeline }) => timeline.canUndo.peek());
}

addEventListener("beforeunload", (event) => {
  if (anyByHand()) event.preventDefault();
});

/** Undo or redo where a key says so; whether it did. */
export function undoKey(event: KeyboardEvent, timeline: Timeline<unknown>): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = event.key.toLowerCase();
  if (key === "y" || (key === "z" && event.shiftKey)) timeline.redo();
  else if (key === "z") timeline.undo();
  else return false;
  event.preventDefault();
  return true;
}
