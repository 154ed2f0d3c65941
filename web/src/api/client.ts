// One function a route; every failure is a sentence.
import type {
  About, ClearShown, FolderListing, Job, LossPage, MetersShown, ModelCard, ModelShown, PicturePage, PreviewShown, Schema, Workspace,
} from './types';

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const request: RequestInit = { method, ...(signal ? { signal } : {}) };
  if (body !== undefined) {
    const raw = body instanceof Blob;
    request.body = raw ? body : JSON.stringify(body);
    request.headers = { 'Content-Type': raw ? 'application/octet-stream' : 'application/json' };
  }
  const reply = await fetch(path, request);
  const text = await reply.text();
  if (reply.ok) return (text ? JSON.parse(text) : {}) as T;
  let told = { code: 'refused', message: reply.statusText || `HTTP ${reply.status}`, hint: '' };
  try {
    told = { ...told, ...(JSON.parse(text) as { error: typeof told }).error };
  } catch {
    // Not one of our answers: its status says all there is.
  }
  throw new Refused(reply.status, told.code, told.message, told.hint);
}

export interface JobRequest {
  verb: string;
  positionals?: Record<string, string>;
  options?: Record<string, string | number | boolean>;
  at_once?: boolean;
}

const model = (name: string) => `/api/models/${encodeURIComponent(name)}`;
const job = (name: string) => `/api/jobs/${encodeURIComponent(name)}`;

export const api = {
  about: () => ask<About>('GET', '/api/studio'),
  schema: () => ask<Schema>('GET', '/api/schema'),
  workspace: () => ask<Workspace>('GET', '/api/workspace'),
  open: (path: string, create: boolean) => ask<About>('POST', '/api/workspace', { path, create }),
  start: (request: JobRequest) => ask<{ job: string }>('POST', '/api/jobs', request),
  /** Starts nothing: the command line that does the same, or what is wrong with what is asked for. */
  commandLine: (request: JobRequest) => ask<{ command: string; problem: string }>('POST', '/api/jobs', { ...request, dry: true }),
  job: (name: string) => ask<Job>('GET', job(name)),
  cancel: (name: string) => ask('POST', `${job(name)}/cancel`, {}),
  pause: (name: string) => ask('POST', `${job(name)}/pause`, {}),
  resume: (name: string) => ask('POST', `${job(name)}/resume`, {}),
  retry: (name: string) => ask<{ job: string }>('POST', `${job(name)}/retry`, {}),
  command: (name: string, command: string, key?: string, value?: string) =>
    ask('POST', `${job(name)}/command`, { command, key, value }),
  order: (jobs: string[]) => ask('POST', '/api/queue', { jobs }),
  pictures: (wall: string, from: number, count: number) =>
    ask<PicturePage>('GET', `/api/${wall}?from=${from}&count=${count}`),
  models: () => ask<ModelShown[]>('GET', '/api/models'),
  cards: () => ask<ModelCard[]>('GET', '/api/model-cards'),
  previews: (name: string) => ask<PreviewShown[]>('GET', `${model(name)}/previews`),
  notes: (name: string) => ask<{ time: number; text: string }[]>('GET', `${model(name)}/notes`),
  note: (name: string, text: string) => ask('POST', `${model(name)}/notes`, { text }),
  modelLosses: (name: string, points: number, from = 0, to = -1) =>
    ask<LossPage>('GET', `${model(name)}/losses?points=${points}&from=${from}&to=${to}`),
  jobLosses: (name: string, points: number) => ask<LossPage>('GET', `${job(name)}/losses?points=${points}`),
  meters: () => ask<MetersShown>('GET', '/api/meters'),
  folder: (path: string) => ask<FolderListing>('GET', `/api/folders?path=${encodeURIComponent(path)}`),
  clearing: (step: string, side: string, name: string) =>
    ask<ClearShown>('GET', `/api/clear?step=${step}&side=${side}&model=${encodeURIComponent(name)}`),
  piece: (batch: string, name: string, size: number, offset: number, piece: Blob) =>
    ask<{ have: number; whole: boolean }>(
      'POST', `/api/uploads/${batch}?name=${encodeURIComponent(name)}&size=${size}&offset=${offset}`, piece),
  bring: (path: string, as: string, side: string) => ask<{ job: string }>('POST', '/api/bring', { path, as, side }),
  take: (batch: string, as: string, side: string, name = '') =>
    ask<{ moved?: number; job?: string; workspace?: string }>('POST', `/api/uploads/${batch}/take`, { as, side, name }),
};

export const pictureUrl = (path: string, size: number, v?: string) =>
  `/api/picture?path=${encodeURIComponent(path)}&size=${size}${v ? `&v=${v}` : ''}`;
export const fileUrl = (path: string, v?: string | number) =>
  `/api/file?path=${encodeURIComponent(path)}${v ? `&v=${v}` : ''}`;
export const eventsUrl = (name: string) => `${job(name)}/events`;
