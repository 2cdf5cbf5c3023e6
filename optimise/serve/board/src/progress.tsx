// A job that is planned: plan and bound approach each other, as the service tells by server-sent events.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "./api";
import { number, t } from "./texts";
import type { Job, Progress as Point } from "./types";
import { attempt, Button, Panel } from "./ui";

const WIDE = 320;
const HIGH = 110;

/** A line of steps through the points that are known. */
function steps(points: [number, number][], x: (v: number) => number, y: (v: number) => number, end: number): string {
  return points
    .map(([at, value], i) => {
      const next = points[i + 1]?.[0] ?? end;
      return `${i ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)} H${x(next).toFixed(1)}`;
    })
    .join(" ");
}

function Chart(props: { points: Point[] }) {
  const known = (of: (p: Point) => number | null): [number, number][] =>
    props.points.flatMap((p) => (of(p) === null ? [] : [[p.seconds, of(p) as number] as [number, number]]));
  const costs = known((p) => p.cost);
  const bounds = known((p) => p.lower_bound);
  const values = [...costs, ...bounds].map(([, value]) => value);
  const end = Math.max(1, ...props.points.map((p) => p.seconds));
  const low = Math.min(0, ...values);
  const high = Math.max(low + 1, ...values.slice().sort((a, b) => a - b).slice(0, Math.max(1, Math.ceil(values.length * 0.95))));
  const x = (v: number): number => (WIDE * v) / end;
  const y = (v: number): number => HIGH - 4 - ((HIGH - 8) * (Math.min(v, high) - low)) / (high - low);
  return (
    <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={t("progress")} class="chart">
      <path d={steps(costs, x, y, end)} class="plan-line" />
      <path d={steps(bounds, x, y, end)} class="bound-line" />
      <text x={4} y={12}>
        {number(high)}
      </text>
      <text x={4} y={HIGH - 6}>
        {number(low)}
      </text>
    </svg>
  );
}

/** Watches a job until its end and tells it then. */
export function Watch(props: { id: string; ended: (job: Job) => void }) {
  const points = useSignal<Point[]>([]);
  useEffect(() => {
    const source = new EventSource(`v1/jobs/${props.id}/events`);
    source.addEventListener("progress", (event) => {
      points.value = [...points.value, JSON.parse(event.data as string) as Point];
    });
    source.addEventListener("end", (event) => {
      source.close();
      const job = JSON.parse(event.data as string) as Job | null;
      if (job !== null) props.ended(job);
    });
    return () => source.close();
  }, [props.id]);
  const last = points.value.at(-1);
  const line = last?.cost == null ? "progress_first" : last.lower_bound == null ? "progress_open" : "progress_line";
  return (
    <Panel title={t("progress")} id="watch">
      <Chart points={points.value} />
      <p role="status" id="progress-line">
        {last === undefined
          ? t("state_queued")
          : t(line, {
              seconds: number(Math.round(last.seconds)),
              cost: number(last.cost),
              bound: number(last.lower_bound),
            })}
      </p>
      <p>{t("board_from_hand")}</p>
      <div class="row">
        <Button id="finish" on={() => void attempt(() => api.stop(props.id, "finish"))}>
          {t("finish")}
        </Button>
        <Button on={() => void attempt(() => api.stop(props.id, "cancel"))}>{t("cancel")}</Button>
      </div>
    </Panel>
  );
}
