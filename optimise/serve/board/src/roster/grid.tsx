// The grid: people by days, with hours at the end of a row and cover below.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { drag } from "../drag";
import { moved, Typed } from "../keys";
import { number, t } from "../texts";
import { undoKey } from "../timeline";
import type { CoverCell, Day, WardStanding } from "../types";
import { say } from "../ui";
import type { Marks, WardModel } from "./model";

/** Widths of columns: fixed, so that a change lays out one cell and not the table. */
const [NAMES, DAY, HOURS] = [15, 2.3, 6];

type Hours = WardStanding["hours"][number] | undefined;

interface RowProps {
  model: WardModel;
  row: number;
  words: readonly string[];
  marks: Marks;
  hours: Hours;
  /** Column of the cell that the keyboard is at, -1 in other rows. */
  at: number;
}

function sameHours(one: Hours, other: Hours): boolean {
  return one?.hours === other?.hours && one?.counted?.[0] === other?.counted?.[0] && one?.counted?.[1] === other?.counted?.[1];
}

function Label(props: { model: WardModel; row: number; column: number; word: string; told: string | undefined }): string {
  const { people, days } = props.model.board;
  const duty = props.model.duties.get(props.word);
  const what = duty === undefined ? t("off") : `${duty.id} ${duty.meaning}`;
  const cell = t("cell", { person: people[props.row]?.name ?? "", day: days[props.column]?.label ?? "", duty: what });
  return props.told === undefined ? cell : `${cell}, ${props.told}`;
}

/** One person. Drawn again only where something in the row has changed. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const now = this.props;
    return (
      next.words !== now.words || next.marks !== now.marks || next.at !== now.at || !sameHours(next.hours, now.hours)
    );
  }

  render(): ComponentChildren {
    const { model, row, words, marks, hours, at } = this.props;
    const person = model.board.people[row];
    const counted = hours?.counted;
    return (
      <tr role="row">
        <th scope="row" role="rowheader">
          {person?.name}
          <small>
            {person?.id} {person?.detail}
          </small>
        </th>
        {words.map((word, column) => {
          const duty = model.duties.get(word);
          const mark = marks[column];
          const label = Label({ model, row, column, word, told: mark?.told });
          return (
            <td
              key={column}
              role="gridcell"
              data-r={row}
              data-c={column}
              tabIndex={at === column ? 0 : -1}
              aria-label={label}
              aria-selected={at === column}
              title={mark === undefined ? undefined : label}
              class={`c ${mark?.css ?? ""} ${model.board.days[column]?.free ? "free" : ""}`}
              style={duty === undefined ? {} : { background: duty.ink[0], color: duty.ink[1] }}
            >
              {duty?.label ?? (mark?.css.includes("leave") ? "×" : "")}
            </td>
          );
        })}
        <td class="hours" title={counted ? t("hours_of", { counted: number(counted[0]), asked: number(counted[1]) }) : undefined}>
          {hours === undefined ? "" : number(counted ? counted[0] : hours.hours)}
          {counted ? <small>/{number(counted[1])}</small> : null}
        </td>
      </tr>
    );
  }
}

function told(label: string, day: string, c: CoverCell): string {
  const key = c.short > 0 ? "cover_short" : c.over > 0 ? "cover_over" : "cover_kept";
  const values = { present: c.present, minimum: number(c.minimum), short: number(c.short), over: number(c.over) };
  return t(key, { label, day, ...values });
}

type CoverRow = WardStanding["cover"][number];

/** A head count by day. Drawn again only where it has changed. */
class CoverLine extends Component<{ row: CoverRow; days: readonly Day[] }> {
  override shouldComponentUpdate(next: { row: CoverRow }): boolean {
    const cells = this.props.row.cells;
    return (
      next.row.cells.length !== cells.length ||
      next.row.cells.some((c, i) => c.present !== cells[i]?.present || c.short !== cells[i]?.short || c.over !== cells[i]?.over)
    );
  }

  render(): ComponentChildren {
    const { row, days } = this.props;
    const of = new Map(row.cells.map((c) => [c.day, c]));
    return (
      <tr class="cover">
        <th scope="row" title={`${row.label} (${row.rule})`}>
          {row.label}
        </th>
        {days.map((day, column) => {
          const c = of.get(column);
          if (c === undefined) return <td key={column} />;
          const css = c.short > 0 ? "short" : c.over > 0 ? "over" : "kept";
          const text = told(row.label, day.label, c);
          return (
            <td key={column} class={`${css} ${c.broken ? "hard" : ""}`} title={text} aria-label={text}>
              {c.present}
              {c.short > 0 ? `−${number(c.short)}` : c.over > 0 ? `+${number(c.over)}` : ""}
            </td>
          );
        })}
        <td />
      </tr>
    );
  }
}

