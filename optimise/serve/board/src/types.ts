// What the service answers, as far as the board reads it.

export interface Job {
  id: string;
  state: "queued" | "running" | "finished" | "failed" | "cancelled" | "lost";
  /** RFC 3339. */
  submitted: string;
  message: string;
  summary: Summary | null;
}

export interface Summary {
  instance: string | null;
  feasible: boolean | null;
  cost: number | null;
  lower_bound: number | null;
  gap: number | null;
  stop: string | null;
}

export interface Progress {
  seconds: number;
  cost: number | null;
  lower_bound: number | null;
}

export interface Day {
  key: string;
  label: string;
  free: boolean;
}

export interface Violation {
  rule: string;
  hard: boolean;
  amount: number;
  cost: number;
  who: string[];
  days: number[];
  message: string;
}

export interface Evaluation<S> {
  feasible: boolean;
  cost: number;
  hard: number;
  violations: Violation[];
  standing: S;
}

// ---- rosters
export interface Duty {
  id: string;
  label: string;
  shift: string;
  meaning: string;
  ink: [string, string];
}

export interface RosterPlan {
  roster: Record<string, Record<string, string>>;
}

export interface WardBoard {
  kind: "roster";
  name: string;
  plan: RosterPlan;
  people: { id: string; name: string; detail: string }[];
  days: Day[];
  duties: Duty[];
  leave: [number, number][];
  pinned: [number, number][];
}

export interface CoverCell {
  day: number;
  present: number;
  minimum: number;
  maximum: number | null;
  short: number;
  over: number;
  broken: boolean;
}

export interface WardStanding {
  cover: { label: string; rule: string; cells: CoverCell[] }[];
  hours: { hours: number; counted: [number, number] | null; nights: number; cost: number }[];
  requests: { person: number; day: number; wish: string; granted: boolean }[];
}

export interface Changed {
  who: string;
  day: string | number;
  before: string;
  after: string;
}

export interface CoverWay {
  who: string;
  added_cost: number;
  changes: Changed[];
  /** Head counts that must be kept and that stay short. */
  stays_short: string[];
}

/** Why something cannot be: of whom, when, by which rule, and the words without the person. */
export interface Reason {
  rule: string | null;
  who: string[];
  days: (string | number)[];
  message: string;
}

export interface CoverAnswer {
  shift: string;
  instead_of: string | null;
  day: { number: number; label: string };
  possible: boolean;
  alone: CoverWay[];
  swaps: CoverWay[];
  stopped: { who: string; because: Reason[] }[];
}

export interface WhyAnswer {
  who: string;
  has: string;
  wanted: string;
  cost: number;
  cost_wanted: number | null;
  added_cost: number | null;
  lower_bound: number | null;
  proven: boolean;
  impossible: boolean;
  reasons: string[];
  because: Reason[];
  changes: Changed[];
}

// ---- beds
export interface PlannedStay {
  id: string;
  admission?: number;
  rooms?: string[];
  theatre?: string;
  surgery_day?: number;
  beds?: number[];
}

export interface BedPlan {
  patients: PlannedStay[];
  nurses?: unknown[];
}

export interface Patient {
  id: string;
  gender: string;
  nights: number;
  earliest: number;
  latest: number;
  must: boolean;
  lies_in: string | null;
}

export interface HospitalBoard {
  kind: "hospital";
  name: string;
  plan: BedPlan;
  rooms: { id: string; ward: string; beds: number[] }[];
  days: Day[];
  patients: Patient[];
}

export interface BedStanding {
  occupied: number[][];
  waiting: { id: string; must: boolean; reason: string }[];
}

export type Board = WardBoard | HospitalBoard;

export interface Change {
  what: "sick" | "pin" | "unpin" | "close";
  who: string;
  first: string;
  last?: string;
  shift?: string;
}
