import assert from "node:assert/strict";
import { execute, inTemporary, listFiles, processesIn } from "../cli/command.ts";
import { untilSampled } from "./patience.ts";
import { untilRecorded } from "./recorded.ts";
import { ORDERS, PYTHONS, runTachyon, SUBJECTS } from "./subjects.ts";

const SUBJECT = SUBJECTS.at(-1)!;
const PYTHON = PYTHONS.at(-1)!.path;
const TARGETS = new URL("targets/", import.meta.url).pathname;
const PATIENCE_MS = 20_000;

const TESTS = `
import time, unittest
class Case(unittest.TestCase):
    def test_slow(self):
        self.burn(time.monotonic() + 0.5)
    def burn(self, end):
        while time.monotonic() < end: pass
    def test_bad(self):
        self.fail("as it should")
`;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!await holds()) {
    assert.ok(performance.now() < deadline);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Sends a request and reads the answer to its end. */
async function request(port: number): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
  let text = "";
  for await (const piece of connection.readable) text += new TextDecoder().decode(piece);
  return text;
}

/** Sends requests until there is something in a recording. */
async function requestUntilRecorded(port: number, path: string): Promise<void> {
  await until(() => request(port).then(() => true, () => false));
  let over = false;
  const recorded = untilRecorded(path).finally(() => over = true);
  while (!over) await request(port);
  await recorded;
}

/** A child of the program that a run has started. */
async function findWorker(cwd: string, tachyon: number): Promise<string> {
  let worker: string | undefined;
  await until(() => {
    worker = processesIn(cwd).find((pid) => parentOf(parentOf(pid)) === String(tachyon));
    return worker !== undefined;
  });
  return worker!;
}

function parentOf(pid: string): string {
  try {
    return /^PPid:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? "";
  } catch {
    return "";
  }
}

async function namesIn(cwd: string, file: string): Promise<Set<string>> {
  const { stdout, stderr, status } = await runTachyon(
    SUBJECT,
    ["replay", "--json", "-o", "-", file],
    { cwd },
  );
  assert.equal(status, 0, stderr);
  const { functions } = JSON.parse(stdout) as { functions: { name: string }[] };
  return new Set(functions.map(({ name }) => name));
}

Deno.test("a test runner is profiled with its tests, and its status is passed on", async () => {
  await inTemporary(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/test_it.py`, TESTS);
    const words = [
      "run",
      "--python",
      PYTHON,
      "--collapsed",
      "-o",
      "-",
      "-m",
      "unittest",
      "test_it",
    ];
    const { status, stdout, stderr } = await untilSampled(() =>
      runTachyon(SUBJECT, words, { cwd })
    );
    assert.match(stdout, /test_slow.*;.*burn/);
    assert.match(stderr, /as it should/);
    assert.equal(status, 1);
  });
});

Deno.test("programs are found behind shims: wrappers that wait, wrappers that do not, links of a venv", async () => {
  await inTemporary(async (cwd) => {
    const scripts = {
      "exec.sh": `#!/bin/sh\nexec '${PYTHON}' "$@"\n`,
      "wait.sh": `#!/bin/sh\n'${PYTHON}' "$@"\nexit $?\n`,
      "twice.sh": `#!/bin/sh\n./wait.sh "$@"\nexit 5\n`,
    };
    for (const [name, text] of Object.entries(scripts)) {
      await Deno.writeTextFile(`${cwd}/${name}`, text, { mode: 0o755 });
    }
    const venv = await execute(PYTHON, ["-m", "venv", "--without-pip", "venv"], { cwd });
    assert.equal(venv.status, 0, venv.stderr);
    const ways: [string[], Record<string, string>, number][] = [
      [["--", "./exec.sh", ORDERS, "0.5"], {}, 0],
      [["--", "./wait.sh", ORDERS, "0.5"], {}, 0],
      [["--", "./twice.sh", ORDERS, "0.5"], {}, 5],
      [["--", "venv/bin/python", ORDERS, "0.5"], {}, 0],
      [[ORDERS, "0.5"], { VIRTUAL_ENV: `${cwd}/venv` }, 0],
    ];
    for (const [words, env, expected] of ways) {
      const { status, stdout, stderr } = await untilSampled(() =>
        runTachyon(SUBJECT, ["run", "--collapsed", "-o", "-", ...words], { cwd, env })
      );
      assert.match(stdout, /find_coupons/, stderr);
      assert.equal(status, expected, words.join(" "));
    }
  });
});

Deno.test("a server of the standard library is profiled while it serves, and ends at Ctrl-C", async () => {
  await inTemporary(async (cwd) => {
    const port = freePort();
    const words = ["run", "-a", "--python", PYTHON, "-o", "binary:a.bin"];
    const server = ["-m", "http.server", String(port), "--bind", "127.0.0.1"];
    const { stderr } = await runTachyon(SUBJECT, [...words, ...server], {
      cwd,
      during: async (tachyon) => {
        await requestUntilRecorded(port, `${cwd}/a.bin.partial`);
        tachyon.kill("SIGINT");
      },
    });
    assert.deepEqual(listFiles(cwd), ["a.bin"], stderr);
    const names = await namesIn(cwd, "a.bin");
    assert.ok([...names].some((name) => name.endsWith("serve_forever")), [...names].join());
    assert.deepEqual(processesIn(cwd), []);
  });
});

Deno.test("a master and its workers are profiled, and nothing is left behind", async () => {
  await inTemporary(async (cwd) => {
    const port = freePort();
    const words = ["run", "--python", PYTHON, "-o", "binary:a.bin", `${TARGETS}prefork.py`];
    const { status, stderr } = await runTachyon(SUBJECT, [...words, String(port)], {
      cwd,
      during: async (tachyon) => {
        await untilRecorded(`${cwd}/a.bin.partial`);
        const attach = ["attach", "-o", "binary:b.bin", await findWorker(cwd, tachyon.pid)];
        const { status, stderr } = await runTachyon(SUBJECT, attach, {
          cwd,
          during: async (second) => {
            await requestUntilRecorded(port, `${cwd}/b.bin.partial`);
            second.kill("SIGINT");
          },
        });
        assert.equal(status, 0, stderr);
        tachyon.kill("SIGTERM");
      },
    });
    assert.equal(status, 3, stderr);
    assert.ok((await namesIn(cwd, "a.bin")).has("watch"));
    const names = await namesIn(cwd, "b.bin");
    assert.ok(names.has("serve") && !names.has("watch"), [...names].join());
    await until(() => processesIn(cwd).length === 0);
  });
});

Deno.test("a pool's program is profiled, and so is one of its workers", async () => {
  await inTemporary(async (cwd) => {
    const words = ["run", "--python", PYTHON, "-o", "binary:a.bin", `${TARGETS}pool.py`, "6"];
    const { status, stdout, stderr } = await runTachyon(SUBJECT, words, {
      cwd,
      during: async (tachyon) => {
        await untilRecorded(`${cwd}/a.bin.partial`);
        const worker = await findWorker(cwd, tachyon.pid);
        const attach = ["attach", "-d", "1", "-o", "binary:b.bin", worker];
        const outcome = await untilSampled(() => runTachyon(SUBJECT, attach, { cwd }));
        assert.equal(outcome.status, 0, outcome.stderr);
      },
    });
    assert.equal(stdout, "2\n");
    assert.equal(status, 0, stderr);
    assert.ok((await namesIn(cwd, "a.bin")).has("Pool.map"));
    assert.ok((await namesIn(cwd, "b.bin")).has("burn"));
  });
});