function Cover(props: { model: WardModel }) {
  const rows = props.model.judge.found.value?.standing.cover ?? [];
  return (
    <tfoot>
      {rows.map((row, i) => (
        <CoverLine key={i} row={row} days={props.model.board.days} />
      ))}
    </tfoot>
  );
}

function Head(props: { model: WardModel }) {
  return (
    <thead>
      <tr role="row">
        <th scope="col" role="columnheader" style={{ width: `${NAMES}rem` }}>
          {t("person")}
        </th>
        {props.model.board.days.map((day) => (
          <th key={day.key} scope="col" role="columnheader" class={day.free ? "free" : ""} style={{ width: `${DAY}rem` }}>
            {day.label}
          </th>
        ))}
        <th scope="col" role="columnheader" style={{ width: `${HOURS}rem` }}>
          {t("hours")}
        </th>
      </tr>
    </thead>
  );
}

export interface GridActions {
  pin: () => void;
  cover: () => void;
  why: () => void;
  sick: () => void;
}

const OFF = new Set(["Delete", "Backspace", "-", "."]);

function place(element: Element | null): [number, number] | null {
  const cell = element?.closest<HTMLElement>("td[data-r]");
  return cell ? [Number(cell.dataset["r"]), Number(cell.dataset["c"])] : null;
}

export function Grid(props: { model: WardModel; actions: GridActions }) {
  const { model, actions } = props;
  const table = useRef<HTMLTableElement>(null);
  const typed = useRef(new Typed());
  const [row, column] = model.at.value;
  const { cells } = model.timeline.now.value;
  const hours = model.judge.found.value?.standing.hours;

  const focus = (to: [number, number]): void => {
    model.at.value = to;
    queueMicrotask(() => cell(to)?.focus());
  };
  const cell = ([r, c]: readonly [number, number]): HTMLElement | null =>
    table.current?.querySelector<HTMLElement>(`td[data-r="${r}"][data-c="${c}"]`) ?? null;
  useEffect(() => {
    cell(model.at.peek())?.focus();
  }, []);

  const set = (word: string): void => {
    model.set([[...model.at.peek(), word]]);
    const duty = model.duties.get(word);
    say(duty === undefined ? t("off") : duty.meaning);
  };
  const letters = (letter: string): void => {
    const duty = model.named(typed.current.add(letter)) ?? model.named(typed.current.restart(letter));
    if (duty !== undefined) set(duty.id);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (undoKey(event, model.timeline)) return;
    const to = moved(event, model.at.peek(), [model.board.people.length, model.board.days.length]);
    const asked = event.altKey ? { p: actions.pin, c: actions.cover, w: actions.why, s: actions.sick }[event.key] : undefined;
    if (to !== null) focus(to);
    else if (asked !== undefined) asked();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (OFF.has(event.key)) set("");
    else if (event.key === "Enter") document.querySelector<HTMLElement>("#cell button")?.focus();
    else if (/^[\p{L}\p{N}]$/u.test(event.key)) letters(event.key);
    else return;
    event.preventDefault();
  };
  const onPointer = (event: PointerEvent): void => {
    const from = place(event.target as Element);
    if (from === null) return;
    focus(from);
    const word = model.at_(...from);
    let lit: Element | null = null;
    drag(
      event,
      model.duties.get(word)?.label || t("off"),
      (below) => {
        lit?.classList.remove("target");
        lit = below?.closest("td[data-r]") ?? null;
        lit?.classList.add("target");
      },
      (below) => {
        const to = place(below);
        if (to === null || (to[0] === from[0] && to[1] === from[1])) return;
        model.exchange(from, to);
        focus(to);
      },
    );
  };
  return (
    <div class="scroll">
      <table
        ref={table}
        role="grid"
        aria-label={t("roster")}
        aria-rowcount={model.board.people.length + 1}
        aria-colcount={model.board.days.length + 2}
        class="grid"
        style={{ width: `${NAMES + DAY * model.board.days.length + HOURS}rem` }}
        onKeyDown={onKey}
        onPointerDown={onPointer}
      >
        <Head model={model} />
        <tbody>
          {cells.map((words, r) => (
            <Row
              key={r}
              model={model}
              row={r}
              words={words}
              marks={model.marks.value[r] ?? []}
              hours={hours?.[r]}
              at={r === row ? column : -1}
            />
          ))}
        </tbody>
        <Cover model={model} />
      </table>
    </div>
  );
}
