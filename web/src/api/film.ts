// The film by frame: clips, what was found in them, the marks of a file (server/film_routes.cpp).
import { ask } from './client';

export type Side = 'src' | 'dst';
export type ClipName = Side | 'result' | 'matte';

export interface ClipFacts {
  count: number;
  from: 'video' | 'folder';
  width: number;
  height: number;
  fps: number;
  /** When each frame is shown, in seconds; none where they follow one another evenly. */
  times: number[];
  /** First and last frame of each run that is there. */
  there: [number, number][];
  v: string;
}

export interface VideoFacts {
  path: string;
  v: string;
  bytes: number;
  count: number;
  seconds: number;
  width: number;
  height: number;
  fps: number;
  times: number[];
  codec: string;
  colour: string;
  sound: boolean;
}

export interface Film {
  src: ClipFacts | null;
  dst: ClipFacts | null;
  result: ClipFacts | null;
  matte: ClipFacts | null;
  videos: Record<Side | 'result', VideoFacts | null>;
  shots: { first: number; name: string }[];
  /** Reports that are there, by file name, with what changes when they do. */
  reports: Record<string, string>;
}

export interface Found {
  ready: boolean;
  done?: number;
  total?: number;
  /** A letter a frame: . not looked at, - no face, 1, 2 several, f filled in, ! unreadable. */
  frames?: string;
  faces?: number;
  /** The frames with which shots begin, as the extraction saw them. */
  shots?: number[];
  tracks?: { track: number; person: number; first: number; last: number; frames: number }[];
}

export interface FoundFace {
  path: string;
  v: string;
  box: [number, number, number, number];
  /** x and y in turn, in the frame. */
  landmarks: number[];
  track: number;
  person: number;
  score: number;
  filled: boolean;
}

export interface FoundFrame {
  frame: number;
  name: string;
  faces: FoundFace[];
}

export interface Marks {
  path: string;
  type: string;
  synthetic: boolean;
}

export const filmApi = {
  film: () => ask<Film>('GET', '/api/film'),
  found: (side: Side) => ask<Found>('GET', `/api/found/${side}`),
  foundAt: (side: Side, frame: number, count: number) =>
    ask<{ ready: boolean; frames: FoundFrame[] }>('GET', `/api/found/${side}/${frame}?count=${count}`),
  marks: (path: string) => ask<Marks>('GET', `/api/marks?path=${encodeURIComponent(path)}`),
};

export const frameUrl = (clip: ClipName, frame: number, size: number, v: string) =>
  `/api/film/${clip}/${frame}?size=${size}&v=${v}`;
