// One job: watch it, then its board.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "./api";
import { BedBoard } from "./beds/board";
import { Watch } from "./progress";
import { WardBoard } from "./roster/board";
import { number, t } from "./texts";
import type { Board, Job } from "./types";
import { attempt, say } from "./ui";

export function JobView(props: { id: string }) {
  const job = useSignal<Job | null>(null);
  const board = useSignal<Board | null>(null);
  const load = async (): Promise<void> => {
    const made = await attempt(() => Promise.all([api.job(props.id), api.board(props.id)]));
    if (made === undefined) return;
    [job.value, board.value] = made;
  };
  useEffect(() => {
    void load();
  }, [props.id]);
  const now = job.value;
  const shown = board.value;
  if (now === null || shown === null) return null;
  const goes = now.state === "queued" || now.state === "running";
  const watch = goes ? (
    <Watch
      id={props.id}
      ended={(ended) => {
        say(t("taken_over", { cost: number(ended.summary?.cost) }));
        void load();
      }}
    />
  ) : null;
  const told = (
    <p class="told">
      {t(`state_${now.state}`)} {now.message}
    </p>
  );
  // after the end the board takes the plan over; what was done by hand until then can be had back by undo
  return shown.kind === "roster" ? (
    <WardBoard job={now} board={shown} watch={watch ?? told} />
  ) : (
    <BedBoard job={now} board={shown} watch={watch ?? told} />
  );
}
