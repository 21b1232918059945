import assert from "node:assert/strict";
import { planShowing, type Surroundings } from "../../src/cli/browser.ts";
import { runFake } from "./command.ts";

function surroundings(
  env: Readonly<Record<string, string>>,
  system: Surroundings["system"] = "linux",
): Surroundings {
  return { system, hostname: "build7", env: (name) => env[name] };
}

Deno.test("a report is opened with what the system has for it", () => {
  const path = "/srv/out/flamegraph_7.html";
  const open = (env: Record<string, string>, system?: Surroundings["system"]) => {
    const plan = planShowing(path, surroundings(env, system));
    return plan.kind === "open" ? plan.programs : plan.sentence;
  };
  assert.deepEqual(open({ DISPLAY: ":0" }), [["xdg-open", path]]);
  assert.deepEqual(open({ WAYLAND_DISPLAY: "w", BROWSER: "firefox" }), [
    ["xdg-open", path],
    ["firefox", path],
  ]);
  assert.deepEqual(open({ DISPLAY: ":0", BROWSER: "sh -c %s" }), [["xdg-open", path]]);
  assert.deepEqual(open({}, "darwin"), [["open", path]]);
  assert.match(String(open({})), /no screen here; open \/srv\/out\/flamegraph_7\.html/);
});

Deno.test("over SSH there is a line to copy the report with", () => {
  const tell = (path: string, env: Record<string, string>): string => {
    const plan = planShowing(path, surroundings({ DISPLAY: ":10", ...env }));
    return plan.kind === "tell" ? plan.sentence : "";
  };
  const connection = { SSH_CONNECTION: "10.0.0.9 50022 10.0.0.5 22", USER: "ann" };
  assert.match(tell("/tmp/a.html", connection), /: scp ann@10\.0\.0\.5:\/tmp\/a\.html \.$/);
  assert.match(
    tell("/tmp/a b'c.html", connection),
    /scp 'ann@10\.0\.0\.5:\/tmp\/a b'\\''c\.html' \.$/,
  );
  assert.match(
    tell("/tmp/a.html", { SSH_CONNECTION: "fe80::9 5 fe80::5 22", USER: "ann" }),
    /scp ann@\[fe80::5\]:\/tmp\/a\.html/,
  );
  assert.match(tell("/tmp/a.html", { SSH_TTY: "/dev/pts/1" }), /scp build7:\/tmp\/a\.html/);
});

Deno.test("over SSH a page that is one of many is copied with all others", () => {
  const there = surroundings({ SSH_TTY: "/dev/pts/1" });
  const plan = planShowing("/tmp/map/index.html", there, "/tmp/map");
  assert.match(plan.kind === "tell" ? plan.sentence : "", /scp -r build7:\/tmp\/map \.$/);
});

Deno.test("--browser takes a heat map for a report", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tachyon-browser-" });
  try {
    await Deno.writeTextFile(`${folder}/in.txt`, "x.py:f:1;x.py:g:2 5\n");
    const words = ["replay", `${folder}/in.txt`, "--heatmap", "--browser", "-o", `${folder}/map`];
    const env = { SSH_TTY: "/dev/pts/1", DISPLAY: "", WAYLAND_DISPLAY: "" };
    const { status, stderr } = await runFake(words, { env });
    assert.equal(status, 0, stderr);
    assert.match(stderr, new RegExp(`scp -r \\S+:${await Deno.realPath(folder)}/map \\.`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--browser starts the browser with the report that was written", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tachyon-browser-" });
  try {
    await Deno.writeTextFile(`${folder}/in.txt`, "x.py:f:1;x.py:g:2 5\n");
    await Deno.writeTextFile(`${folder}/xdg-open`, `#!/bin/sh\necho "$1" > ${folder}/opened\n`);
    await Deno.chmod(`${folder}/xdg-open`, 0o755);
    const line = [
      "replay",
      `${folder}/in.txt`,
      "--flamegraph",
      "--browser",
      "-o",
      `${folder}/r.html`,
    ];
    const env = {
      DISPLAY: ":0",
      PATH: `${folder}:${Deno.env.get("PATH")}`,
      SSH_CONNECTION: "",
      SSH_TTY: "",
    };
    const { status, stderr } = await runFake(line, { env });
    assert.equal(status, 0, stderr);
    const opened = (await Deno.readTextFile(`${folder}/opened`)).trim();
    assert.equal(opened, await Deno.realPath(`${folder}/r.html`));
    const overSsh = await runFake(line, {
      env: { ...env, SSH_CONNECTION: "1.2.3.4 1 5.6.7.8 22" },
    });
    assert.match(overSsh.stderr, /scp .*5\.6\.7\.8:.*r\.html/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
