import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { hostTarget } from "../../scripts/building/targets.ts";
import { listSums } from "../../scripts/building/sums.ts";
import { writeArchive } from "../../scripts/building/tar.ts";
import { execute, inTemporary, listFiles, type Outcome } from "../cli/command.ts";
import { haveTools } from "../tools.ts";

const INSTALLER = new URL("../../install.sh", import.meta.url).pathname;
const NAME = `tachyon-${hostTarget()}`;

/** Makes a release whose executable is a script that says its version. */
async function release(folder: string, version: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const script = new TextEncoder().encode(`#!/bin/sh\necho tachyon ${version}\n`);
  const path = `${NAME}/tachyon`;
  const archive = writeArchive([{ path, executable: true, bytes: script }]);
  await Deno.writeFile(`${folder}/${NAME}.tar.gz`, gzipSync(archive));
  await Deno.writeFile(`${folder}/${NAME}.tar.zst`, zstdCompressSync(archive));
  const sums = listSums(folder, [`${NAME}.tar.gz`, `${NAME}.tar.zst`]);
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, sums);
}

/** Installs into `home` as somebody does who has no more than that. */
function install(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  const env = { HOME: `${cwd}/home`, TMPDIR: `${cwd}/temporary` };
  return execute("sh", [INSTALLER, ...args], { cwd, env });
}

async function inHome(work: (cwd: string) => Promise<void>): Promise<void> {
  await inTemporary(async (cwd) => {
    await Deno.mkdir(`${cwd}/temporary`);
    await release(`${cwd}/release`, "1.0.0");
    await work(cwd);
    assert.deepEqual(listFiles(`${cwd}/temporary`), []);
  });
}

/** Serves a folder on this machine. */
async function served(folder: string, work: (address: string) => Promise<void>): Promise<void> {
  const asked = (request: Request): Promise<Response> =>
    Deno.readFile(`${folder}${new URL(request.url).pathname}`).then(
      (bytes) => new Response(bytes),
      () => new Response("none", { status: 404 }),
    );
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, asked);
  try {
    await work(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

if (await haveTools("curl")) {
  Deno.test("the installer fetches the executable for this machine, and a newer one over it", async () => {
    await inHome(async (cwd) => {
      await served(`${cwd}/release`, async (address) => {
        const first = await install(cwd, "--from", address);
        assert.equal(first.status, 0, first.stderr);
        assert.match(
          first.stdout,
          /^tachyon 1\.0\.0 is installed: .*home\/\.local\/bin\/tachyon$/m,
        );
        assert.match(first.stdout, /is not on your PATH/);
        await release(`${cwd}/release`, "2.0.0");
        const second = await install(cwd, "--from", `${address}/`);
        assert.match(second.stdout, /^tachyon 2\.0\.0 is installed/m);
        assert.deepEqual(listFiles(`${cwd}/home/.local/bin`), ["tachyon"]);
        assert.equal(Deno.statSync(`${cwd}/home/.local/bin/tachyon`).mode! & 0o777, 0o755);
      });
    });
  });

  Deno.test("the installer says what it could not fetch", async () => {
    await inHome(async (cwd) => {
      await served(`${cwd}/nothing`, async (address) => {
        const { status, stderr } = await install(cwd, "--from", address);
        assert.match(stderr, /install\.sh: cannot get http:.*SHA256SUMS/);
        assert.equal(status, 1);
      });
    });
  });
}

Deno.test("the installer leaves everything as it was when an archive is not the released one", async () => {
  await inHome(async (cwd) => {
    await install(cwd, "--from", `${cwd}/release`, "--to", `${cwd}/bin`);
    for (const end of ["gz", "zst"]) {
      await Deno.writeFile(`${cwd}/release/${NAME}.tar.${end}`, new Uint8Array([1]), {
        append: true,
      });
    }
    const { status, stdout, stderr } = await install(
      cwd,
      "--from",
      "release",
      "--to",
      `${cwd}/bin`,
    );
    assert.match(stderr, /is damaged or not what was released, and is not installed\n {2}expected/);
    assert.equal(stdout, "");
    assert.equal(status, 1);
    assert.deepEqual(listFiles(`${cwd}/bin`), ["tachyon"]);
    assert.equal((await execute(`${cwd}/bin/tachyon`, [])).stdout, "tachyon 1.0.0\n");
  });
});

Deno.test("the installer keeps what is installed when the new executable does not start", async () => {
  await inHome(async (cwd) => {
    await install(cwd, "--from", "release", "--to", "bin");
    const broken = new TextEncoder().encode("#!/bin/sh\nexit 1\n");
    const archive = writeArchive([{ path: `${NAME}/tachyon`, executable: true, bytes: broken }]);
    await Deno.writeFile(`${cwd}/release/${NAME}.tar.gz`, gzipSync(archive));
    await Deno.writeFile(`${cwd}/release/${NAME}.tar.zst`, zstdCompressSync(archive));
    const sums = listSums(`${cwd}/release`, [`${NAME}.tar.gz`, `${NAME}.tar.zst`]);
    await Deno.writeTextFile(`${cwd}/release/SHA256SUMS`, sums);
    const { status, stderr } = await install(cwd, "--from", "release", "--to", "bin");
    assert.match(stderr, /does not start on this machine/);
    assert.equal(status, 1);
    assert.deepEqual(listFiles(`${cwd}/bin`), ["tachyon"]);
    assert.equal((await execute(`${cwd}/bin/tachyon`, [])).stdout, "tachyon 1.0.0\n");
  });
});

Deno.test("the installer says what is missing when it is not told enough", async () => {
  await inHome(async (cwd) => {
    const lines: [string[], RegExp][] = [
      [[], /say where the release is: --from URL/],
      [["--from"], /--from needs a value/],
      [["--everywhere"], /unknown argument --everywhere/],
      [["--from", "release", "--target", "plan9-mips"], /release has no tachyon-plan9-mips\.tar/],
    ];
    for (const [args, message] of lines) {
      const { status, stderr } = await install(cwd, ...args);
      assert.match(stderr, message);
      assert.equal(status, 1);
    }
    assert.deepEqual(listFiles(cwd), ["release", "temporary"]);
  });
});
