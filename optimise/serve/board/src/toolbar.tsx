// What can be done with the whole plan: undo, plan on, compare, download, print.
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "./api";
import { number, t } from "./texts";
import type { Timeline } from "./timeline";
import type { Board, Change, Job } from "./types";
import { attempt, Button } from "./ui";

/** Seconds of a re-plan that is asked for in one gesture. */
const SECONDS = 20;
/** The plan that the last re-plan began from: what its result is compared with. */
const from = signal("");

/** Plan again from the plan on the board and open the new job. */
export async function planAgain(job: string, plan: unknown, asks: Omit<api.Again, "seconds">): Promise<void> {
  const made = await attempt(() => api.replan(job, plan, { seconds: SECONDS, ...asks }));
  if (made === undefined) return;
  from.value = job;
  location.hash = `#/job/${made.id}`;
}

interface Other {
  board: Board;
  cost: number | null;
}

interface Props {
  job: Job;
  board: Board;
  timeline: Timeline<unknown>;
  plan: () => unknown;
  changes: () => Change[];
  differences: number;
  compared: (other: Other | null) => void;
}

function Compare(props: Props) {
  const others = useSignal<Job[]>([]);
  const chosen = useSignal<Job | null>(null);
  const choose = async (id: string): Promise<void> => {
    const job = others.value.find((each) => each.id === id) ?? null;
    const board = job === null ? undefined : await attempt(() => api.board(job.id));
    chosen.value = job;
    props.compared(job === null || board === undefined ? null : { board, cost: job.summary?.cost ?? null });
  };
  useEffect(() => {
    void attempt(api.jobs).then((all) => {
      others.value = (all ?? []).filter((each) => each.id !== props.job.id && each.summary?.cost != null);
      if (from.value !== "" && others.value.some((each) => each.id === from.value)) void choose(from.value);
      from.value = "";
    });
  }, [props.job.state]);
  return (
    <>
      <label>
        {t("compare")}
        <select id="compare" value={chosen.value?.id ?? ""} onChange={(event) => void choose(event.currentTarget.value)}>
          <option value="">{t("compare_none")}</option>
          {others.value.map((each) => (
            <option key={each.id} value={each.id}>
              {each.summary?.instance} · {number(each.summary?.cost)} ·{" "}
              {new Date(each.submitted).toLocaleTimeString(document.documentElement.lang)}
            </option>
          ))}
        </select>
      </label>
      {chosen.value === null ? null : (
        <span id="differences" role="status">
          {t("compare_told", { count: props.differences, cost: number(chosen.value.summary?.cost) })}
        </span>
      )}
    </>
  );
}

export function Toolbar(props: Props) {
  const finished = props.job.state === "finished";
  const name = props.board.name.replace(/[^\p{L}\p{N}]+/gu, "-");
  const workbook = async (): Promise<void> => {
    const made = await attempt(() => api.workbook(props.job.id, props.plan()));
    if (made !== undefined) api.save(made, `${name}.xlsx`);
  };
  const json = (): void => {
    api.save(new Blob([JSON.stringify(props.plan(), null, 1)], { type: "application/json" }), `${name}.json`);
  };
  return (
    <div class="toolbar" role="toolbar" aria-label={props.board.name}>
      <Button id="undo" disabled={!props.timeline.canUndo.value} on={() => props.timeline.undo()}>
        {t("undo")}
      </Button>
      <Button id="redo" disabled={!props.timeline.canRedo.value} on={() => props.timeline.redo()}>
        {t("redo")}
      </Button>
      <Button
        id="plan-on"
        title={t("plan_on_help")}
        on={() => void planAgain(props.job.id, props.plan(), { changes: props.changes(), change_cost: 0 })}
      >
        {t("plan_on")}
      </Button>
      <Button id="workbook" disabled={!finished} on={() => void workbook()}>
        {t("download")}
      </Button>
      <Button id="json" on={json}>
        {t("download_plan")}
      </Button>
      <Button on={() => print()}>{t("print")}</Button>
      {finished ? (
        <a href={`v1/jobs/${props.job.id}/report`} target="_blank" rel="noreferrer">
          {t("report")}
        </a>
      ) : null}
      <Compare {...props} />
    </div>
  );
}
