import { run, say, which } from "../shell.ts";
import { findMirror, type Mirror } from "./apt_sources.ts";
import { patchExecutable } from "./elf_patch.ts";
import { localPythons } from "./find.ts";
import { neededMinors, type Suite } from "./version.ts";

const keyring = "/usr/share/keyrings/debian-archive-keyring";

/** Why interpreters cannot be fetched from Debian here, and what to do instead. */
export class NotProvisioned extends Error {}

/**
 * Fetches the versions of Python that a Debian release has, with their libraries, and makes them run from
 * `.pythons/debian-<suite>`, whatever C library the machine itself has. Needs apt, but neither root nor
 * changes to the system.
 * @throws {NotProvisioned} on a machine that is no Debian.
 */
export async function provisionPythons(suite: Suite): Promise<void> {
  const target = `${localPythons}/debian-${suite.name}`;
  const mirror = await mirrorOfThisMachine();
  await Deno.mkdir(localPythons, { recursive: true });
  const work = await Deno.makeTempDir({ dir: localPythons, prefix: ".building-" });
  try {
    const packages = await download(mirror, suite, work);
    const root = `${work}/root`;
    await Deno.mkdir(root);
    say(`pythons: unpacking ${packages.length} packages`);
    for (const path of packages) await run("dpkg-deb", ["-x", path, root]);
    await mergeLibraries(root);
    await pointToLibraries(root, target, suite);
    await moveIntoPlace(root, target, work);
    await makeReady(target, suite);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  say(`pythons: ready in ${target}`);
}

/**
 * The mirror that this machine gets Debian from.
 * @throws {NotProvisioned} if it is no Debian.
 */
export async function mirrorOfThisMachine(): Promise<Mirror> {
  const instead = `Install CPython ${neededMinors.join(", ")} with a tool such as pyenv or uv, ` +
    "or link them into .pythons/<name>/bin, and try again.";
  for (const program of ["apt-get", "dpkg-deb", "dpkg"]) {
    if (await which(program) === undefined) {
      throw new NotProvisioned(
        `This machine has no ${program}, so it cannot fetch from Debian. ${instead}`,
      );
    }
  }
  const release = await readText("/etc/os-release");
  const field = (name: string): string =>
    new RegExp(`^${name}="?([^"\\n]*)`, "m").exec(release)?.[1] ?? "";
  if (field("ID") !== "debian") {
    throw new NotProvisioned(
      `This system is ${
        field("ID") || "not known"
      }; Pythons are fetched on Debian only. ${instead}`,
    );
  }
  const files = new Map<string, string>();
  files.set("/etc/apt/sources.list", await readText("/etc/apt/sources.list"));
  for await (const entry of Deno.readDir("/etc/apt/sources.list.d")) {
    if (!/\.(list|sources)$/.test(entry.name)) continue;
    const path = `/etc/apt/sources.list.d/${entry.name}`;
    files.set(path, await readText(path));
  }
  const mirror = findMirror(files, field("VERSION_CODENAME"));
  if (mirror === undefined) {
    throw new NotProvisioned(
      `apt's sources name no Debian mirror with a whole release. ${instead}`,
    );
  }
  return mirror;
}

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

/** The environment of apt's programs: what they print is read. */
export const aptEnvironment = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };

/**
 * Reads a suite's index into a private apt state.
 * @param kind of packages, those that are built or their sources.
 * @param work folder of the state.
 * @returns the options with which apt's programs use it.
 */
export async function readIndex(
  mirror: Mirror,
  suite: string,
  kind: "deb" | "deb-src",
  work: string,
): Promise<string[]> {
  for (const folder of ["state/lists/partial", "cache/archives/partial"]) {
    await Deno.mkdir(`${work}/${folder}`, { recursive: true });
  }
  const architecture = (await run("dpkg", ["--print-architecture"])).trim();
  const signedBy = mirror.signedBy ?? await firstFile(`${keyring}.pgp`, `${keyring}.gpg`);
  const options = [`arch=${architecture}`, ...(signedBy ? [`signed-by=${signedBy}`] : [])];
  await Deno.writeTextFile(
    `${work}/sources.list`,
    `${kind} [${options.join(" ")}] ${mirror.uri} ${suite} main\n`,
  );
  await Deno.writeTextFile(`${work}/status`, "");
  const settings = [
    `Dir::State=${work}/state`,
    `Dir::State::status=${work}/status`,
    `Dir::Cache=${work}/cache`,
    `Dir::Etc::sourcelist=${work}/sources.list`,
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::Etc::preferences=/dev/null",
    "Dir::Etc::preferencesparts=/dev/null",
    `Dir::Log=${work}`,
    "Acquire::Check-Valid-Until=false",
    "Acquire::Languages=none",
    "Acquire::Retries=3",
    "APT::Install-Recommends=false",
    // apt's own user cannot write into a private folder
    ...(Deno.uid() === 0 ? ["APT::Sandbox::User=root"] : []),
  ].flatMap((setting) => ["-o", setting]);
  say(`pythons: reading Debian's package index (suite ${suite})`);
  await run("apt-get", [...settings, "update"], { env: aptEnvironment });
  return settings;
}

