// The board: sign in, choose a plan, work on it.
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import { tenant, signIn, signOut, whoAmI } from "./api";
import { JobView } from "./job";
import { Plans } from "./plans";
import { SignIn } from "./signin";
import { t } from "./texts";
import { anyByHand, forgetAll } from "./timeline";
import { attempt, Button, Notices } from "./ui";

/** The job of the address (`#/job/ID`), empty on the page of all plans. */
const opened = signal("");

function look(): void {
  opened.value = /^#\/job\/([0-9a-f]{32})$/.exec(location.hash)?.[1] ?? "";
}

function Page() {
  const who = tenant.value;
  return (
    <>
      <header>
        <h1>{t("title")}</h1>
        {who ? (
          <>
            {opened.value ? <a href="#/">{t("back")}</a> : null}
            <span>{t("signed_in", { tenant: who })}</span>
            <Button
              on={() => {
                if (!anyByHand() || confirm(t("sign_out_sure"))) void attempt(() => signOut().then(forgetAll));
              }}
            >
              {t("sign_out")}
            </Button>
          </>
        ) : null}
      </header>
      <Notices />
      <main>
        {who === undefined ? null : who === null ? (
          <SignIn />
        ) : opened.value ? (
          <JobView key={opened.value} id={opened.value} />
        ) : (
          <Plans />
        )}
      </main>
    </>
  );
}

async function begin(): Promise<void> {
  const given = /^#token=(\w[\w-]*)$/.exec(location.hash)?.[1];
  if (given !== undefined) {
    history.replaceState(null, "", location.pathname); // the token stays in no address
  }
  await attempt(whoAmI);
  if (given !== undefined && !tenant.value) await attempt(() => signIn(given)); // a link takes nobody's session over
  look();
}

addEventListener("hashchange", look);
effect(() => {
  document.title = t("title");
});
const place = document.getElementById("board");
if (place !== null) render(<Page />, place);
void begin();
