// What `merge check` and `score` measured, frame by frame, as their files say it.
export interface Reason {
  reason: string;
  value: number;
  limit: number;
  severity: number;
}
export interface BadFrame {
  /** Counted from 0. */
  frame: number;
  severity: number;
  fallback: boolean;
  reasons: Reason[];
}
export interface ShotReport {
  shot: number;
  name: string;
  first: number;
  last: number;
  worst: BadFrame[];
}
export interface Series {
  values: (number | null)[];
  limit?: number;
  says: string;
}
export interface Report {
  frames: number;
  with_reasons: number;
  shots: ShotReport[];
  /** By what they measure; those of the score are called "score/…". */
  series: Map<string, Series>;
  /** Of the worst reason, 0 where there is none. */
  severity: number[];
}
export interface ScorePart {
  name: string;
  /** In the score's own words. */
  says: string;
  /** 0 to 1. */
  value: number;
}
export interface Score {
  total: number | null;
  parts: ScorePart[];
}

interface CheckFile {
  frames: number;
  with_reasons: number;
  limits: Record<string, { limit: number; worst: number; says: string }>;
  shots: { shot: number; name: string; first: number; last: number; worst: (Omit<BadFrame, 'frame'> & { frame: number })[] }[];
  values: Record<string, number | null>[];
}

export function checkReport(file: CheckFile): Report {
  const severity = new Array<number>(file.frames).fill(0);
  const shots = file.shots.map((shot) => ({
    shot: shot.shot,
    name: shot.name,
    first: shot.first - 1,
    last: shot.last - 1,
    worst: shot.worst.map((bad) => ({ ...bad, frame: bad.frame - 1 })),
  }));
  for (const shot of shots) for (const bad of shot.worst) severity[bad.frame] = bad.severity;
  const series = new Map<string, Series>();
  for (const [name, of] of Object.entries(file.limits)) {
    const values = file.values.map((row) => row[name] ?? null);
    if (values.some((value) => value !== null)) series.set(name, { values, limit: of.limit, says: of.says });
  }
  return { frames: file.frames, with_reasons: file.with_reasons, shots, series, severity };
}

/** The columns of score.csv as series of as many frames; frames that were not scored are null. */
export function scoreSeries(csv: string, frames: number): Map<string, Series> {
  const rows = csv.trim().split('\n').map((line) => line.split(','));
  const head = rows.shift() ?? [];
  const at = head.indexOf('frame');
  const series = new Map<string, Series>();
  head.forEach((name, column) => {
    if (name === 'frame' || name === 'name' || at < 0) return;
    const values: (number | null)[] = new Array<number | null>(frames).fill(null);
    let any = false;
    for (const row of rows) {
      // A frame's name may hold commas: numbers are counted from the end.
      const cell = row[row.length - head.length + column];
      const frame = Number(row[at]);
      if (!cell || !Number.isInteger(frame) || frame < 0 || frame >= frames || !Number.isFinite(Number(cell))) continue;
      values[frame] = Number(cell);
      any = true;
    }
    if (any) series.set(`score/${name}`, { values, says: '' });
  });
  return series;
}

export function scoreOf(file: Record<string, unknown>): Score {
  const parts = Array.isArray(file['parts']) ? (file['parts'] as Partial<ScorePart>[]) : [];
  return {
    total: typeof file['total'] === 'number' ? file['total'] : null,
    parts: parts.flatMap((one) => (typeof one.name === 'string' && typeof one.value === 'number' ? [{ name: one.name, says: String(one.says ?? ''), value: one.value }] : [])),
  };
}

/** All frames with reasons, worst first; or shot by shot. */
export function worstOf(report: Report): BadFrame[] {
  return report.shots.flatMap((shot) => shot.worst).sort((a, b) => b.severity - a.severity);
}
