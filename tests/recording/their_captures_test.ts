import assert from "node:assert/strict";
import { escapeCollapsed } from "../../collectors/escape.ts";
import { createCollapsed, DEFAULT_COLLAPSED } from "../../collectors/collapsed.ts";
import { run } from "../../scripts/shell.ts";
import type { Recording } from "../../src/recording/recording.ts";
import { readPieces } from "../collectors/profiles.ts";
import { open } from "./recordings.ts";
import { python315 } from "./their_reader.ts";

const subject = new URL("subject.py", import.meta.url).pathname;

/** What `--binary` is combined with, and what must come out of it. */
const MIXES: readonly {
  readonly args: readonly string[];
  readonly holds?: (recording: Recording) => void;
}[] = [
  {
    args: ["--compression", "none"],
    holds: ({ metadata }) => {
      assert.equal(metadata.mode, "wall");
      assert.equal(metadata.allThreads, false);
      assert.deepEqual(metadata.features, { native: false, gc: true, opcodes: false });
      assert.equal(metadata.intervalUs, 1000);
    },
  },
  {
    args: ["-a", "--compression", "none"],
    holds: ({ profile, metadata }) => {
      assert.ok(metadata.allThreads && profile.threads.length >= 3);
      assert.equal(profile.threads.filter(({ main }) => main).length, 1);
    },
  },
  {
    args: ["-a", "--native", "--opcodes", "-r", "5khz"],
    holds: ({ profile, metadata }) => {
      assert.deepEqual(metadata.features, { native: true, gc: true, opcodes: true });
      assert.equal(metadata.intervalUs, 200);
      assert.ok(profile.frames.opcode.view().some((opcode) => opcode >= 0));
    },
  },
  {
    args: ["--mode", "cpu", "-a", "--no-gc"],
    holds: ({ metadata }) => {
      assert.equal(metadata.mode, "cpu");
      assert.equal(metadata.features?.gc, false);
    },
  },
  { args: ["--mode", "gil", "-a"], holds: ({ metadata }) => assert.equal(metadata.mode, "gil") },
  {
    args: ["--mode", "exception", "-a", "--compression", "none"],
    holds: ({ metadata }) => assert.equal(metadata.mode, "exception"),
  },
  {
    args: ["--blocking"],
    holds: ({ metadata }) => assert.equal(metadata.consistency, "blocking"),
  },
];

for (const { args, holds } of MIXES) {
  Deno.test(`what CPython records with ${args.join(" ")} collapses as with CPython`, async () => {
    const python = await python315();
    if (python === undefined) return;
    const folder = await Deno.makeTempDir();
    const [file, text] = [`${folder}/a.bin`, `${folder}/a.txt`];
    try {
      const sampling = ["-m", "profiling.sampling"];
      await run(python, [...sampling, "run", "--binary", ...args, "-o", file, subject]);
      await run(python, [...sampling, "replay", "--collapsed", "-o", text, file]);
      const recording = open(await Deno.readFile(file));
      let samples = 0;
      let last = 0;
      for (const batch of recording.read()) {
        samples += batch.length;
        for (const time of batch.time) {
          assert.ok(time >= last);
          last = time;
        }
      }
      assert.equal(recording.recovered, undefined);
      assert.equal(samples, recording.samples);
      assert.ok(samples > 0);
      const ours = createCollapsed({ ...DEFAULT_COLLAPSED, threads: true })
        .finish(recording.profile, recording.summary);
      assert.deepEqual(lines(readPieces(ours)), theirLines(await Deno.readTextFile(text)));
      holds?.(recording);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Stacks of equal counts come in another order than theirs. */
function lines(text: string): string[] {
  return text.trimEnd().split("\n").sort();
}

/** Their stacks; what they write as it is, such as garbage of a torn reading, is escaped as ours. */
function theirLines(text: string): string[] {
  return lines(text).map((line) => line.split(";").map(escapeCollapsed).join(";")).sort();
}
