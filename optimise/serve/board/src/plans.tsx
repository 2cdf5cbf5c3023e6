// All plans of the tenant, and how a new one begins.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "./api";
import { number, t } from "./texts";
import type { Job } from "./types";
import { attempt, Button, Panel } from "./ui";

function go(job: Job | undefined): void {
  if (job !== undefined) location.hash = `#/job/${job.id}`;
}

function NewPlan() {
  const seconds = useSignal(20);
  const file = useSignal<File | null>(null);
  const asks = () => ({ seconds: seconds.value });
  return (
    <Panel title={t("new_plan")}>
      <label>
        {t("file")}
        <input
          type="file"
          id="file"
          accept=".xlsx,.yaml,.yml,.json"
          onChange={(event) => (file.value = event.currentTarget.files?.[0] ?? null)}
        />
      </label>
      <label>
        {t("seconds")}
        <input
          type="number"
          id="seconds"
          min={1}
          max={3600}
          value={seconds.value}
          onInput={(event) => (seconds.value = event.currentTarget.valueAsNumber || 20)}
        />
      </label>
      <div class="row">
        <Button
          id="send"
          disabled={file.value === null}
          on={() => {
            const chosen = file.value;
            if (chosen !== null) void attempt(() => api.upload(chosen, asks())).then(go);
          }}
        >
          {t("send")}
        </Button>
        <Button id="example-ward" on={() => void attempt(() => api.example("ward", asks())).then(go)}>
          {t("example_ward")}
        </Button>
        <Button id="example-hospital" on={() => void attempt(() => api.example("hospital", asks())).then(go)}>
          {t("example_hospital")}
        </Button>
      </div>
    </Panel>
  );
}

export function Plans() {
  const found = useSignal<Job[]>([]);
  const refresh = async (): Promise<void> => {
    const made = await attempt(api.jobs);
    if (made !== undefined) found.value = made;
  };
  useEffect(() => {
    void refresh();
  }, []);
  const ended = (job: Job): boolean => job.state !== "queued" && job.state !== "running";
  return (
    <>
      <NewPlan />
      <Panel title={t("plans")}>
        {found.value.length === 0 ? (
          <p>{t("no_plans")}</p>
        ) : (
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">{t("problem")}</th>
                <th scope="col">{t("submitted")}</th>
                <th scope="col">{t("state")}</th>
                <th scope="col">{t("cost")}</th>
                <th scope="col">{t("bound")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {found.value.map((job) => (
                <tr key={job.id}>
                  <th scope="row">
                    <a href={`#/job/${job.id}`}>{job.summary?.instance || job.id.slice(0, 8)}</a>
                  </th>
                  <td>{new Date(job.submitted).toLocaleString(document.documentElement.lang)}</td>
                  <td>{t(`state_${job.state}`)}</td>
                  <td>{number(job.summary?.cost)}</td>
                  <td>{number(job.summary?.lower_bound)}</td>
                  <td>
                    <Button
                      disabled={!ended(job)}
                      on={() => {
                        if (confirm(t("forget_sure"))) void attempt(() => api.forget(job.id)).then(refresh);
                      }}
                    >
                      {t("forget")}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
    </>
  );
}
