// The board of a hospital: rooms by days, who waits, and what can be done with a patient or a room.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Standing } from "../standing";
import { t } from "../texts";
import { planAgain, Toolbar } from "../toolbar";
import type { HospitalBoard, Job, Violation } from "../types";
import { Button, Panel } from "../ui";
import { BedGrid, dragPatient } from "./grid";
import { BedModel } from "./model";

function Waiting(props: { model: BedModel }) {
  const { model } = props;
  const waiting = model.judge.found.value?.standing.waiting ?? [];
  return (
    <Panel title={t("waiting")} id="waiting">
      {waiting.length === 0 ? <p>{t("waiting_none")}</p> : null}
      <ul>
        {waiting.map((one) => (
          <li key={one.id} class={one.must ? "hard" : ""}>
            <span class="chip" onPointerDown={(event) => dragPatient(model, event, one.id)}>
              {one.id}
            </span>{" "}
            {one.must ? t("waiting_of", { reason: one.reason }) : one.reason}{" "}
            <Button
              on={() => {
                const { room, day } = model.at.peek();
                model.move(one.id, room, day);
              }}
            >
              {t("put_here")}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface ChosenProps {
  model: BedModel;
  first: number;
  last: number;
  setSpan: (first: number, last: number) => void;
  close: () => void;
}

function Days(props: { model: BedModel; from: number; value: number; label: string; on: (day: number) => void }) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.on(Number(event.currentTarget.value))}>
        {props.model.board.days.slice(props.from).map((day, i) => (
          <option key={day.key} value={props.from + i}>
            {day.label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Chosen(props: ChosenProps) {
  const { model } = props;
  const { room, id } = model.at.value;
  const patient = id === null ? undefined : model.patients.get(id);
  const stay = id === null ? undefined : model.timeline.now.value.get(id);
  const label = (day: number): string => model.board.days[day]?.label ?? "";
  return (
    <Panel title={model.board.rooms[room]?.id ?? ""} id="chosen">
      <div class="row">
        <Days
          model={model}
          from={0}
          value={props.first}
          label={t("close_from")}
          on={(day) => props.setSpan(day, Math.max(day, props.last))}
        />
        <Days
          model={model}
          from={props.first}
          value={props.last}
          label={t("close_until")}
          on={(day) => props.setSpan(props.first, day)}
        />
        <Button id="close" on={props.close}>
          {t("close")}
        </Button>
      </div>
      {patient === undefined ? (
        <p>{t("pick_patient")}</p>
      ) : (
        <>
          <h3>{t("patient_short", { id: patient.id, gender: patient.gender })}</h3>
          {stay?.admission === undefined ? null : (
            <p>{t("admission", { day: label(stay.admission), nights: patient.nights })}</p>
          )}
          <p>
            {patient.lies_in === null
              ? t("window", { first: label(patient.earliest), last: label(patient.latest) })
              : t("in_hospital")}
          </p>
          <Button disabled={patient.lies_in !== null} on={() => model.sendAway(patient.id)}>
            {t("send_away")}
          </Button>
        </>
      )}
    </Panel>
  );
}

export function BedBoard(props: { job: Job; board: HospitalBoard; watch: ComponentChildren }) {
  const { job, board } = props;
  const model = useMemo(() => new BedModel(job.id, board), [job.id]);
  const span = useSignal<{ room: number; first: number; last: number } | null>(null);
  useEffect(() => () => model.judge.close(), [model]);
  useEffect(() => {
    if (board !== model.board && job.summary?.cost != null) model.takeOver(board.plan);
  }, [board]);
  const { room, day } = model.at.value;
  const chosen = span.value?.room === room ? span.value : { first: day, last: board.days.length - 1 };
  const close = (): void => {
    const [first, last] = [board.days[chosen.first]?.key ?? "0", board.days[chosen.last]?.key ?? "0"];
    const changes = [{ what: "close" as const, who: board.rooms[room]?.id ?? "", first, last }];
    void planAgain(job.id, model.plan.peek(), { changes, freeze_until: chosen.first });
  };
  const go = (violation: Violation): void => {
    const id = violation.who.find((who) => model.patients.has(who)) ?? null;
    const stay = id === null ? undefined : model.timeline.now.peek().get(id);
    const part = stay === undefined ? undefined : model.stretches(stay)[0];
    const named = violation.who.map((who) => model.rooms.get(who)).find((row) => row !== undefined);
    model.at.value = { room: part?.room ?? named ?? room, day: part?.first ?? violation.days[0] ?? 0, id: part ? id : null };
  };
  return (
    <div class="board">
      <h2>{board.name}</h2>
      <Toolbar
        job={job}
        board={board}
        timeline={model.timeline}
        plan={() => model.plan.peek()}
        changes={() => []}
        differences={model.differences.value}
        compared={(other) => {
          const fits = other !== null && other.board.kind === "hospital";
          model.other.value = fits ? new Map((other.board as HospitalBoard).plan.patients.map((one) => [one.id, one])) : null;
        }}
      />
      <div class="parts">
        <div class="main">
          <BedGrid model={model} close={close} />
          <p class="help">{t("keys_beds")}</p>
        </div>
        <aside>
          {props.watch}
          <Standing judge={model.judge} job={job} go={go} />
          <Chosen
            model={model}
            first={chosen.first}
            last={chosen.last}
            setSpan={(first, last) => (span.value = { room, first, last })}
            close={close}
          />
          <Waiting model={model} />
        </aside>
      </div>
    </div>
  );
}
