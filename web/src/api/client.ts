// One function a route; every failure is a sentence.
import type { About, Job, PicturePage, Schema, Workspace } from './types';

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

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const request: RequestInit = { method };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { 'Content-Type': 'application/json' };
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

const job = (name: string) => `/api/jobs/${encodeURIComponent(name)}`;

export const api = {
  about: () => ask<About>('GET', '/api/studio'),
  schema: () => ask<Schema>('GET', '/api/schema'),
  workspace: () => ask<Workspace>('GET', '/api/workspace'),
  open: (path: string, create: boolean) => ask<About>('POST', '/api/workspace', { path, create }),
  start: (request: JobRequest) => ask<{ job: string }>('POST', '/api/jobs', request),
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
};

export const pictureUrl = (path: string, size: number, v?: string) =>
  `/api/picture?path=${encodeURIComponent(path)}&size=${size}${v ? `&v=${v}` : ''}`;
export const fileUrl = (path: string, v?: string | number) =>
  `/api/file?path=${encodeURIComponent(path)}${v ? `&v=${v}` : ''}`;
export const eventsUrl = (name: string) => `${job(name)}/events`;
