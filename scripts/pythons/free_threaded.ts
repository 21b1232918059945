import { run, say, which } from "../shell.ts";
import type { Mirror } from "./apt_sources.ts";
import { aptEnvironment, mirrorOfThisMachine, NotProvisioned, readIndex } from "./debian.ts";
import { localPythons } from "./find.ts";

/** Debian's source archive of a version, in its pool; its own packages are all built with a GIL. */
interface Source {
  readonly minor: string;
  /** Below `pool/main/p/`. */
  readonly path: string;
  readonly sha256: string;
}

const SOURCES: readonly Source[] = [
  {
    minor: "3.13",
    path: "python3.13/python3.13_3.13.5.orig.tar.xz",
    sha256: "93e583f243454e6e9e4588ca2c2662206ad961659863277afcdb96801647d640",
  },
  {
    minor: "3.14",
    path: "python3.14/python3.14_3.14.7.orig.tar.xz",
    sha256: "3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81",
  },
  {
    minor: "3.15",
    path: "python3.15/python3.15_3.15.0~rc1.orig.tar.xz",
    sha256: "f84dad680ab2147417d2739355c2678f0f9acffe4ae8ef77895de1454b384b07",
  },
];

const APT_HELPER = "/usr/lib/apt/apt-helper";
/** Extension modules that no target of a test imports, and that take long to compile. */
const LEFT_OUT = "_blake2 _bz2 _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr " +
  "_codecs_tw _ctypes _curses _curses_panel _dbm _decimal _elementtree _gdbm _hashlib _hmac " +
  "_lzma _md5 _multibytecodec _remote_debugging _sha1 _sha3 _sqlite3 _ssl _tkinter _uuid _zoneinfo " +
  "_zstd pyexpat readline zlib";
/** Folders of the library that no target of a test imports. */
const UNUSED = ["test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3"];
const IMPORTED =
  "asyncio, cProfile, concurrent.interpreters, json, random, re, threading, unicodedata";

/**
 * Builds a free-threaded Python into `.pythons/free-threaded-<minor>`, with the modules that tests need
 * and little optimisation: that takes one minute and a half on two CPUs.
 * @throws {NotProvisioned} where there is no Debian to fetch the sources from, or no compiler.
 */
export async function buildFreeThreaded(minor: string): Promise<void> {
  const source = SOURCES.find((source) => source.minor === minor);
  if (source === undefined) throw new Error(`No source of Python ${minor} is known`);
  const mirror = await mirrorOfThisMachine();
  for (const program of ["cc", "make", "tar", "xz"]) {
    if (await which(program) !== undefined) continue;
    throw new NotProvisioned(
      `This machine has no ${program}, so Python ${minor}t cannot be built. Install gcc, libc6-dev, ` +
        "make and xz-utils, or name a folder of ready builds in TACHYON_PYTHONS, and try again.",
    );
  }
  await Deno.mkdir(localPythons, { recursive: true });
  const work = await Deno.makeTempDir({ dir: localPythons, prefix: ".building-" });
  try {
    say(`pythons: building ${minor}t from Debian's sources`);
    const archive = await fetchPinned(mirror, source, work).catch(() =>
      fetchNewest(mirror, minor, work)
    );
    const tree = `${work}/source`;
    await Deno.mkdir(tree);
    await run("tar", ["-xJf", archive, "-C", tree, "--strip-components=1"]);
    await compile(tree);
    const place = `${work}/place`;
    await arrange(tree, place, minor);
    await run(`${place}/bin/python${minor}t`, ["-I", "-c", `import ${importedBy(minor)}`]);
    const target = `${localPythons}/free-threaded-${minor}`;
    await Deno.rename(target, `${work}/replaced`).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.rename(place, target);
    say(`pythons: ${minor}t is ready in ${target}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Fetches the archive that is known to do; Debian's pool keeps it for some time. */
async function fetchPinned(mirror: Mirror, source: Source, work: string): Promise<string> {
  const archive = `${work}/source.tar.xz`;
  const uri = `${mirror.uri.replace(/\/$/, "")}/pool/main/p/${source.path}`;
  await run(APT_HELPER, ["download-file", uri, archive, `SHA256:${source.sha256}`]);
  return archive;
}

/** Fetches what Debian has now, the newest version that its mirror really holds. */
async function fetchNewest(mirror: Mirror, minor: string, work: string): Promise<string> {
  const settings = await readIndex(mirror, "sid", "deb-src", work);
  const options = { env: aptEnvironment, cwd: work };
  const index = await run("apt-cache", [...settings, "showsrc", `python${minor}`], options);
  const versions = [...index.matchAll(/^Version: (\S+)$/gm)].map(([, version]) => version!);
  for (const version of versions.reverse()) {
    const wanted = `python${minor}=${version}`;
    try {
      await run("apt-get", [...settings, "source", "--tar-only", wanted], options);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      continue;
    }
    for await (const { name } of Deno.readDir(work)) {
      if (name.endsWith(".orig.tar.xz")) return `${work}/${name}`;
    }
  }
  throw new NotProvisioned(
    `Debian's mirror holds no source of Python ${minor}, so ${minor}t cannot be built. Name a folder of ` +
      "ready builds in TACHYON_PYTHONS, and try again.",
  );
}

async function compile(tree: string): Promise<void> {
  await Deno.writeTextFile(`${tree}/Modules/Setup.local`, `*disabled*\n${LEFT_OUT}\n`);
  const configure = ["--disable-gil", "--disable-test-modules", "--with-ensurepip=no", "-q"];
  await run("./configure", [...configure, "OPT=-DNDEBUG -O1"], { cwd: tree });
  await run("make", ["-s", `-j${navigator.hardwareConcurrency}`], { cwd: tree });
}

/** Puts what was built where an installed Python has it; `make install` would compile all of the library. */
async function arrange(tree: string, place: string, minor: string): Promise<void> {
  const name = `python${minor}t`;
  const library = `${place}/lib/${name}`;
  await Deno.mkdir(`${place}/bin`, { recursive: true });
  await Deno.mkdir(`${place}/lib`);
  await Deno.copyFile(`${tree}/python`, `${place}/bin/${name}`);
  await Deno.rename(`${tree}/Lib`, library);
  for (const folder of UNUSED) {
    await Deno.remove(`${library}/${folder}`, { recursive: true }).catch(() => {});
  }
  await Deno.mkdir(`${library}/lib-dynload`);
  const built = `${tree}/${(await Deno.readTextFile(`${tree}/pybuilddir.txt`)).trim()}`;
  for await (const { name: file } of Deno.readDir(built)) {
    if (file.endsWith(".so")) {
      // What lies there may be a link into the tree.
      await Deno.copyFile(`${built}/${file}`, `${library}/lib-dynload/${file}`);
    } else if (file.startsWith("_sysconfig")) {
      await Deno.copyFile(`${built}/${file}`, `${library}/${file}`).catch(() => {});
    }
  }
}

/** `concurrent.interpreters` came with 3.14. */
function importedBy(minor: string): string {
  return minor === "3.13" ? IMPORTED.replace("concurrent.interpreters, ", "") : IMPORTED;
}
