// All words of the board. Another language is another file with the same keys.
import english from "../texts/en.json";

export type Key = keyof typeof english;
type Catalogue = Record<Key, string>;

const catalogues: Record<string, Catalogue> = { en: english };
const words: Catalogue = catalogues[document.documentElement.lang] ?? english;

/** A text of the catalogue with `{names}` filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return words[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });

/** A number for people: at most two decimals; what is not known is said to be unknown. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return t("unknown");
  return format.format(value);
}

/** What a change of cost is, in words. */
export function added(amount: number): string {
  if (Math.abs(amount) < 1e-9) return t("added_same");
  return t(amount > 0 ? "added_more" : "added_less", { amount: number(Math.abs(amount)) });
}
