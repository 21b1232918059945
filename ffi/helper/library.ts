/**
 * Loads the C helper (`helper.c`, which states the contract of each function). Its bytes are part of
 * the program; on Linux they go into an anonymous file in memory, so that nothing is unpacked and
 * neither HOME nor a writable temporary directory is needed.
 */
import linuxBytes from "./built/helper.so" with { type: "bytes" };

/** The helper's functions as Deno's FFI wants them; `buffer` takes any typed array. */
const FUNCTIONS = {
  tach_first_difference: { parameters: ["buffer", "buffer", "u32"], result: "u32" },
  tach_follow: { parameters: ["buffer", "buffer"], result: "i32" },
  tach_first_unknown: { parameters: ["buffer", "i32"], result: "i32" },
  tach_put_above: { parameters: ["buffer", "i32"], result: "i32" },
  tach_find_stacks: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  tach_close: { parameters: ["i32"], result: "void" },
  tach_open_process: { parameters: ["i32"], result: "i32" },
  tach_open_stat: { parameters: ["i32", "i32"], result: "i32" },
  tach_alive: { parameters: ["i32"], result: "i32" },
  tach_task_cpu: { parameters: ["i32"], result: "i32" },
  tach_open_task_file: { parameters: ["i32", "i32", "i32"], result: "i32" },
  tach_read_activity: { parameters: ["buffer"], result: "void" },
  tach_read: {
    parameters: ["i32", "i32", "buffer", "u32", "buffer", "u32", "u32"],
    result: "i32",
  },
  tach_begin_thread: { parameters: [], result: "i32" },
  tach_prefer: { parameters: [], result: "i32" },
  tach_visit: {
    parameters: ["i32", "i32", "i32", "i32", "buffer", "u32", "buffer", "u32", "u32", "i32"],
    result: "i32",
  },
  tach_visit_end: { parameters: [], result: "i32" },
  tach_visitor_end: { parameters: [], result: "void" },
  tach_now: { parameters: [], result: "f64" },
  tach_sleep_until: { parameters: ["f64", "f64"], result: "f64" },
  tach_stopper_begin: { parameters: ["i32"], result: "i32" },
  tach_stopper_hold: { parameters: [], result: "i32" },
  tach_stopper_holds: { parameters: [], result: "i32" },
  tach_stopper_release: { parameters: [], result: "void" },
  tach_stopper_time: { parameters: [], result: "f64" },
  tach_stopper_end: { parameters: [], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * The functions. Call each from its own call site (`helper.tach_read(…)`): passed around as values
 * through a shared closure they cost 170 ns more.
 */
export type Helper = Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"];

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
  loaded ??= Deno.build.os === "linux" ? loadFromMemory(linuxBytes) : undefined;
  if (loaded === undefined) throw new Error(`no helper was built for ${Deno.build.os}`);
  return loaded;
}

function loadFromMemory(bytes: FfiBuffer): Helper {
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
      return Deno.dlopen(`/proc/self/fd/${fd}`, FUNCTIONS).symbols;
    } finally {
      close(fd);
    }
  } finally {
    libc.close();
  }
}
