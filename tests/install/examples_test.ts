import assert from "node:assert/strict";
import { parse } from "yaml";
import { execute, inTemporary } from "../cli/command.ts";
import { haveTools } from "../tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const WORKFLOWS = [".github/workflows/release.yml", "examples/profile-tests.yml"];

/** What of a workflow is looked at. */
interface Workflow {
  readonly name: string;
  readonly on: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly "runs-on": string;
  readonly needs?: string | readonly string[];
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

function readYaml<T>(path: string): T {
  return parse(Deno.readTextFileSync(`${ROOT}${path}`), { strict: true, uniqueKeys: true }) as T;
}

for (const path of WORKFLOWS) {
  Deno.test(`${path} is a workflow whose jobs have steps, and need jobs that there are`, () => {
    const { name, on, jobs } = readYaml<Workflow>(path);
    assert.ok(name !== "" && on !== undefined);
    for (const [job, { "runs-on": machine, needs, steps }] of Object.entries(jobs)) {
      assert.ok(machine, job);
      for (const needed of [needs ?? []].flat()) assert.ok(Object.hasOwn(jobs, needed), needed);
      assert.ok(steps.length > 0, job);
      for (const { uses, run } of steps) {
        assert.notEqual(uses === undefined, run === undefined, `${job} has a step that does both`);
        if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w/-]+@v\d+$/);
      }
    }
  });
}

Deno.test("the workflows' commands are those of this tachyon", () => {
  const scripts = readYaml<Workflow>("examples/profile-tests.yml").jobs["profile"]!.steps
    .map(({ run }) => run ?? "").join("\n");
  assert.match(scripts, /tachyon run -q -o binary:now\.bin/);
  assert.match(scripts, /tachyon diff --by time --fail-above 10 before\.bin now\.bin/);
});

if (await haveTools("shellcheck")) {
  Deno.test("shellcheck finds nothing in what workflows and the image run", async () => {
    const scripts = WORKFLOWS.flatMap((path) =>
      Object.values(readYaml<Workflow>(path).jobs).flatMap(({ steps }) => steps)
    ).flatMap(({ run }) => run ?? []);
    const image = Deno.readTextFileSync(`${ROOT}examples/container/Dockerfile`);
    scripts.push(...[...image.matchAll(/^RUN ((?:.*\\\n)*.*)$/gm)].map(([, run]) => run!));
    assert.ok(scripts.length > 6);
    await inTemporary(async (cwd) => {
      for (const [index, script] of scripts.entries()) {
        // What is between these braces is put in before a shell sees it.
        const text = script.replace(/\$\{\{.*?\}\}/g, "value");
        await Deno.writeTextFile(`${cwd}/${index}.sh`, `#!/bin/bash\n${text}\n`);
      }
      const names = scripts.map((_, index) => `${index}.sh`);
      const { stdout } = await execute("shellcheck", ["-e", "SC2164", ...names], { cwd });
      assert.equal(stdout, "");
    });
  });
}

Deno.test("the pod's container for tachyon sees the program's processes and may read them, and no more", () => {
  interface Pod {
    readonly kind: string;
    readonly spec: {
      readonly shareProcessNamespace: boolean;
      readonly containers: readonly {
        readonly name: string;
        readonly securityContext?: {
          readonly capabilities: { readonly drop: string[]; readonly add: string[] };
        };
      }[];
    };
  }
  const { kind, spec } = readYaml<Pod>("examples/container/debug-pod.yaml");
  assert.equal(kind, "Pod");
  assert.equal(spec.shareProcessNamespace, true);
  const own = spec.containers.find(({ name }) => name === "tachyon");
  assert.deepEqual(own?.securityContext?.capabilities, { drop: ["ALL"], add: ["SYS_PTRACE"] });
});
