// Cost, bound and broken rules of the plan on the board: the same for rosters and beds.
import type { Judge } from "./judge";
import { number, t } from "./texts";
import type { Job, Violation } from "./types";
import { Panel } from "./ui";

const MOST = 60;

export function Standing<S>(props: { judge: Judge<S>; job: Job; go: (violation: Violation) => void }) {
  const found = props.judge.found.value;
  const bound = props.job.summary?.lower_bound;
  const broken = [...(found?.violations ?? [])].sort((a, b) => Number(b.hard) - Number(a.hard) || b.cost - a.cost);
  return (
    <>
      <Panel title={t("cost")} id="standing">
        <p class="figures" role="status">
          <strong id="cost" data-took={props.judge.took.value.toFixed(1)}>
            {found === null ? t("evaluating") : number(found.cost)}
          </strong>
          <span id="usable" class={found === null || found.feasible ? "kept" : "hard"}>
            {found === null ? "" : found.feasible ? t("usable") : t("not_usable", { amount: number(found.hard) })}
          </span>
        </p>
        <p>
          {t("bound")}: <span id="bound">{number(bound)}</span>
        </p>
        {props.judge.error.value ? <p class="alert">{t("failed", { detail: props.judge.error.value })}</p> : null}
      </Panel>
      <Panel title={t("broken")} id="broken">
        {found !== null && broken.length === 0 ? <p>{t("broken_none")}</p> : null}
        <ol>
          {broken.slice(0, MOST).map((violation, i) => (
            <li key={i} class={violation.hard ? "hard" : "soft"}>
              <button type="button" class="link" onClick={() => props.go(violation)}>
                {violation.message || violation.rule}
              </button>{" "}
              <small>{violation.hard ? t("hard") : t("costs", { cost: number(violation.cost) })}</small>
            </li>
          ))}
        </ol>
        {broken.length > MOST ? <p>{t("broken_more", { count: broken.length - MOST })}</p> : null}
      </Panel>
    </>
  );
}
