// The bed board: rooms by days, a bar a stay; bars are dragged, or taken up and moved by keys.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { drag } from "../drag";
import { t } from "../texts";
import { undoKey } from "../timeline";
import { say } from "../ui";
import type { Bar, BedModel, Line } from "./model";

interface RowProps {
  model: BedModel;
  row: number;
  line: Line;
  /** Patient whose bar the keyboard is at, "" for the room itself, null in other rows. */
  at: string | null;
  held: boolean;
}

export function described(model: BedModel, bar: Bar): string {
  const days = model.board.days;
  const gender = model.patients.get(bar.id)?.gender ?? "";
  const room = model.board.rooms[bar.room]?.id ?? "";
  const text = t("patient", { id: bar.id, gender, room, first: days[bar.first]?.label ?? "", last: days[bar.last]?.label ?? "" });
  return bar.told ? `${text}: ${bar.told}` : text;
}

/** One room. Drawn again only where something in it has changed. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const now = this.props;
    return next.line !== now.line || next.at !== now.at || next.held !== now.held;
  }

  render(): ComponentChildren {
    const { model, row, line, at, held } = this.props;
    const room = model.board.rooms[row];
    const days = model.board.days.length;
    const columns = { gridTemplateColumns: `repeat(${days}, minmax(3.2rem, 1fr))` };
    return (
      <div role="row" class="room" data-room={row}>
        <div role="rowheader" class="room-head" tabIndex={at === "" ? 0 : -1} data-head={row}>
          {room?.id}
          <small>{room?.ward}</small>
        </div>
        <div class="stays" role="presentation" style={{ ...columns, gridTemplateRows: `1rem repeat(${line.lanes}, 1.25rem)` }}>
          {line.used.map((used, day) => (
            <span
              key={day}
              class={`beds ${line.css[day] ?? ""}`}
              style={{ gridColumn: day + 1, gridRow: `1 / span ${line.lanes + 1}` }}
              title={t("room_beds", { used, beds: room?.beds[day] ?? 0 })}
            >
              {used}/{room?.beds[day]}
            </span>
          ))}
          {line.bars.map((bar) => {
            const text = described(model, bar);
            const here = at === bar.id;
            return (
              <div
                key={`${bar.id} ${bar.first}`}
                role="gridcell"
                class={`bar ${bar.css} ${here && held ? "held" : ""}`}
                tabIndex={here ? 0 : -1}
                aria-label={text}
                aria-selected={here}
                title={text}
                data-id={bar.id}
                data-first={bar.first}
                data-last={bar.last}
                data-row={row}
                style={{ gridColumn: `${bar.first + 1} / ${bar.last + 2}`, gridRow: bar.lane + 2 }}
              >
                {t("patient_short", { id: bar.id, gender: model.patients.get(bar.id)?.gender ?? "" })}
              </div>
            );
          })}
        </div>
      </div>
    );
  }
}

/** Room and day below a pointer. */
function below(element: Element | null, x: number, days: number): { row: number; day: number } | null {
  const room = element?.closest<HTMLElement>("[data-room]");
  const area = room?.querySelector<HTMLElement>(".stays");
  if (!room || !area) return null;
  const box = area.getBoundingClientRect();
  const day = Math.floor(((x - box.left) / box.width) * days);
  return { row: Number(room.dataset["room"]), day: Math.min(days - 1, Math.max(0, day)) };
}

/** Let a bar, or somebody who waits, be dragged into a room. */
export function dragPatient(model: BedModel, event: PointerEvent, id: string, part?: { first: number; last: number }): void {
  const days = model.board.days.length;
  const began = part === undefined ? null : below(event.target as Element, event.clientX, days);
  let x = event.clientX;
  let lit: Element | null = null;
  const follow = (now: PointerEvent): void => {
    x = now.clientX;
  };
  addEventListener("pointermove", follow, { capture: true });
  addEventListener("pointerup", () => removeEventListener("pointermove", follow, { capture: true }), { once: true });
  drag(
    event,
    id,
    (element) => {
      lit?.classList.remove("target");
      lit = element?.closest("[data-room]") ?? null;
      lit?.classList.add("target");
    },
    (element) => {
      const to = below(element, x, days);
      const stay = model.timeline.now.peek().get(id);
      if (to === null || stay === undefined) return;
      const admission = stay.admission ?? to.day;
      const later = part === undefined || began === null ? 0 : to.day - began.day;
      const from = part === undefined ? 0 : part.first - admission;
      const until = part === undefined ? Infinity : part.last - admission;
      if (model.move(id, to.row, admission + later, from, until)) dropped(model, id, to.row);
    },
  );
}

