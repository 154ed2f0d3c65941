// Files that were dropped: what they are, and their way to the server piece by piece.
import { api, Refused } from '../api/client';

export interface Dropped {
  /** Through folders: "film/data_src/00001.png". */
  path: string;
  file: File;
}
export const kinds = ['video', 'frames', 'faces', 'model', 'workspace'] as const;
export type Kind = (typeof kinds)[number];

const ending = (path: string) => path.slice(path.lastIndexOf('.')).toLowerCase();
const videos = ['.mp4', '.mov', '.mkv', '.avi', '.webm', '.m4v', '.mts', '.mpg', '.mxf'];
const pictures = ['.jpg', '.jpeg', '.png', '.tif', '.tiff', '.webp', '.bmp', '.exr'];

/** What the names say that it is; nothing where they say nothing. */
export function kindOf(paths: string[]): Kind | undefined {
  if (paths.some((path) => /(^|\/)(data_src|data_dst|model)\//.test(path))) return 'workspace';
  if (paths.some((path) => /_(SAEHD|AMP|Quick96)_[^/]*\.(npy|dat)$/i.test(path))) return 'model';
  if (paths.some((path) => /(^|\/)faceset\.pak$/.test(path))) return 'faces';
  if (paths.length === 1 && videos.includes(ending(paths[0] as string))) return 'video';
  const shown = paths.filter((path) => pictures.includes(ending(path)));
  if (!shown.length) return undefined;
  const cut = shown.filter((path) => /(^|\/)aligned\//.test(path) || /_\d+\.jpe?g$/i.test(path));
  return cut.length * 2 > shown.length ? 'faces' : 'frames';
}

/** The same of one file or folder on the studio's machine, of which only the name is known. */
export function kindOfPlace(path: string): 'video' | 'frames' | 'faces' | 'model' {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (videos.includes(ending(name))) return 'video';
  if (/\.pak$|aligned|face/i.test(name)) return 'faces';
  return /model/i.test(name) ? 'model' : 'frames';
}

/** "src" or "dst" where the names tell. */
export const sideOf = (paths: string[]): 'src' | 'dst' | undefined =>
  paths.some((path) => /src/i.test(path)) ? 'src' : paths.some((path) => /dst/i.test(path)) ? 'dst' : undefined;

export type Side = 'src' | 'dst';
/** What is brought in under one name: a video, a folder of frames, a model. */
export interface Item {
  files: Dropped[];
  kind: Kind;
  side: Side;
  /** Of a model. */
  name: string;
  /** What was sent lies ready at the server, in that workspace, though it was not taken: sent as a whole or in part. */
  kept?: { batch: string; root: string; whole: boolean } | undefined;
}

const other = (side: Side): Side => (side === 'src' ? 'dst' : 'src');

/** What a drop is, as far as names tell; two videos are one for each side. `free` is the side that has none yet. */
export function itemsOf(found: Dropped[], free: Side): Item[] {
  const paths = found.map((one) => one.path);
  const clips = paths.length > 1 && paths.every((path) => videos.includes(ending(path)));
  const [one, two] = found;
  if (clips && found.length === 2 && one && two) {
    const second = sideOf([two.path]);
    const side = sideOf([one.path]) ?? (second ? other(second) : 'src');
    return [{ files: [one], kind: 'video', side, name: '' }, { files: [two], kind: 'video', side: other(side), name: '' }];
  }
  const name = /([^/]+?)_(SAEHD|AMP|Quick96)_/i.exec(paths.join('\n'))?.[1] ?? '';
  return found.length ? [{ files: found, kind: kindOf(paths) ?? (clips ? 'video' : 'frames'), side: sideOf(paths) ?? free, name }] : [];
}

/** Why it would be refused once all of it is there; nothing where it would not. */
export function refusalOf(item: Item, has: Record<Side, boolean>): 'bring.oneVideo' | 'bring.hasVideo' | undefined {
  if (item.kind !== 'video') return undefined;
  if (item.files.length !== 1) return 'bring.oneVideo';
  return has[item.side] ? 'bring.hasVideo' : undefined;
}

interface Entry {
  isFile: boolean;
  fullPath: string;
  file: (take: (file: File) => void, fail: (error: unknown) => void) => void;
  createReader: () => { readEntries: (take: (entries: Entry[]) => void, fail: (error: unknown) => void) => void };
}

async function below(entry: Entry, found: Dropped[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((take, fail) => entry.file(take, fail));
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise<Entry[]>((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return;
    for (const one of some) await below(one, found);
  }
}

/** All files of a drop, those in folders too. To be called before anything is waited for. */
export async function dropped(transfer: DataTransfer): Promise<Dropped[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry() as unknown as Entry | null);
  const files = [...transfer.files];
  const found: Dropped[] = [];
  if (entries.some(Boolean)) for (const entry of entries) if (entry) await below(entry, found);
  if (!found.length) for (const file of files) found.push({ path: file.webkitRelativePath || file.name, file });
  return found;
}

export const newBatch = () => [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, '0')).join('');

const piece = 1_000_000; // the server takes a megabyte at once
const patience = 1000; // milliseconds until a server that does not answer is asked again: it may be started again

/** What was sent is not where it was sent to: another workspace was opened. */
export class Elsewhere extends Error {}

/** Sends them one after the other; `tell` gets the bytes that are there. Goes on where it stood when nobody answered for
    a while. Throws what the server refuses. */
export async function send(batch: string, files: Dropped[], tell: (bytes: number) => void, stopped: () => boolean): Promise<boolean> {
  let before = 0;
  for (const { path, file } of files) {
    let have = 0;
    let whole = false;
    while (!whole) {
      if (stopped()) return false;
      const part = file.slice(have, have + piece);
      let told: { have: number; whole: boolean };
      try {
        told = await api.piece(batch, path, file.size, have, part);
      } catch (error) {
        if (error instanceof Refused) throw error;
        await part.arrayBuffer(); // throws where it is the file that cannot be read
        await new Promise((go) => setTimeout(go, patience));
        continue;
      }
      if (have > 0 && told.have === 0) throw new Elsewhere();
      have = told.have;
      whole = told.whole;
      tell(before + have);
    }
    before += file.size;
  }
  return true;
}
