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
  /** Started here, so that it takes commands and can be started again. */
  here: boolean;
  commands: string[];
  command: string;
  place?: number;
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
