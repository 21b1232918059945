import type { Profile } from "../src/profile/profile.ts";
import type { Summary } from "../src/profile/metadata.ts";
import { judgeQuality } from "../src/analysis/trust.ts";
import { describeCapture } from "./header.ts";

/** Version of the processed profile format. From 60 on all threads share tables, as ours do. */
const PROCESSED_VERSION = 61;
/** Version of Firefox's own format: of no consequence here, but asked for. */
const GECKO_VERSION = 32;

/** What the colours of frames and markers mean; the first is what nothing else fits. */
const CATEGORIES = [
  { name: "Other", color: "grey" },
  { name: "Python", color: "yellow" },
  { name: "Native", color: "blue" },
  { name: "GC", color: "orange" },
  { name: "GIL", color: "green" },
  { name: "CPU", color: "purple" },
  { name: "Code Type", color: "red" },
  { name: "Opcodes", color: "magenta" },
  { name: "Exception", color: "lightblue" },
] as const;
export type CategoryName = typeof CATEGORIES[number]["name"];

/** Number of a category. */
export function categoryOf(name: CategoryName): number {
  return CATEGORIES.findIndex((category) => category.name === name);
}

/** What a marker can be. */
export interface MarkerKind {
  readonly name: string;
  readonly category: CategoryName;
  readonly description: string;
}

/** All markers; their names are the first strings of the profile, in this order. */
export const MARKERS = [
  { name: "Has GIL", category: "GIL", description: "The thread holds the GIL." },
  { name: "No GIL", category: "GIL", description: "The thread does not hold the GIL." },
  { name: "Waiting for GIL", category: "GIL", description: "The thread has asked for the GIL." },
  { name: "On CPU", category: "CPU", description: "The thread runs or is ready to run." },
  { name: "Off CPU", category: "CPU", description: "The thread waits for something." },
  { name: "Python Code", category: "Code Type", description: "The thread holds the GIL." },
  {
    name: "Native Code",
    category: "Code Type",
    description: "The thread is on a CPU without the GIL.",
  },
  {
    name: "Has Exception",
    category: "Exception",
    description: "An exception is being raised or handled.",
  },
  { name: "No Exception", category: "Exception", description: "No exception is in flight." },
  { name: "GC Collecting", category: "GC", description: "The garbage collector runs." },
  { name: "Opcode", category: "Opcodes", description: "The leaf is at one instruction." },
] as const satisfies readonly MarkerKind[];
export type MarkerName = typeof MARKERS[number]["name"];

/** The type by which a marker finds its schema: its name without blanks. */
export function typeOf(name: MarkerName): string {
  return name.replaceAll(" ", "");
}

/**
 * What heads a profile: where it is from, how it was taken, and what its markers are.
 * @param end of the last sample, µs; the viewer leaves out what is not before the end.
 */
export function describeMeta(profile: Profile, summary: Summary, end: number): object {
  const { metadata, quality } = profile;
  const entries = describeCapture(profile, summary)
    .map(([label, value]) => ({ label, format: "string", value }));
  return {
    interval: judgeQuality(metadata, quality, summary).sampleUs / 1000,
    startTime: metadata.startedAt,
    profilingStartTime: 0,
    profilingEndTime: Math.max(end, summary.durationUs) / 1000,
    version: GECKO_VERSION,
    preprocessedProfileVersion: PROCESSED_VERSION,
    product: "Python",
    ...(metadata.command.length > 0 ? { arguments: metadata.command.join(" ") } : {}),
    importedFrom: `${metadata.tool} ${metadata.toolVersion}`.trim(),
    processType: 0,
    stackwalk: 0,
    symbolicated: true,
    usesOnlyOneStackType: true,
    sourceCodeIsNotOnSearchfox: true,
    sampleUnits: { time: "ms", eventDelay: "ms", threadCPUDelta: "ns" },
    categories: CATEGORIES.map((category) => ({ ...category, subcategories: ["Other"] })),
    markerSchema: MARKERS.map(describeMarker),
    extensions: { baseURL: [], id: [], name: [], length: 0 },
    extra: [{ label: "Capture", entries }],
  };
}

function describeMarker({ name, description }: typeof MARKERS[number]): object {
  const isOpcode = name === "Opcode";
  const label = isOpcode ? "{marker.data.opname} in {marker.data.function}" : "{marker.name}";
  return {
    name: typeOf(name),
    tooltipLabel: label,
    tableLabel: label,
    chartLabel: label,
    description,
    display: ["marker-chart", "marker-table"],
    fields: isOpcode
      ? [
        { key: "opname", label: "Opcode", format: "string" },
        { key: "base", label: "Special form of", format: "string" },
        { key: "opcode", label: "Number", format: "integer" },
        { key: "function", label: "Function", format: "unique-string" },
        { key: "line", label: "Line", format: "integer" },
        { key: "column", label: "Column", format: "integer" },
      ]
      : [],
  };
}
