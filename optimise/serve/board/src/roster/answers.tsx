// Answers about one cell: who can cover, and why it is so.
import { added, number, t } from "../texts";
import type { Changed, CoverAnswer, Reason, WhyAnswer } from "../types";
import { Button } from "../ui";

export type Answer = { cover: CoverAnswer } | { why: WhyAnswer };

const MOST = 12;

function label(key: string | number, labels: ReadonlyMap<string, string>): string {
  return labels.get(String(key)) ?? String(key);
}

/** A reason in the board's words: of whom it speaks, where that is somebody else. */
function spoken(reason: Reason, who: string, names: ReadonlyMap<string, string>): string {
  const others = reason.who.filter((id) => id !== who).map((id) => label(id, names));
  return others.length === 0 ? reason.message : `${others.join(", ")}: ${reason.message}`;
}

interface Props {
  days: ReadonlyMap<string, string>;
  /** What the board calls each person. */
  names: ReadonlyMap<string, string>;
  take: (changes: Changed[]) => void;
}

function Cover(props: Props & { found: CoverAnswer }) {
  const { found } = props;
  const ways = [
    ...found.alone.map((way) => ({ way, key: "cover_alone" as const })),
    ...found.swaps.map((way) => ({ way, key: "cover_swap" as const })),
  ].sort((a, b) => Number(a.way.stays_short.length > 0) - Number(b.way.stays_short.length > 0));
  return (
    <div id="answer" aria-live="polite">
      <p>
        {t("cover_answer", {
          shift: found.shift,
          day: found.day.label,
          who: label(found.instead_of ?? "", props.names),
        })}
      </p>
      {!found.possible ? <p>{t("cover_nobody")}</p> : null}
      <ul>
        {ways.map(({ way, key }) => (
          <li key={key + way.who} class={way.stays_short.length > 0 ? "hard" : ""}>
            {t(key, { who: label(way.who, props.names), added: added(way.added_cost) })}
            {way.stays_short.length > 0 ? t("cover_stays", { rules: way.stays_short.join("; ") }) : ""}{" "}
            <Button on={() => props.take(way.changes)}>{t("take")}</Button>
          </li>
        ))}
        {found.stopped.map((one) => (
          <li key={one.who} class="stopped">
            {t("cover_stopped", { who: label(one.who, props.names), reasons: one.because.map((reason) => spoken(reason, one.who, props.names)).join("; ") })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Why(props: Props & { found: WhyAnswer }) {
  const { found } = props;
  const lines: string[] = [];
  if (found.impossible && found.because.length) {
    lines.push(t("why_impossible"), ...found.because.map((reason) => spoken(reason, "", props.names)));
  } else if (found.impossible) lines.push(t("why_impossible"), ...found.reasons);
  else if (found.added_cost === null) lines.push(t("why_unknown"));
  else {
    lines.push(t("why_added", { wanted: found.wanted, added: added(found.added_cost) }));
    if (found.proven) lines.push(t("why_proven"));
    else if (found.lower_bound !== null) lines.push(t("why_least", { bound: number(found.lower_bound) }));
  }
  return (
    <div id="answer" aria-live="polite">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {found.changes.length === 0 ? null : (
        <>
          <p>
            {t("why_changes")} <Button on={() => props.take(found.changes)}>{t("take")}</Button>
          </p>
          <ul>
            {found.changes.slice(0, MOST).map((one, i) => (
              <li key={i}>
                {t("change", {
                  day: label(one.day, props.days),
                  who: label(one.who, props.names),
                  after: one.after,
                  before: one.before,
                })}
              </li>
            ))}
          </ul>
          {found.changes.length > MOST ? <p>{t("broken_more", { count: found.changes.length - MOST })}</p> : null}
        </>
      )}
    </div>
  );
}

export function Told(props: Props & { answer: Answer }) {
  const { answer, ...rest } = props;
  return "cover" in answer ? <Cover {...rest} found={answer.cover} /> : <Why {...rest} found={answer.why} />;
}
