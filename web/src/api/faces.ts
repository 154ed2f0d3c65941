// The faces' routes (server/face_routes.cpp).
import { ask } from './client';
import type { Side } from '../stores/place.svelte';

export interface FaceRow {
  id: number;
  name: string;
  path: string;
  v: string;
  measured: boolean;
  /** A bit for each reason of `Measures.reasons`. */
  reasons: number;
  person: number | null;
  polygons: number | null;
  masked: boolean;
  marked: boolean;
  /** Of the order's column. */
  value?: number | null;
  /** How many are folded behind it. */
  behind?: number;
}
export interface FaceWindow {
  version: number;
  epoch: string;
  total: number;
  all: number;
  from: number;
  unmeasured: number;
  trouble: string;
  undo: string;
  redo: string;
  faces: FaceRow[];
}
export interface Measures {
  columns: { name: string; help: string; kind: 'number' | 'text' | 'condition'; known: number; least?: number | null; most?: number | null }[];
  functions: { name: string; help: string }[];
  reasons: { name: string; condition: string; help: string; faces: number }[];
}
export interface Picture { path: string; v: string }
export interface FaceDetails {
  id: number;
  name: string;
  path: string;
  v: string;
  bytes: number;
  state: string;
  problem: string;
  face_type: string;
  reasons: number;
  marked: boolean;
  person_name?: string;
  numbers: Record<string, number>;
  landmarks?: [number, number][];
  polygons?: [number, number][][];
  frame: { name: string; picture: Picture | null; rect: [number, number, number, number] | null; landmarks: [number, number][] | null } | null;
  debug: Picture | null;
}
export interface Person { person: number; name: string; faces: number; tracks: number; examples: FaceRow[] }
export interface CoverageMap {
  name: 'pose' | 'expression' | 'light';
  x: { column: string; low: number; step: number; cells: number };
  y: { column: string; low: number; step: number; cells: number };
  src: number[];
  dst: number[];
  gap: number[];
}
export interface Coverage {
  unmeasured: number;
  src_faces: number;
  dst_faces: number;
  covered: number;
  enough: number;
  maps: CoverageMap[];
  worst: { id: number; name: string; source: string; path: string; v: string; gaps: number[] }[];
}
export interface Change {
  do: 'throw-out' | 'bring-back' | 'mark' | 'person' | 'keep-persons' | 'name' | 'undo' | 'redo';
  epoch?: string;
  ids?: number[];
  persons?: number[];
  person?: number;
  names?: string[];
  name?: string;
  on?: boolean;
}
export interface Changed { what: string; faces: number; missing: number }
export interface Numbers { version: number; ids: Uint32Array; columns: Float32Array[] }

const side = (of: Side) => `/api/faces/${of}`;

export const facesApi = {
  filter: (text: string) =>
    ask<{ wrong: { message: string; hint: string; at: number; length: number } | null }>('GET', `/api/filter?text=${encodeURIComponent(text)}`),
  list: (of: Side, query: string, from: number, count: number) =>
    ask<FaceWindow>('GET', `${side(of)}/list?${query}&from=${from}&count=${count}`),
  numbers: async (of: Side, query: string, columns: string[]): Promise<Numbers> => {
    const reply = await fetch(`${side(of)}/numbers?${query}&columns=${columns.join(',')}`);
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    const bytes = await reply.arrayBuffer();
    const [count = 0, version = 0] = new Uint32Array(bytes, 0, 2);
    return {
      version,
      ids: new Uint32Array(bytes, 8, count),
      columns: columns.map((_, i) => new Float32Array(bytes, 8 + 4 * count * (i + 1), count)),
    };
  },
  measures: (of: Side) => ask<Measures>('GET', `${side(of)}/measures`),
  face: (of: Side, id: number, signal: AbortSignal) => ask<FaceDetails>('GET', `${side(of)}/face?id=${id}`, undefined, signal),
  persons: (of: Side) => ask<{ version: number; epoch: string; persons: Person[] }>('GET', `${side(of)}/persons`),
  trash: (of: Side, from: number, count: number) =>
    ask<{ total: number; pictures: { name: string; path: string; v: string }[] }>('GET', `${side(of)}/trash?from=${from}&count=${count}`),
  choice: (of: Side, epoch: string, ids: number[]) => ask<{ only: string }>('POST', `${side(of)}/choice`, { epoch, ids }),
  change: (of: Side, change: Change) => ask<Changed>('POST', `${side(of)}/change`, change),
  coverage: () => ask<Coverage>('GET', '/api/coverage'),
};
