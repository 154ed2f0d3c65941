// Maps of faces: which two numbers, how they lie, how they are drawn.
import type { Numbers } from '../../api/faces';
import type { TextKey } from '../../text/en';

const border = 14;

class Axis {
  constructor(
    readonly column: string,
    readonly low: number,
    readonly high: number,
    readonly ticks: number,
    /** Higher values lie at the lesser coordinate. */
    readonly turned = false,
  ) {}
  place(value: number, size: number): number {
    const share = Math.max(0, Math.min(1, (value - this.low) / (this.high - this.low)));
    return border + (this.turned ? 1 - share : share) * (size - 2 * border);
  }
}

// A nose to the image's left belongs on the left, and one that points up belongs up.
export const mapKinds = {
  pose: { text: 'faces.mapPose', x: new Axis('turn', -90, 90, 30, true), y: new Axis('nod', -60, 60, 30, true) },
  expression: { text: 'faces.mapExpression', x: new Axis('eyes_open', 0, 0.26, 0.05), y: new Axis('mouth_open', 0, 0.6, 0.1, true) },
  light: { text: 'faces.mapLight', x: new Axis('hue', 0, 180, 30), y: new Axis('brightness', 0, 255, 50, true) },
} as const satisfies Record<string, { text: TextKey; x: Axis; y: Axis }>;
export type MapKind = keyof typeof mapKinds;

interface Shown {
  own: Numbers | null;
  other: Numbers | null;
  chosen: ReadonlySet<number>;
  line: readonly (readonly [number, number])[];
  width: number;
  height: number;
}

export function drawMap(canvas: HTMLCanvasElement, map: { x: Axis; y: Axis }, shown: Shown): void {
  const { width, height } = shown;
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const ink = canvas.getContext('2d');
  if (!ink) return;
  ink.scale(scale, scale);
  ink.fillStyle = '#141414';
  ink.fillRect(0, 0, width, height);
  grid(ink, map, width, height);
  points(ink, map, shown.other, shown, '#5a5a5a', 2, null);
  points(ink, map, shown.own, shown, '#cfcfcf', shown.own && shown.own.ids.length > 5000 ? 2 : 3, shown.chosen);
  if (shown.line.length > 1) {
    ink.beginPath();
    for (const [x, y] of shown.line) ink.lineTo(x, y);
    ink.closePath();
    ink.fillStyle = '#e0913a22';
    ink.strokeStyle = '#e0913a';
    ink.fill();
    ink.stroke();
  }
}

function grid(ink: CanvasRenderingContext2D, map: { x: Axis; y: Axis }, width: number, height: number) {
  ink.strokeStyle = '#2c2c2c';
  ink.fillStyle = '#8a8a8a';
  ink.font = '10px system-ui, sans-serif';
  const name = (value: number) => Number(value.toFixed(2)).toString();
  for (let at = Math.ceil(map.x.low / map.x.ticks) * map.x.ticks; at <= map.x.high + 1e-9; at += map.x.ticks) {
    const x = Math.round(map.x.place(at, width)) + 0.5;
    ink.beginPath();
    ink.moveTo(x, 0);
    ink.lineTo(x, height);
    ink.stroke();
    ink.fillText(name(at), Math.min(x + 2, width - ink.measureText(name(at)).width - 1), height - 2);
  }
  for (let at = Math.ceil(map.y.low / map.y.ticks) * map.y.ticks; at <= map.y.high + 1e-9; at += map.y.ticks) {
    const y = Math.round(map.y.place(at, height)) + 0.5;
    ink.beginPath();
    ink.moveTo(0, y);
    ink.lineTo(width, y);
    ink.stroke();
    ink.fillText(name(at), 2, y - 2);
  }
}

function points(ink: CanvasRenderingContext2D, map: { x: Axis; y: Axis }, of: Numbers | null, shown: Shown, colour: string, size: number, chosen: ReadonlySet<number> | null) {
  const [xs, ys] = of?.columns ?? [];
  if (!of || !xs || !ys) return;
  const late: [number, number][] = [];
  ink.fillStyle = colour;
  ink.globalAlpha = of.ids.length > 5000 ? 0.5 : 0.85;
  for (let i = 0; i < of.ids.length; ++i) {
    const x = map.x.place(xs[i] ?? NaN, shown.width);
    const y = map.y.place(ys[i] ?? NaN, shown.height);
    if (Number.isNaN(x + y)) continue;
    if (chosen?.has(of.ids[i] as number)) late.push([x, y]);
    else ink.fillRect(x - size / 2, y - size / 2, size, size);
  }
  ink.globalAlpha = 1;
  ink.fillStyle = '#e0913a';
  for (const [x, y] of late) ink.fillRect(x - size / 2 - 0.5, y - size / 2 - 0.5, size + 1, size + 1);
}
