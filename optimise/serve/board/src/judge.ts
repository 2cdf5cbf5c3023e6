// Evaluates the plan on the board whenever it changes: one call at a time, and the last plan always has its turn.
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import * as api from "./api";
import type { Evaluation } from "./types";

export class Judge<S> {
  readonly found = signal<Evaluation<S> | null>(null);
  readonly busy = signal(false);
  readonly error = signal("");
  /** Milliseconds from a change to what the board shows of it. */
  readonly took = signal(0);
  readonly #stop: () => void;
  #waiting: { plan: unknown; since: number } | null = null;

  constructor(
    readonly job: string,
    plan: ReadonlySignal<unknown>,
  ) {
    this.#stop = effect(() => {
      this.#waiting = { plan: plan.value, since: performance.now() };
      void this.#go();
    });
  }

  close(): void {
    this.#stop();
    this.#waiting = null;
  }

  async #go(): Promise<void> {
    if (this.busy.peek()) return;
    this.busy.value = true;
    while (this.#waiting !== null) {
      const { plan, since } = this.#waiting;
      this.#waiting = null;
      try {
        this.found.value = await api.evaluate<S>(this.job, plan);
        this.error.value = "";
        requestAnimationFrame(() => (this.took.value = performance.now() - since));
      } catch (error) {
        this.error.value = error instanceof Error ? error.message : String(error);
      }
    }
    this.busy.value = false;
  }
}
