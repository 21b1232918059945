import assert from "node:assert/strict";
import { createGecko } from "../../collectors/gecko.ts";
import { run } from "../../scripts/shell.ts";
import { open } from "../recording/recordings.ts";
import { python315 } from "../recording/their_reader.ts";
import { type GeckoThread, readGecko } from "./gecko_file.ts";
import { readPieces } from "./profiles.ts";
import { MEMORY } from "./time_lines.ts";

/*
 * Set aside is what CPython does wrong or otherwise: it counts columns from 0 and we from 1; it has base
 * names only, and no file for what begins with `<`; it calls a thread off the CPU when nobody looked; it takes
 * the first record that it meets for time 0 and ends markers at the last one it met; and it lets markers
 * go on through holes, which ours have samples without stacks for.
 */

const subject = new URL("../recording/subject.py", import.meta.url).pathname;

/** Frames that only have a name have a file and a line in CPython's files. */
const ARTIFICIAL = /^(<GC>|<native>) ~(:0)?$/;

/** A sample and the markers that are open at its time. */
interface Moment {
  readonly time: number;
  readonly stack: string;
  readonly markers: string;
}

/** A thread's samples that have a stack, by its id. */
function readMoments(
  threads: readonly GeckoThread[],
  adapt: (frame: string) => string,
  cpu: boolean,
): Map<number, Moment[]> {
  const found = new Map<number, Moment[]>();
  for (const { tid, samples, markers } of threads) {
    const openAt = followMarkers(markers.filter((marker) => cpu || !marker.startsWith("CPU:")));
    const moments = samples.filter(([, stack]) => stack !== "").map(([time, stack]) => ({
      time,
      stack: stack.split(";").map(adapt).join(";"),
      markers: openAt(time),
    }));
    if (moments.length > 0) found.set(tid, moments);
  }
  return found;
}

/** Which markers are open at times that are asked for in order. */
function followMarkers(markers: readonly string[]): (time: number) => string {
  const spans = markers.map((marker) => {
    const [, what, from, to] = /^(.*) (-?[\d.]+)–(-?[\d.]+)$/.exec(marker)!;
    return { what, from: Number(from), to: Number(to) };
  }).sort((a, b) => a.from - b.from);
  let next = 0;
  let open: typeof spans = [];
  return (time) => {
    while (next < spans.length && spans[next]!.from <= time) open.push(spans[next++]!);
    open = open.filter(({ to }) => to > time);
    return open.map(({ what }) => what).sort().join();
  };
}

function adaptTheirs(frame: string): string {
  const artificial = ARTIFICIAL.exec(frame)?.[1];
  return artificial ??
    frame.replace(/(\d+):(\d+)$/, (_, line, column) => `${line}:${Number(column) + 1}`);
}

function adaptOurs(frame: string): string {
  return frame.replace(/ <[^>]*>$/, "").replace(/ \/.*\/| <[^>]*>:/, " ");
}

function startOf(threads: ReadonlyMap<number, readonly Moment[]>): number {
  return Math.min(...[...threads.values()].map(([first]) => first!.time));
}

function renderOurs(bytes: Uint8Array): string {
  const recording = open(bytes);
  const collector = createGecko({}, MEMORY);
  collector.begin(recording.metadata);
  for (const batch of recording.read()) collector.add(recording.profile, batch);
  return readPieces(collector.finish(recording.profile, recording.summary));
}

const MIXES = [
  { args: ["--mode", "cpu", "-r", "2khz"], cpu: true },
  { args: ["--native"], cpu: false },
];
for (const { args, cpu } of MIXES) {
  Deno.test(`gecko of a recording with ${args.join(" ")} holds what CPython's own does`, async () => {
    const python = await python315();
    if (python === undefined) return;
    const folder = await Deno.makeTempDir();
    const [file, json] = [`${folder}/a.bin`, `${folder}/a.json`];
    try {
      const sampling = ["-m", "profiling.sampling"];
      await run(python, [...sampling, "run", "--binary", "-a", ...args, "-o", file, subject]);
      await run(python, [...sampling, "replay", "--gecko", "-o", json, file]);
      const ourFile = readGecko(renderOurs(await Deno.readFile(file)));
      const theirFile = readGecko(await Deno.readTextFile(json));
      const ours = readMoments(ourFile.threads, adaptOurs, cpu);
      const theirs = readMoments(theirFile.threads, adaptTheirs, cpu);

      const mains = ({ threads }: typeof ourFile): number[] =>
        threads.filter(({ isMainThread }) => isMainThread).map(({ tid }) => tid);
      assert.deepEqual(mains(ourFile), mains(theirFile));
      assert.deepEqual([...ours.keys()].sort(), [...theirs.keys()].sort());
      let [marked, all] = [0, 0];
      for (const [tid, moments] of theirs) {
        // From where they ended them on, something that is always known is missing.
        const unmarked = moments.findIndex(({ markers }) =>
          !(cpu ? ["CPU:", "Exception:", "GIL:"] : ["Exception:", "GIL:"])
            .every((aspect) => markers.includes(aspect))
        );
        const last = unmarked < 0 ? moments.length : unmarked;
        const relate = (from: readonly Moment[], start: number): string[] =>
          from.map(({ time, stack, markers }, index) =>
            `${(time - start).toFixed(3)} ${stack} ${index < last ? markers : ""}`
          );
        assert.deepEqual(
          relate(ours.get(tid)!, startOf(ours)),
          relate(moments, startOf(theirs)),
        );
        marked += last;
        all += moments.length;
      }
      assert.ok(all > 50 && marked > all / 4, `${marked} of ${all} samples with markers`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
