// What every part of the board uses: announcements, errors, and work that takes a moment.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { t } from "./texts";

const announced = signal("");
const failure = signal("");
const working = signal(0);

/** Tell a reader of the screen. */
export function say(text: string): void {
  announced.value = text;
}

/** Do something that may fail; a failure is told at the top of the page. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  working.value += 1;
  failure.value = "";
  try {
    return await work();
  } catch (error) {
    failure.value = t("failed", { detail: error instanceof Error ? error.message : String(error) });
    return undefined;
  } finally {
    working.value -= 1;
  }
}

export function Notices() {
  return (
    <>
      <div class="alert" role="alert">
        {failure.value}
      </div>
      <div class="unseen" aria-live="polite">
        {announced.value}
      </div>
      <div class="busy" role="status">
        {working.value > 0 ? t("busy") : ""}
      </div>
    </>
  );
}

export function Panel(props: { title: string; children: ComponentChildren; id?: string }) {
  return (
    <section class="panel" id={props.id} aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

export function Button(props: {
  on: () => void;
  children: ComponentChildren;
  disabled?: boolean;
  title?: string;
  id?: string;
  pressed?: boolean;
}) {
  return (
    <button
      type="button"
      id={props.id}
      title={props.title}
      disabled={props.disabled ?? false}
      aria-pressed={props.pressed}
      onClick={() => props.on()}
    >
      {props.children}
    </button>
  );
}
