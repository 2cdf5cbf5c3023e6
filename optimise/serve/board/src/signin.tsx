// Signing in: the token goes to the service once, and a cookie that scripts cannot read comes back.
import { signIn } from "./api";
import { t } from "./texts";
import { attempt } from "./ui";

export function SignIn() {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = form.elements.namedItem("token") as HTMLInputElement;
    const given = field.value.trim();
    field.value = "";
    void attempt(() => signIn(given));
  };
  return (
    <form class="signin" onSubmit={submit}>
      <label for="token">{t("token")}</label>
      <input id="token" name="token" type="password" autocomplete="off" required aria-describedby="token-help" />
      <p id="token-help">{t("token_help")}</p>
      <button type="submit">{t("sign_in")}</button>
    </form>
  );
}
