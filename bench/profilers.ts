/** The two profilers, run the same way on the same target. */
import { type Captured, type Seen, seenStacks } from "../tests/accuracy/captured.ts";
import { repository } from "../scripts/repository.ts";
import { captureCommand, captureCpu, type How } from "../tests/accuracy/running.ts";
import { GC_FROM } from "../src/cli/capture_options.ts";
import { rejectedTotal } from "../src/profile/quality.ts";

/** What a run of a profiler came to. */
export interface Outcome {
  /** Stacks that were kept. */
  readonly good: number;
  /** Share of the readings that were thrown away. */
  readonly failed: number;
  /** Readings per second of sampling, good or not. */
  readonly rate: number;
  /** CPU time of the profiler from its start to its end, s. */
  readonly cpu: number;
  readonly seen: readonly Seen[];
}

/** What ours tells besides. */
export interface OwnOutcome extends Outcome {
  /** Independent samples that all are worth. */
  readonly independent: number;
}

/** Runs a command and ends with its CPU time, of all its threads and children, on stderr. */
const measured = `
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:]).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print("cpu", usage.ru_utime + usage.ru_stime, file=sys.stderr)
sys.exit(status)
`;

async function measure(
  python: string,
  command: readonly string[],
): Promise<{ stdout: string; stderr: string; cpu: number }> {
  const output = await new Deno.Command(python, { args: ["-I", "-c", measured, ...command] })
    .output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((b) =>
    new TextDecoder().decode(b)
  ) as [string, string];
  if (!output.success) throw new Error(`${command.join(" ")}:\n${stdout}${stderr}`);
  return { stdout, stderr, cpu: Number(/^cpu (\S+)$/m.exec(stderr)?.[1]) };
}

/** The command line of a capture that shows besides Python frames what one from a shell would. */
export function usualCommand(pid: number, how: How): string[] {
  return captureCommand(pid, { features: how.intervalUs >= GC_FROM ? ["gc"] : [], ...how });
}

/** Captures with tachyon. */
export async function runTachyon(python: string, pid: number, how: How): Promise<OwnOutcome> {
  const { stdout, cpu } = await measure(python, usualCommand(pid, how));
  const captured: Captured = JSON.parse(stdout);
  const { quality, summary } = captured;
  const rejected = rejectedTotal(quality);
  const seconds = summary.durationUs / 1e6;
  return {
    good: quality.samples,
    failed: rejected / (rejected + quality.samples),
    rate: quality.ticks / seconds,
    cpu,
    seen: seenStacks(captured),
    independent: captured.independent,
  };
}

/** What a capture of the executable cost, and what it says of itself. */
export interface Cost extends Pick<Outcome, "rate" | "cpu"> {
  /** The share, as it says it. */
  readonly rejected: string;
}

/** Captures with the executable as from a shell, into collapsed stacks. @param options more of them. */
export async function runExecutable(
  python: string,
  pid: number,
  how: How,
  options: readonly string[] = [],
): Promise<Cost> {
  const file = await Deno.makeTempFile();
  try {
    const { stderr, cpu } = await measure(python, [
      ...["taskset", "-c", String(captureCpu), `${repository}/dist/tachyon`, "attach"],
      ...["-i", String(how.intervalUs), "-d", String(how.seconds), "--collapsed", "-o", file],
      ...options,
      String(pid),
    ]);
    const said = /([\d,]+) samples in .*?, (\S+)% rejected/.exec(stderr);
    if (said === null) throw new Error(stderr);
    const samples = Number(said[1]!.replaceAll(",", ""));
    return { rejected: `${said[2]} %`, rate: samples / how.seconds, cpu };
  } finally {
    await Deno.remove(file);
  }
}

/** Theirs has one more setting. */
export interface TheirHow extends How {
  /** Stop the target for each reading. */
  readonly blocking?: boolean;
  /** Show where Python has called C. */
  readonly native?: boolean;
}

/** Captures with CPython 3.15's `profiling.sampling`, from the same CPU. */
export async function runCpython(python: string, pid: number, how: TheirHow): Promise<Outcome> {
  const file = await Deno.makeTempFile();
  try {
    const { stdout, cpu } = await measure(python, [
      "taskset",
      "-c",
      String(captureCpu),
      ...cpythonCommand(python, pid, how),
      "-o",
      file,
    ]);
    const seen = readCollapsed(await Deno.readTextFile(file));
    const good = seen.reduce((sum, { count }) => sum + count, 0);
    const failed = Number(/^Error rate: (\S+)/m.exec(stdout)?.[1] ?? 0) / 100;
    const rate = Number(/^Sample rate: (\S+)/m.exec(stdout)?.[1] ?? good / how.seconds);
    return { good, failed, rate, cpu, seen };
  } finally {
    await Deno.remove(file);
  }
}

/** The command line of CPython's profiler; it takes whole seconds. */
export function cpythonCommand(python: string, pid: number, how: TheirHow): string[] {
  const rate = String(Math.round(1e6 / how.intervalUs));
  const blocking = how.blocking ? ["--blocking"] : [];
  const seconds = String(Math.round(how.seconds));
  return [
    python,
    ...["-m", "profiling.sampling", "attach", "-r", rate, "-d", seconds, ...blocking],
    ...(how.allThreads ? ["-a"] : []),
    ...(how.native ? ["--native"] : []),
    ...(how.mode === undefined ? [] : ["--mode", how.mode]),
    ...(how.asyncMode === undefined ? [] : ["--async-aware", "--async-mode", how.asyncMode]),
    ...["--collapsed", String(pid)],
  ];
}

/** Their samples by thread. */
export interface TheirThreads {
  /** Readings, with or without a sample. */
  readonly ticks: number;
  readonly seen: readonly {
    readonly tid: number;
    /** Functions of the stack. */
    readonly names: readonly string[];
    readonly count: number;
  }[];
}

/** Captures with CPython 3.15's profiler, and keeps threads apart. */
export async function runCpythonThreads(
  python: string,
  pid: number,
  how: TheirHow,
): Promise<TheirThreads> {
  const file = await Deno.makeTempFile();
  try {
    const command = ["taskset", "-c", String(captureCpu), ...cpythonCommand(python, pid, how)];
    const { stdout } = await measure(python, [...command, "-o", file]);
    const ticks = Number(/^Captured ([\d,.]+) samples/m.exec(stdout)?.[1]?.replaceAll(",", ""));
    const lines = (await Deno.readTextFile(file)).split("\n").filter((line) => line !== "");
    const seen = lines.map((line) => {
      const end = line.lastIndexOf(" ");
      const [thread, ...frames] = line.slice(0, end).split(";");
      return {
        tid: Number(thread!.slice("tid:".length)),
        names: frames.map((frame) => /^.*:(.*):\d+$/.exec(frame)?.[1] ?? ""),
        count: Number(line.slice(end + 1)),
      };
    });
    return { ticks, seen };
  } finally {
    await Deno.remove(file);
  }
}

function readCollapsed(text: string): Seen[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const end = line.lastIndexOf(" ");
    const stack = line.slice(0, end).split(";").slice(1).map((frame) => {
      // What is no function has a name and nothing else.
      const [, file = "", name = frame, number = ""] = /^(.*):(.*):(\d+)$/.exec(frame) ?? [];
      return { file, name, line: Number(number) };
    });
    return { thread: 0, stack, count: Number(line.slice(end + 1)) };
  });
}