/** Tell where somebody is now, and look there. */
export function dropped(model: BedModel, id: string, row: number): void {
  const day = model.timeline.now.peek().get(id)?.admission ?? 0;
  model.at.value = { room: row, day, id };
  say(t("dropped", { id, room: model.board.rooms[row]?.id ?? "", day: model.board.days[day]?.label ?? "" }));
}

type At = { room: number; day: number; id: string | null };

/** Where the keyboard is: somebody who has been moved away meanwhile is followed, or else the room is. */
function found(lines: readonly Line[], at: At): At {
  if (at.id === null || lines[at.room]?.bars.some((bar) => bar.id === at.id)) return at;
  const room = lines.findIndex((line) => line.bars.some((bar) => bar.id === at.id));
  return room < 0 ? { ...at, id: null } : { ...at, room };
}

export function BedGrid(props: { model: BedModel; close: () => void }) {
  const { model } = props;
  const place = useRef<HTMLDivElement>(null);
  const steps = useRef(0);
  const lines = model.lines.value;
  const at = found(lines, model.at.value);
  const days = model.board.days;
  useEffect(() => {
    const selector = at.id === null ? `[data-head="${at.room}"]` : `[data-room="${at.room}"] .bar[tabindex="0"]`;
    const element = place.current?.querySelector<HTMLElement>(selector);
    if (element && !element.contains(document.activeElement)) element.focus();
  }, [at.room, at.id, at.day]);

  /** The bar next to the one that the keyboard is at. */
  const next = (key: string): void => {
    const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      const room = Math.min(lines.length - 1, Math.max(0, at.room + step));
      const bars = lines[room]?.bars ?? [];
      const near = [...bars].sort((a, b) => Math.abs(a.first - at.day) - Math.abs(b.first - at.day))[0];
      model.at.value = { room, day: near?.first ?? at.day, id: at.id === null ? null : (near?.id ?? null) };
      return;
    }
    const bars = lines[at.room]?.bars ?? [];
    const now = bars.findIndex((bar) => bar.id === at.id);
    const bar = bars[now + (key === "ArrowRight" ? 1 : -1)];
    if (bar !== undefined) model.at.value = { room: at.room, day: bar.first, id: bar.id };
    else if (key === "ArrowLeft") model.at.value = { ...at, id: null };
  };
  const carry = (key: string, id: string): void => {
    const stay = model.timeline.now.peek().get(id);
    const bar = lines[at.room]?.bars.find((each) => each.id === id);
    if (stay?.admission === undefined || bar === undefined) return;
    const up = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
    const later = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    const room = Math.min(lines.length - 1, Math.max(0, at.room + up));
    if (model.move(id, room, stay.admission + later, bar.first - stay.admission, bar.last - stay.admission)) {
      steps.current += 1;
      dropped(model, id, room);
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    if (undoKey(event, model.timeline)) return;
    const held = model.held.peek();
    if (event.altKey && event.key === "b") props.close();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key.startsWith("Arrow")) held === null ? next(event.key) : carry(event.key, held);
    else if (event.key === "Enter" || event.key === " ") {
      model.held.value = held === null ? at.id : null;
      steps.current = 0;
      if (model.held.peek() !== null) say(t("grabbed", { id: at.id ?? "" }));
    } else if (event.key === "Escape" && held !== null) {
      for (; steps.current > 0; steps.current -= 1) model.timeline.undo();
      model.held.value = null;
    } else return;
    event.preventDefault();
  };
  const onPointer = (event: PointerEvent): void => {
    const target = event.target as Element;
    const bar = target.closest<HTMLElement>(".bar");
    const to = below(target, event.clientX, days.length);
    if (to === null) return;
    model.at.value = { room: to.row, day: to.day, id: bar?.dataset["id"] ?? null };
    if (bar === null) return;
    const part = { first: Number(bar.dataset["first"]), last: Number(bar.dataset["last"]) };
    dragPatient(model, event, bar.dataset["id"] ?? "", part);
  };
  return (
    <div class="scroll beds-scroll" ref={place}>
      <div role="grid" aria-label={t("beds")} class="bedgrid" onKeyDown={onKey} onPointerDown={onPointer}>
        <div role="row" class="room day-heads">
          <div role="columnheader" class="room-head">
            {t("room")}
          </div>
          <div class="stays" style={{ gridTemplateColumns: `repeat(${days.length}, minmax(3.2rem, 1fr))` }}>
            {days.map((day) => (
              <div role="columnheader" key={day.key}>
                {day.label}
              </div>
            ))}
          </div>
        </div>
        {lines.map((line, row) => (
          <Row
            key={row}
            model={model}
            row={row}
            line={line}
            at={at.room === row ? (at.id ?? "") : null}
            held={model.held.value !== null && at.room === row}
          />
        ))}
      </div>
    </div>
  );
}
