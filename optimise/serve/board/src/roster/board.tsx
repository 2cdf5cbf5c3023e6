// The board of a ward: grid, what the plan amounts to, and what can be asked about a cell.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import * as api from "../api";
import { Standing } from "../standing";
import { t } from "../texts";
import { planAgain, Toolbar } from "../toolbar";
import type { Changed, Job, Violation, WardBoard as Board } from "../types";
import { attempt, Button, Panel, say } from "../ui";
import { Told, type Answer } from "./answers";
import { Grid, type GridActions } from "./grid";
import { cellsOf, keyOf, WardModel } from "./model";

function Legend(props: { model: WardModel }) {
  return (
    <ul class="legend" aria-label={t("legend")}>
      {props.model.board.duties.map((duty) => (
        <li key={duty.id}>
          <span class="swatch" style={{ background: duty.ink[0], color: duty.ink[1] }}>
            {duty.label}
          </span>{" "}
          {duty.meaning}
        </li>
      ))}
    </ul>
  );
}

interface CellProps {
  model: WardModel;
  actions: GridActions;
  until: number;
  setUntil: (column: number) => void;
}

function Cell(props: CellProps) {
  const { model, actions } = props;
  const [row, column] = model.at.value;
  const state = model.timeline.now.value;
  const word = state.cells[row]?.[column] ?? "";
  const person = model.board.people[row];
  const day = model.board.days[column];
  const mark = model.marks.value[row]?.[column];
  const duty = model.duties.get(word);
  const pinned = state.pins.has(keyOf(row, column));
  return (
    <Panel title={`${person?.name ?? ""}, ${day?.label ?? ""}`} id="cell">
      <p>
        {duty?.meaning ?? t("off")}
        {mark === undefined ? "" : `: ${mark.told}`}
      </p>
      <div class="row" role="group" aria-label={t("set_shift")}>
        {model.board.duties.map((each) => (
          <Button key={each.id} pressed={each.id === word} title={each.meaning} on={() => model.set([[row, column, each.id]])}>
            {each.label}
          </Button>
        ))}
        <Button pressed={word === ""} on={() => model.set([[row, column, ""]])}>
          {t("off")}
        </Button>
      </div>
      <div class="row">
        <Button id="pin" pressed={pinned} on={actions.pin}>
          {t(pinned ? "unpin" : "pin")}
        </Button>
        <Button id="ask-cover" disabled={word === ""} on={actions.cover}>
          {t("who_can_cover")}
        </Button>
        <Button id="ask-why" disabled={word === ""} on={actions.why}>
          {t("why")}
        </Button>
      </div>
      <div class="row">
        <Button id="sick" on={actions.sick}>
          {t("sick")}
        </Button>
        <label>
          {t("sick_until")}
          <select value={props.until} onChange={(event) => props.setUntil(Number(event.currentTarget.value))}>
            {model.board.days.slice(column).map((each, i) => (
              <option key={each.key} value={column + i}>
                {each.label}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Panel>
  );
}

export function WardBoard(props: { job: Job; board: Board; watch: ComponentChildren }) {
  const { job, board } = props;
  const model = useMemo(() => new WardModel(job.id, board), [job.id]);
  const answer = useSignal<Answer | null>(null);
  const asking = useSignal(false);
  const until = useSignal<{ column: number; until: number }>({ column: -1, until: -1 });
  useEffect(() => () => model.judge.close(), [model]);
  useEffect(() => {
    if (board !== model.board && job.summary?.cost != null) model.takeOver(board.plan);
  }, [board]);

  const here = (): { row: number; column: number; who: string; day: string; word: string } => {
    const [row, column] = model.at.peek();
    const word = model.at_(row, column);
    return { row, column, who: board.people[row]?.id ?? "", day: board.days[column]?.key ?? "", word };
  };
  const ask = async (question: () => Promise<Answer>): Promise<void> => {
    asking.value = true;
    answer.value = null;
    answer.value = (await attempt(question)) ?? null;
    asking.value = false;
  };
  const sickUntil = (column: number): number => (until.value.column === column ? until.value.until : column);
  const actions: GridActions = {
    pin: () => {
      const { row, column } = here();
      model.togglePin(row, column);
      say(t(model.timeline.now.peek().pins.has(keyOf(row, column)) ? "pinned" : "unpinned"));
    },
    cover: () => {
      const { day, who, word } = here();
      const shift = model.duties.get(word)?.shift;
      if (shift === undefined) {
        say(t("nobody_works"));
        return;
      }
      void ask(async () => ({ cover: await api.cover(job.id, model.plan.peek(), day, shift, who) }));
    },
    why: () => {
      const { day, who, word } = here();
      if (word !== "") void ask(async () => ({ why: await api.why(job.id, model.plan.peek(), day, who) }));
    },
    sick: () => {
      const { row, column, who, day } = here();
      const last = sickUntil(column);
      const away = { what: "sick" as const, who, first: day, last: board.days[last]?.key ?? day };
      const changes = [...model.pinned({ row, first: column, last }), away];
      void planAgain(job.id, model.plan.peek(), { changes, freeze_until: column });
    },
  };
  const take = (changes: Changed[]): void => {
    const rows = new Map(board.people.map((person, row) => [person.id, row]));
    const columns = new Map(board.days.map((day, column) => [day.key, column]));
    model.set(
      changes.flatMap((one) => {
        const [row, column] = [rows.get(one.who), columns.get(String(one.day))];
        const word = one.after === "-" ? "" : one.after;
        return row === undefined || column === undefined ? [] : [[row, column, word] as const];
      }),
    );
    answer.value = null;
  };
  const go = (violation: Violation): void => {
    const row = board.people.findIndex((person) => violation.who.includes(person.id));
    model.at.value = [row < 0 ? model.at.peek()[0] : row, violation.days[0] ?? 0];
    queueMicrotask(() => document.querySelector<HTMLElement>('td[data-r][tabindex="0"]')?.focus());
  };
  const column = model.at.value[1];
  return (
    <div class="board">
      <h2>{board.name}</h2>
      <Toolbar
        job={job}
        board={board}
        timeline={model.timeline}
        plan={() => model.plan.peek()}
        changes={() => model.pinned()}
        differences={model.differences.value}
        compared={(other) => {
          const fits = other !== null && other.board.kind === "roster";
          model.other.value = fits ? { cells: cellsOf(board, (other.board as Board).plan), cost: other.cost } : null;
        }}
      />
      <div class="parts">
        <div class="main">
          <Grid model={model} actions={actions} />
          <Legend model={model} />
          <p class="help">{t("keys_roster")}</p>
        </div>
        <aside>
          {props.watch}
          <Standing judge={model.judge} job={job} go={go} />
          <Cell
            model={model}
            actions={actions}
            until={sickUntil(column)}
            setUntil={(last) => (until.value = { column, until: last })}
          />
          {asking.value ? <p role="status">{t("asking")}</p> : null}
          {answer.value === null ? null : (
            <Panel title={t("cover" in answer.value ? "who_can_cover" : "why")}>
              <Told
                answer={answer.value}
                days={new Map(board.days.map((day) => [day.key, day.label]))}
                names={new Map(board.people.map((person) => [person.id, person.name]))}
                take={take}
              />
            </Panel>
          )}
        </aside>
      </div>
    </div>
  );
}
