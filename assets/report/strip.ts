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
  const lanes = shown.flatMap(({ thread, mine, values }): Lane[] => [
    {
      name: threadName(model, thread),
      values: values.map((value) => value / most),
      ...(states.length > 0 ? { thread } : {}),
    },
    ...(opened.has(thread) ? measureStates(mine, slices, states) : [])
      .map((lane): Lane => ({ ...lane, below: true })),
  ]);
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
  const lane = theme === "light" ? toHex(0.55, 0.11, 250) : toHex(0.72, 0.1, 250);
  context.fillStyle = lane;
  for (const [index, { values }] of chart.lanes.entries()) {
    for (let slice = 0; slice < slices; slice++) {
      if (values[slice] === 0) continue;
      context.globalAlpha = 0.12 + 0.88 * values[slice]!;
      const [x, end] = [edge(slice), edge(slice + 1)];
      context.fillRect(x, BARS + index * LANE + 2, end - x, LANE - 3);
    }
  }
  context.globalAlpha = 1;
  drawAxis(context, width, chart.height, slices * model.header.sliceUs, theme);
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
