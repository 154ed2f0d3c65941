// Lanes onto a canvas.
import { columns, extent, type Lane } from './lanes';

export interface Look {
  ground: string;
  line: string;
  text: string;
  accent: string;
  bad: string;
}

export const rulerHeight = 18;
export const gap = 3;
export const lanesHeight = (lanes: Lane[]): number => rulerHeight + lanes.reduce((sum, lane) => sum + lane.height + gap, 0);

/** A step of the ruler, in frames: as few labels as are easily read. */
export function rulerStep(count: number, width: number): number {
  const wanted = (count * 70) / Math.max(1, width);
  for (let ten = 1; ; ten *= 10) for (const one of [1, 2, 5]) if (one * ten >= wanted) return one * ten;
}

function ruler(ctx: CanvasRenderingContext2D, look: Look, count: number, width: number) {
  const step = rulerStep(count, width);
  ctx.fillStyle = look.text;
  ctx.font = '10px system-ui, sans-serif';
  ctx.textBaseline = 'top';
  // Frames are counted from 1: the first, then whole steps.
  for (let at = 0; at * step <= count; ++at) {
    const number = Math.max(1, at * step);
    const x = Math.round(((number - 0.5) * width) / count);
    ctx.globalAlpha = 0.35;
    ctx.fillRect(x, rulerHeight - 5, 1, 5);
    ctx.globalAlpha = 1;
    const text = String(number);
    if (x + ctx.measureText(text).width + 4 < width) ctx.fillText(text, x + 3, 2);
  }
}

function line(ctx: CanvasRenderingContext2D, lane: Extract<Lane, { kind: 'line' }>, look: Look, top: number, width: number) {
  const [low, high] = extent(lane.values, lane.limit);
  const y = (value: number) => top + lane.height - ((value - low) / (high - low)) * lane.height;
  if (lane.limit !== undefined) {
    ctx.fillStyle = look.bad;
    ctx.globalAlpha = 0.7;
    for (let x = 0; x < width; x += 6) ctx.fillRect(x, Math.round(y(lane.limit)), 3, 1);
    ctx.globalAlpha = 1;
  }
  ctx.fillStyle = look.accent;
  let before: number | null = null;
  columns(lane.values, Math.round(width)).forEach((column, x) => {
    if (!column) {
      before = null;
      return;
    }
    const from = Math.min(y(column[1]), before ?? Infinity);
    const to = Math.max(y(column[0]), before ?? -Infinity);
    ctx.fillRect(x, from, 1, Math.max(1.5, to - from));
    before = (y(column[0]) + y(column[1])) / 2;
  });
}

export function draw(ctx: CanvasRenderingContext2D, lanes: Lane[], look: Look, count: number, marks: number[], width: number) {
  ctx.clearRect(0, 0, width, lanesHeight(lanes));
  if (count === 0) return;
  ruler(ctx, look, count, width);
  let top = rulerHeight;
  for (const lane of lanes) {
    ctx.fillStyle = look.ground;
    ctx.fillRect(0, top, width, lane.height);
    if (lane.kind === 'line') line(ctx, lane, look, top, width);
    else
      for (const run of lane.runs) {
        ctx.fillStyle = run.colour;
        const from = (run.first * width) / count;
        ctx.fillRect(from, top, Math.max(1, ((run.last + 1) * width) / count - from), lane.height);
      }
    top += lane.height + gap;
  }
  ctx.fillStyle = look.text;
  for (const mark of marks) if (mark > 0) ctx.fillRect(Math.round((mark * width) / count), rulerHeight - 8, 1, top);
}
