/**
 * Loads the C helper, with the functions that `functions.ts` lists. Its bytes are part of
 * the program; on Linux they go into an anonymous file in memory, so that nothing is unpacked and
 * neither HOME nor a writable temporary directory is needed.
 */
import library from "./built/helper.so" with { type: "bytes" };
import {
  type Helper,
  LINUX,
  type LinuxHelper,
  type MacHelper,
  MACOS,
  WINDOWS,
  type WindowsHelper,
} from "./functions.ts";
import { keepLibrary } from "./kept_library.ts";

/** A typed array as FFI's types want it; arrays over a SharedArrayBuffer pass as well. */
export type FfiBuffer = Uint8Array<ArrayBuffer>;

/** `memfd_create(2)`: close on exec; sealed against execve, which mapping as a library is not. */
const MFD_CLOEXEC = 1;
const MFD_NOEXEC_SEAL = 8;

let loaded: Helper | undefined;

/**
 * The helper, loaded once per thread of JavaScript (a Worker loads its own).
 * @throws {Error} when the system refuses to load it: a defect of the build or of the machine.
 */
export function loadHelper(): Helper {
  loaded ??= load();
  if (loaded === undefined) throw new Error(`no helper was built for ${Deno.build.os}`);
  return loaded;
}

function load(): Helper | undefined {
  switch (Deno.build.os) {
    case "linux":
      return loadFromMemory(library);
    case "darwin":
      return loadFromFile(library);
    case "windows":
      return Deno.dlopen(keepLibrary(library), WINDOWS).symbols;
    default:
      return undefined;
  }
}

/** The same with what only Linux has. */
export function loadLinuxHelper(): LinuxHelper {
  return loadHelper() as LinuxHelper;
}

/** The same with what only macOS has. */
export function loadMacHelper(): MacHelper {
  return loadHelper() as MacHelper;
}

/**
 * macOS loads libraries from files only. The file lies in a folder that nobody else may look into, and is
 * gone when this returns: what is loaded stays.
 */
function loadFromFile(bytes: FfiBuffer): MacHelper {
  const folder = Deno.makeTempDirSync({ prefix: "tachyon-" });
  try {
    const path = `${folder}/helper.dylib`;
    Deno.writeFileSync(path, bytes, { mode: 0o500, createNew: true });
    return Deno.dlopen(path, MACOS).symbols;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The same with what only Windows has. */
export function loadWindowsHelper(): WindowsHelper {
  return loadHelper() as WindowsHelper;
}

function loadFromMemory(bytes: FfiBuffer): LinuxHelper {
  const libc = Deno.dlopen("libc.so.6", {
    memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
  const { memfd_create, write, close } = libc.symbols;
  try {
    const name = new TextEncoder().encode("tachyon-helper\0");
    // Linux before 6.3 does not know the seal; a system set to vm.memfd_noexec=2 insists on it.
    let fd = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);
    if (fd < 0) fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0) throw new Error("memfd_create failed");
    try {
      for (let at = 0; at < bytes.length;) {
        const written = Number(write(fd, bytes.subarray(at), BigInt(bytes.length - at)));
        if (written <= 0) throw new Error("writing the helper to memory failed");
        at += written;
      }
      return Deno.dlopen(`/proc/self/fd/${fd}`, LINUX).symbols;
    } finally {
      close(fd);
    }
  } finally {
    libc.close();
  }
}
