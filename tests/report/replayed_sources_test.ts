import assert from "node:assert/strict";
import type { Profile, SampleBatch } from "../../src/profile/profile.ts";
import { numberPlaces } from "../../src/report/places.ts";
import { SourceReader } from "../../src/report/sources.ts";
import { loadSyntax } from "../../src/report/syntax.ts";
import { ProfileBuilder, SUMMARY } from "../collectors/profiles.ts";
import { readAll, record } from "../recording/recordings.ts";
import { batchOf } from "./payloads.ts";

Deno.test.beforeAll(loadSyntax);

const SOURCE = "def hot():\n    return 1\n";

/** A folder with two sources, and a capture of this process, which claims to run them. */
async function withSources(
  test: (folder: string, capture: { profile: Profile; batch: SampleBatch }) => void,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tachyon-replayed-" });
  try {
    const before = new Date(Date.now() - 3_600_000);
    const builder = new ProfileBuilder({ startedAt: Date.now() - 1000, pid: Deno.pid });
    const thread = builder.thread(1);
    for (const name of ["same.py", "other.py"]) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, SOURCE);
      await Deno.utime(path, before, before);
      builder.sample(thread, [{ file: path, name: "hot", first: 1, line: 2 }]);
    }
    const batch = batchOf([0, 1].map((stack) => ({ time: stack * 1000, thread, stack })));
    test(folder, { profile: builder.profile, batch });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How a report would show the sources of a profile. */
function statesOf(profile: Profile, startedAt = profile.metadata.startedAt): string[] {
  const reader = new SourceReader({ ...profile.metadata, startedAt });
  return reader.excerpt(profile, numberPlaces(profile)).map(({ state }) => state);
}

/** What a recording of it is read as. */
function replay({ profile, batch }: { profile: Profile; batch: SampleBatch }): Profile {
  return readAll(record({ profile, batches: [batch], summary: SUMMARY }).bytes).profile;
}

const LONG_AGO = 1_700_000_000_000;

Deno.test("a replay knows the sources that ran from those that are there now", async () => {
  await withSources((folder, capture) => {
    assert.deepEqual(statesOf(capture.profile), ["read", "read"]);
    const replayed = replay(capture);
    assert.equal(replayed.digests.size, 2);
    // A file that was fetched again is younger, and the same.
    assert.deepEqual(statesOf(replayed, LONG_AGO), ["read", "read"]);
    Deno.writeTextFileSync(`${folder}/other.py`, SOURCE.replace("1", "2"));
    assert.deepEqual(statesOf(replayed, LONG_AGO), ["read", "changed"]);
    const before = new Date(LONG_AGO - 1000);
    Deno.utimeSync(`${folder}/other.py`, before, before);
    assert.deepEqual(statesOf(replayed, LONG_AGO), ["read", "changed"]);
    Deno.removeSync(`${folder}/same.py`);
    assert.deepEqual(statesOf(replayed, LONG_AGO), ["missing", "changed"]);
  });
});

Deno.test("a source that was changed before it was met is never taken for the one that ran", async () => {
  await withSources((folder, capture) => {
    const now = new Date();
    Deno.utimeSync(`${folder}/other.py`, now, now);
    assert.deepEqual(statesOf(replay(capture), LONG_AGO), ["read", "changed"]);
  });
});

Deno.test("a recording of a recording knows what the first one knew, and nothing of this machine", async () => {
  await withSources((_, capture) => {
    const first = replay(capture);
    const batch = capture.batch;
    assert.deepEqual([...replay({ profile: first, batch }).digests], [...first.digests]);
    first.digests.clear();
    const old = Object.assign(first, { metadata: { ...first.metadata, startedAt: LONG_AGO } });
    assert.equal(replay({ profile: old, batch }).digests.size, 0);
  });
});

Deno.test("sources of a profile that tells nothing of them are not said to be right", async () => {
  await withSources((folder, { profile }) => {
    assert.deepEqual(statesOf(profile, 0), ["unproven", "unproven"]);
    const before = new Date(LONG_AGO - 1000);
    Deno.utimeSync(`${folder}/same.py`, before, before);
    assert.deepEqual(statesOf(profile, LONG_AGO), ["unproven", "changed"]);
  });
});
