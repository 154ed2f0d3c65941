// What the server sends (server/routes.cpp). Verbs and events are the program's own (docs/schema.ts, which a test holds).
import type { MetricEvent, PreviewEvent, ProgressEvent, VerbName } from '../../../docs/schema';

export type JobState =
  | 'waiting'
  | 'starting'
  | 'running'
  | 'paused'
  | 'stopping'
  | 'done'
  | 'failed'
  | 'cancelled';

export interface Job {
  job: string;
  verb: VerbName;
  /** Where it was when the job began. */
  workspace: string;
  state: JobState;
  positionals: Record<string, string>;
  options: Record<string, string | number | boolean>;
  asked: number;
  started: number;
  newest: number;
  last_id: number;
  stage: string;
  progress: ProgressEvent | null;
  metric: Pick<MetricEvent, 'at' | 'values'> | null;
  warnings: number;
  last_warning: string;
  /** A training that went back to its last save, so many times. */
  rollbacks: number;
  pid: number;
  /** Started here, so that it takes commands and can be started again. */
  here: boolean;
  /** It waits, but was asked for in another folder or on another machine: it begins here only when it is asked for again. */
  held: boolean;
  commands: string[];
  command: string;
  place?: number;
  /** What it failed by; or, while it waits, why it could not be begun yet. */
  error?: { code: string; message: string; hint?: string };
  report?: Record<string, unknown> | null;
  previews?: Pick<PreviewEvent, 'slot' | 'version' | 'path'>[];
}

export interface Step {
  step: string;
  state: 'empty' | 'current' | 'stale';
  why: string;
  sides?: Record<'src' | 'dst', Record<string, unknown>>;
  [figure: string]: unknown;
}

export interface Model {
  name: string;
  class: string;
  iteration: number;
  time: number;
  options: Record<string, string | number | boolean>;
}

export interface Picture {
  path: string;
  v: string;
}

/** A job as the server proposes it. */
export interface Proposed {
  verb: VerbName;
  positionals?: Record<string, string>;
  options: Record<string, string | number | boolean>;
}

export interface ModelState {
  /** Its number, 1 the newest; 0: a generation of the model itself. */
  backup: number;
  iteration: number;
  seconds: number;
  time: number;
  bytes: number;
  picture: Picture | null;
  restore: Proposed;
}

export interface ModelShown extends Model {
  seconds: number;
  bytes: number;
  preview: Picture | null;
  verify: Proposed;
  note: string;
  notes: number;
  states: ModelState[];
}

export interface ModelCard extends Proposed {
  card: string;
  fields: string[];
  plan: Record<string, boolean>;
}

export interface Forecast {
  model: string;
  class: string;
  new: boolean;
  resolution: number;
  schedule: string;
  memory: number;
  available: number;
  seconds_per_iteration: number;
  seconds: number;
  iterations: number;
  stages: { name: string; resolution: number; seconds: number; iterations: number }[];
  options: Record<string, string | number | boolean>;
}

export interface Thinned {
  names: string[];
  at: number[];
  mean: (number | null)[][];
  low: (number | null)[][];
  high: (number | null)[][];
  total: number;
  first: number;
  last: number;
}

export interface Mark {
  at: number;
  /** `stands`: where the model is now, when its curves go further: a state before was brought back. */
  kind: 'option' | 'stage' | 'set' | 'rollback' | 'stands';
  text: string;
  time: number | string;
}

export interface LossPage extends Thinned {
  validation: Thinned;
  marks: Mark[];
  /** Of a job: which one it trained. */
  model?: string;
}

export interface PreviewShown {
  name: string;
  now: Picture | null;
  kept: (Picture & { iteration: number; time: number })[];
}

export interface MetersShown {
  processor: number;
  memory: { used: number; total: number };
  disk: { free: number };
  gpus: { name: string; busy: number; memory_used: number; memory_total: number }[];
  jobs: Record<string, { processors: number; memory: number }>;
}

export interface FolderListing {
  path: string;
  parent: string;
  folders: string[];
  files: string[];
  more: boolean;
}

export interface ClearShown {
  job?: Proposed;
  undo: Proposed;
  going: { path: string; files: number; bytes: number }[];
  last: string;
}

export interface Workspace {
  root: string;
  name: string;
  disk_free: number;
  memory_total: number;
  memory_available: number;
  models: Model[];
  steps: Step[];
}

export interface About {
  version: string;
  machine: { processor: string; threads: number; memory: number };
  workspace: string | null;
  recent: { path: string; there: boolean }[];
}

export interface OptionRow {
  key: string;
  label: string;
  help: string;
  group: string;
  kind: 'boolean' | 'integer' | 'number' | 'text' | 'path' | 'choice';
  default: string | number | boolean;
  min?: number | null;
  max?: number | null;
  step?: number | null;
  choices?: string[];
  when: 'creation' | 'start' | 'live';
  advanced: boolean;
}

export interface Verb {
  name: string;
  summary: string;
  examples: string[];
  positionals: { name: string; help: string; choices: string[]; required: boolean }[];
  options: OptionRow[];
  commands: string[];
  keeps_log: boolean;
}

export interface Schema {
  verbs: Verb[];
}

export interface PicturePage {
  total: number;
  from: number;
  pictures: { name: string; path: string; v: string }[];
}
