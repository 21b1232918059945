/** An allowed import from one room into another. */
export interface Arrow {
  readonly to: string;
  /** Only these files of the room may use it. */
  readonly only?: RegExp;
  /** Only types may be imported. */
  readonly types?: true;
  /** What README prints about it. */
  readonly note?: string;
}

/** A part of the program with one concern. */
export interface Room {
  readonly name: string;
  /** The path of its file, or of its folder with a slash at the end; the first room that fits wins. */
  readonly path: string;
  readonly arrows: readonly Arrow[];
  /** Whether those who may import it may also import what it may import; true if not said. */
  readonly through?: false;
}

/** The rooms, and which may import which. A room may import all that its arrows lead to. */
export const rooms: readonly Room[] = [
  { name: "main", path: "src/main.ts", arrows: to("cli", "sampler", "worker", "dumper") },
  {
    name: "worker",
    path: "src/sampler/worker.ts",
    arrows: to("sampler", "ffi/platform"),
    through: false,
  },
  {
    name: "dumper",
    path: "src/sampler/dumper.ts",
    arrows: to("sampler", "ffi/platform"),
    through: false,
  },
  {
    name: "cli",
    path: "src/cli/",
    arrows: [
      ...to("sampler", "survey", "live", "collectors", "report", "recording", "analysis"),
      ...to("profile"),
      { to: "ffi/machine", types: true, note: "types" },
    ],
  },
  {
    name: "survey",
    path: "src/survey/",
    arrows: to("cpython", "ffi/machine", "ffi/platform"),
    through: false,
  },
  { name: "live", path: "src/live/", arrows: to("analysis", "profile") },
  {
    name: "collectors",
    path: "collectors/",
    arrows: [
      ...to("recording", "analysis", "profile"),
      {
        to: "report",
        only: /^collectors\/(flamegraph|diff|heatmap|binary)/,
        note: "flamegraph, diff, heatmap and binary",
      },
    ],
  },
  { name: "report", path: "src/report/", arrows: to("analysis", "profile", "assets") },
  { name: "recording", path: "src/recording/", arrows: to("profile") },
  { name: "analysis", path: "src/analysis/", arrows: to("profile") },
  { name: "sampler", path: "src/sampler/", arrows: to("cpython", "profile") },
  { name: "cpython", path: "src/cpython/", arrows: to("ffi/round", "ffi/process", "profile") },
  { name: "profile", path: "src/profile/", arrows: [] },
  {
    name: "ffi/platform",
    path: "ffi/platform.ts",
    arrows: to("ffi/process", "ffi/machine", "ffi/linux", "ffi/macos", "ffi/windows"),
    through: false,
  },
  { name: "ffi/linux", path: "ffi/linux/", arrows: to("ffi/process", "ffi/machine", "ffi/helper") },
  { name: "ffi/macos", path: "ffi/macos/", arrows: to("ffi/process", "ffi/machine", "ffi/helper") },
  {
    name: "ffi/windows",
    path: "ffi/windows/",
    arrows: to("ffi/process", "ffi/machine", "ffi/helper"),
  },
  { name: "ffi/helper", path: "ffi/helper/", arrows: to("ffi/process") },
  { name: "ffi/round", path: "ffi/round.ts", arrows: to("ffi/process") },
  { name: "ffi/process", path: "ffi/process.ts", arrows: [] },
  { name: "ffi/machine", path: "ffi/machine.ts", arrows: [] },
  {
    name: "assets",
    path: "assets/",
    arrows: [...to("analysis"), { to: "profile", types: true, note: "types" }],
  },
];

function to(...names: string[]): Arrow[] {
  return names.map((name) => ({ to: name }));
}

/** The room a file belongs to, by its path from the top of the repository. */
export function roomOf(path: string): Room | undefined {
  return rooms.find((room) =>
    room.path.endsWith("/") ? path.startsWith(room.path) : path === room.path
  );
}

/** The arrows as `src/README.md` prints them, a line for each room. */
export function printArrows(): string {
  const width = Math.max(...rooms.map((room) => room.name.length));
  return rooms.map((room) => {
    const targets = room.arrows.map((arrow) =>
      arrow.note === undefined ? arrow.to : `${arrow.to} (${arrow.note})`
    );
    return `${room.name.padEnd(width)} → ${targets.join(", ") || "nothing"}`;
  }).join("\n");
}
