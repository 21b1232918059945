import { packageColor, type Theme, toHex } from "./color.ts";
import { type State, STATES } from "./format.ts";
import type { Model } from "./model.ts";
import { STATE_NAMES, threadName } from "./names.ts";

/** Heights, px. */
const BARS = 36;
const LANE = 12;
const AXIS = 14;
/** Threads and packages that are shown on their own. */
const MOST_THREADS = 5;
const MOST_PACKAGES = 10;

/** A row below the bars: how much of the time a thread had samples, or threads were in a state. */
export interface Lane {
  readonly name: string;
  /** By slice, 0 to 1. */
  readonly values: Float64Array;
  /** The state that it shows; absent: samples as such. */
  readonly state?: State;
  /** What a thread was doing with the GIL, one above the other; the rest is neither. */
  readonly parts?: readonly Lane[];
  /** It is that of one thread as a whole, and those of its states can be shown below it. */
  readonly thread?: number;
  /** It is a state of the thread above it. */
  readonly below?: true;
}

/** What ran in each slice. */
export interface StripChart {
  readonly packages: readonly number[];
  /** By slice and place in `packages`; what is left over comes last. */
  readonly bars: Float64Array;
  /** Samples of the fullest slice. */
  readonly most: number;
  readonly lanes: readonly Lane[];
  readonly height: number;
}

/**
 * Adds up what the strip shows: own time by package, and what threads were doing.
 * @param opened threads whose own states are shown.
 */
export function measureStrip(
  model: Model,
  without: ReadonlySet<number>,
  opened: ReadonlySet<number>,
): StripChart {
  const { slices, states, threads, files, packages } = model.header;
  const groups = model.groups.filter(({ thread }) => !without.has(thread));
  const packageOf = model.functionFile.map((file) => files[file]!.package);
  const byPackage = new Float64Array(slices * packages.length);
  const sums = new Float64Array(packages.length);
  for (const { slice, from, to } of groups) {
    for (let e = from; e < to; e++) {
      const id = packageOf[model.placeFunction[model.place[model.entryNode[e]!]!]!]!;
      byPackage[slice * packages.length + id]! += model.entryCount[e]!;
      sums[id]! += model.entryCount[e]!;
    }
  }
  const shown = [...sums.keys()].filter((id) => sums[id]! > 0)
    .sort((a, b) => sums[b]! - sums[a]!).slice(0, MOST_PACKAGES);
  const bars = new Float64Array(slices * (shown.length + 1));
  let most = 1;
  for (let slice = 0; slice < slices; slice++) {
    let all = 0;
    for (let id = 0; id < packages.length; id++) {
      const count = byPackage[slice * packages.length + id]!;
      const place = shown.indexOf(id);
      bars[slice * (shown.length + 1) + (place < 0 ? shown.length : place)]! += count;
      all += count;
    }
    most = Math.max(most, all);
  }
  const lanes: Lane[] = measureStates(groups, slices, states);
  if (threads.length > 1) lanes.push(...measureThreads(model, groups, opened));
  return { packages: shown, bars, most, lanes, height: BARS + lanes.length * LANE + AXIS };
}

function measureStates(
  groups: Model["groups"],
  slices: number,
  states: readonly State[],
): Lane[] {
  return states.map((state) => ({
    name: STATE_NAMES[state],
    state,
    values: shareOf(groups, slices, state),
  }));
}

/** How much of the samples of each slice were in a state. */
function shareOf(groups: Model["groups"], slices: number, state: State): Float64Array {
  const index = STATES.indexOf(state);
  const values = new Float64Array(slices);
  const samples = new Float64Array(slices);
  for (const group of groups) {
    values[group.slice]! += group.states[index]!;
    samples[group.slice]! += group.samples;
  }
  return values.map((value, slice) => value / Math.max(1, samples[slice]!));
}