/** Downloads the packages; returns the paths of the `.deb` files. */
async function download(mirror: Mirror, suite: Suite, work: string): Promise<string[]> {
  const settings = await readIndex(mirror, suite.name, "deb", work);
  const env = aptEnvironment;
  const wanted = [...suite.minors.map((minor) => `python${minor}`), ...suite.extras];
  say(`pythons: downloading ${wanted.join(", ")} with their libraries`);
  await run("apt-get", [...settings, "-y", "--download-only", "install", ...wanted], { env });
  const archives = `${work}/cache/archives`;
  const entries = await Array.fromAsync(Deno.readDir(archives));
  return entries.filter((entry) => entry.name.endsWith(".deb")).map((entry) =>
    `${archives}/${entry.name}`
  );
}

async function firstFile(...paths: string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (await Deno.stat(path).catch(() => undefined)) return path;
  }
  return undefined;
}

/** Older releases unpack a part of the libraries into `/lib`, which is a link to `/usr/lib` when installed. */
async function mergeLibraries(root: string): Promise<void> {
  const old = `${root}/lib`;
  if (await Deno.stat(old).catch(() => undefined) === undefined) return;
  await run("cp", ["-a", `${old}/.`, `${root}/usr/lib`]);
  await Deno.remove(old, { recursive: true });
}

/** Makes the unpacked interpreters use the unpacked loader and libraries, at their final place. */
async function pointToLibraries(root: string, target: string, suite: Suite): Promise<void> {
  const { folder, loader } = await findLoader(root);
  const libraries = `${target}/usr/lib/${folder}`;
  for (const minor of suite.minors) {
    const path = `${root}/usr/bin/python${minor}`;
    const file = await Deno.readFile(path);
    await Deno.writeFile(path, patchExecutable(file, `${libraries}/${loader}`, libraries));
  }
}

/** The architecture's library folder (`x86_64-linux-gnu`) and the dynamic loader's name in it. */
async function findLoader(root: string): Promise<{ folder: string; loader: string }> {
  for await (const folder of Deno.readDir(`${root}/usr/lib`)) {
    if (!folder.isDirectory || !folder.name.endsWith("-linux-gnu")) continue;
    for await (const entry of Deno.readDir(`${root}/usr/lib/${folder.name}`)) {
      if (/^ld-linux.*\.so\.\d$/.test(entry.name)) {
        return { folder: folder.name, loader: entry.name };
      }
    }
  }
  throw new Error("The C library's package holds no dynamic loader");
}

async function moveIntoPlace(root: string, target: string, work: string): Promise<void> {
  await Deno.rename(target, `${work}/replaced`).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.chmod(root, 0o755);
  await Deno.rename(root, target);
}

/** Tries each interpreter, and compiles its library so that users who cannot write here start fast. */
async function makeReady(target: string, { minors }: Suite): Promise<void> {
  for (const minor of minors) {
    const python = `${target}/usr/bin/python${minor}`;
    const modules = ["ssl", "sqlite3", "ctypes", "hashlib", "zlib", "_asyncio", "multiprocessing"];
    if (minor === "3.15") modules.push("profiling.sampling");
    await run(python, ["-I", "-c", `import ${modules.join(", ")}`]);
    await run(python, [
      "-I",
      "-m",
      "compileall",
      "-q",
      "-j",
      "0",
      `${target}/usr/lib/python${minor}`,
    ]);
    say(`pythons: ${(await run(python, ["-I", "--version"])).trim()} works`);
  }
}
