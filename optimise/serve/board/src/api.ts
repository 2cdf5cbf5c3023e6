// Calls of the service. The session is a cookie that scripts cannot read; the header shows that the call is ours.
import { signal } from "@preact/signals";
import type { Board, Change, CoverAnswer, Evaluation, Job, WhyAnswer } from "./types";

export class Refused extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** The tenant who is signed in; null where nobody is, undefined while that is not known. */
export const tenant = signal<string | null | undefined>(undefined);

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { "x-wardwise-board": "1" };
  const raw = body instanceof Blob;
  if (body !== undefined && !raw) headers["content-type"] = "application/json";
  const sent: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) sent.body = raw ? body : JSON.stringify(body);
  const answer = await fetch(path, sent);
  if (answer.ok) return answer;
  if (answer.status === 401) tenant.value = null;
  let detail = answer.statusText;
  try {
    detail = String(((await answer.json()) as { detail: unknown }).detail);
  } catch {
    // the status says it
  }
  throw new Refused(answer.status, detail);
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  return (await (await send(method, path, body)).json()) as T;
}

export async function whoAmI(): Promise<void> {
  tenant.value = (await call<{ tenant: string | null }>("GET", "board/session")).tenant;
}

export async function signIn(token: string): Promise<void> {
  tenant.value = (await call<{ tenant: string }>("POST", "board/session", { token })).tenant;
}

export async function signOut(): Promise<void> {
  await send("DELETE", "board/session");
  tenant.value = null;
}

export interface Asks {
  seconds: number;
}

export const jobs = (): Promise<Job[]> => call("GET", "v1/jobs?most=50");
export const job = (id: string): Promise<Job> => call("GET", `v1/jobs/${id}`);
export const board = (id: string): Promise<Board> => call("GET", `v1/jobs/${id}/board`);
export const stop = (id: string, how: "finish" | "cancel"): Promise<Job> => call("POST", `v1/jobs/${id}/${how}`);
export const example = (which: "ward" | "hospital", asks: Asks): Promise<Job> =>
  call("POST", "v1/jobs/example", { example: which, ...asks });

export async function forget(id: string): Promise<void> {
  await send("DELETE", `v1/jobs/${id}`);
}

export function upload(file: File, asks: Asks): Promise<Job> {
  const kind = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
  return call("POST", `v1/jobs/upload?kind=${encodeURIComponent(kind)}&seconds=${asks.seconds}`, file);
}

export function evaluate<S>(id: string, plan: unknown): Promise<Evaluation<S>> {
  return call("POST", `v1/jobs/${id}/evaluate`, { plan, detail: true });
}

export function cover(id: string, plan: unknown, day: string, shift: string, who: string): Promise<CoverAnswer> {
  return call("POST", `v1/jobs/${id}/cover`, { plan, day, shift, instead_of: who });
}

export function why(id: string, plan: unknown, day: string, who: string, shift?: string): Promise<WhyAnswer> {
  return call("POST", `v1/jobs/${id}/why`, { plan, day, who, ...(shift === undefined ? {} : { shift }) });
}

export interface Again extends Asks {
  changes: Change[];
  freeze_until?: number;
  change_cost?: number;
}

export const replan = (id: string, plan: unknown, asks: Again): Promise<Job> =>
  call("POST", `v1/jobs/${id}/replan`, { plan, ...asks });

export async function workbook(id: string, plan: unknown): Promise<Blob> {
  return (await send("POST", `v1/jobs/${id}/workbook`, { plan })).blob();
}

/** Hand a file to the reader. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