/** The busiest threads one by one, with their states where asked for, and all others together. */
function measureThreads(
  model: Model,
  groups: Model["groups"],
  opened: ReadonlySet<number>,
): Lane[] {
  const { slices, states } = model.header;
  const all = [...Map.groupBy(groups, ({ thread }) => thread)].map(([thread, mine]) => {
    const values = new Float64Array(slices);
    for (const { slice, samples } of mine) values[slice]! += samples;
    return { thread, mine, values, sum: values.reduce((sum, value) => sum + value, 0) };
  }).sort((a, b) => b.sum - a.sum);
  const shown = all.length > MOST_THREADS + 1 ? all.slice(0, MOST_THREADS) : all;
  const most = shown.reduce((most, { values }) => Math.max(most, ...values), 1);
  const lanes = shown.flatMap(({ thread, mine, values }): Lane[] => {
    const name = threadName(model, thread);
    const activity = values.map((value) => value / most);
    if (states.length === 0) return [{ name, values: activity }];
    const own = measureStates(mine, slices, states);
    const parts = own.filter(({ state }) => state === "gil" || state === "waiting");
    return [
      { name, values: activity, thread, parts },
      ...(opened.has(thread) ? own : []).map((lane): Lane => ({ ...lane, below: true })),
    ];
  });
  const others = all.slice(shown.length);
  if (others.length > 0) {
    const sums = new Float64Array(slices);
    for (const { values } of others) values.forEach((value, slice) => sums[slice]! += value);
    const highest = sums.reduce((a, b) => Math.max(a, b), 1);
    lanes.push({ name: `${others.length} others`, values: sums.map((sum) => sum / highest) });
  }
  return lanes;
}

/** Draws bars, lanes and a scale of time. */
export function drawStrip(
  canvas: HTMLCanvasElement,
  model: Model,
  chart: StripChart,
  theme: Theme,
): void {
  const scale = devicePixelRatio;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(chart.height * scale);
  const context = canvas.getContext("2d")!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  const { slices, packages } = model.header;
  // On whole pixels, so that neighbours leave no seam.
  const edge = (slice: number): number => Math.round(slice * width * scale / slices) / scale;
  const other = theme === "light" ? toHex(0.86, 0.005, 255) : toHex(0.38, 0.008, 255);
  const colors = chart.packages.map((id) => packageColor(packages[id]!, 3, theme));
  colors.push(other);
  for (let slice = 0; slice < slices; slice++) {
    let y = BARS;
    for (const [place, color] of colors.entries()) {
      const height = chart.bars[slice * colors.length + place]! / chart.most * (BARS - 2);
      if (height === 0) continue;
      context.fillStyle = color;
      context.fillRect(edge(slice), y - height, edge(slice + 1) - edge(slice), height);
      y -= height;
    }
  }
  for (const [index, lane] of chart.lanes.entries()) {
    for (let slice = 0; slice < slices; slice++) {
      const [x, end] = [edge(slice), edge(slice + 1)];
      drawLane(context, lane, slice, { x, y: BARS + index * LANE + 2, width: end - x }, theme);
    }
  }
  context.globalAlpha = 1;
  drawAxis(context, width, chart.height, slices * model.header.sliceUs, theme);
}

/** Hues of states; samples as such are blue as well. */
const HUES: Readonly<Record<State, number>> = {
  gil: 250,
  cpu: 165,
  waiting: 55,
  exception: 345,
  gc: 300,
};

function laneColor({ state = "gil" }: Lane, theme: Theme): string {
  return theme === "light" ? toHex(0.58, 0.12, HUES[state]) : toHex(0.72, 0.1, HUES[state]);
}

/** Draws one slice of a lane: the stronger the more, or divided into its parts. */
function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  slice: number,
  { x, y, width }: { x: number; y: number; width: number },
  theme: Theme,
): void {
  const value = lane.values[slice]!;
  if (value === 0) return;
  const height = LANE - 3;
  const { parts = [] } = lane;
  context.fillStyle = laneColor(lane, theme);
  context.globalAlpha = parts.length > 0 ? 0.3 * value : 0.12 + 0.88 * value;
  context.fillRect(x, y, width, height);
  context.globalAlpha = value;
  let bottom = y + height;
  for (const part of parts) {
    const share = part.values[slice]! * height;
    context.fillStyle = laneColor(part, theme);
    context.fillRect(x, bottom - share, width, share);
    bottom -= share;
  }
}

function drawAxis(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  durationUs: number,
  theme: Theme,
): void {
  context.fillStyle = theme === "light" ? toHex(0.5, 0.01, 255) : toHex(0.7, 0.01, 255);
  context.font = "10px system-ui, sans-serif";
  context.textBaseline = "bottom";
  const step = chooseStep(durationUs * 80 / width);
  const unit = durationUs >= 2e6 ? { us: 1e6, name: "s" } : { us: 1e3, name: "ms" };
  for (let time = 0; time < durationUs; time += step) {
    const x = time / durationUs * width;
    context.fillRect(x, height - AXIS, 1, 4);
    const text = `${Number((time / unit.us).toFixed(3))} ${unit.name}`;
    if (x + 40 < width) context.fillText(text, x + 3, height - 1);
  }
}

/** The next of 1, 2, 5, 10, … that is not less. */
function chooseStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least)!;
}
