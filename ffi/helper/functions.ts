/**
 * The helper's functions as Deno's FFI wants them, by the system that has them; `buffer` takes any typed
 * array. The C files state the contract of each.
 */

/** What the helper has on every system: the loops, and the clock of the calling thread. */
const EVERYWHERE = {
  tach_first_difference: { parameters: ["buffer", "buffer", "u32"], result: "u32" },
  tach_take: { parameters: ["buffer", "buffer", "buffer", "i32"], result: "i32" },
  tach_follow: { parameters: ["buffer", "buffer"], result: "i32" },
  tach_join: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  tach_put_above: { parameters: ["buffer", "i32"], result: "i32" },
  tach_find_stacks: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  tach_begin_thread: { parameters: [], result: "i32" },
  tach_prefer: { parameters: [], result: "i32" },
  tach_now: { parameters: [], result: "f64" },
  tach_sleep_until: { parameters: ["f64", "f64"], result: "f64" },
} as const satisfies Deno.ForeignLibraryInterface;

/** What it has on Linux. */
export const LINUX = {
  ...EVERYWHERE,
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
  tach_visit: {
    parameters: ["i32", "f64", "i32", "i32", "buffer", "u32", "buffer", "u32", "u32", "i32", "u32"],
    result: "i32",
  },
  tach_visit_plan: {
    parameters: ["i32", "f64", "i32", "buffer", "u32", "buffer", "u32", "f64"],
    result: "i32",
  },
  tach_visit_join: { parameters: ["i32", "i32", "u32"], result: "i32" },
  tach_round_plan: {
    parameters: ["i32", "f64", "i32", "i32", "buffer", "u32", "buffer", "buffer"],
    result: "i32",
  },
  tach_round_join: { parameters: ["f64", "u32"], result: "void" },
  tach_round_recall: { parameters: ["buffer", "buffer", "buffer"], result: "void" },
  tach_round_remember: { parameters: ["buffer", "buffer", "u32", "i32"], result: "void" },
  tach_visit_drop: { parameters: [], result: "void" },
  tach_visits_took: { parameters: [], result: "f64" },
  tach_visits_made: { parameters: [], result: "u32" },
  tach_visit_end: { parameters: [], result: "i32" },
  tach_idler_begin: { parameters: ["i32"], result: "i32" },
  tach_idler_end: { parameters: [], result: "void" },
  tach_visitor_end: { parameters: [], result: "void" },
  tach_stopper_begin: { parameters: ["i32"], result: "i32" },
  tach_stopper_hold: { parameters: [], result: "i32" },
  tach_stopper_holds: { parameters: [], result: "i32" },
  tach_stopper_release: { parameters: [], result: "void" },
  tach_stopper_time: { parameters: [], result: "f64" },
  tach_stopper_end: { parameters: [], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** What it has on macOS. */
export const MACOS = {
  ...EVERYWHERE,
  tach_task_open: { parameters: ["i32"], result: "i32" },
  tach_task_close: { parameters: ["i32"], result: "void" },
  tach_task_read: {
    parameters: ["i32", "buffer", "u32", "buffer", "u32", "u32"],
    result: "i32",
  },
  tach_task_info: { parameters: ["i32", "i32", "buffer", "i32"], result: "i32" },
  tach_task_threads: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  tach_process_info: { parameters: ["i32", "i32", "f64", "buffer", "i32"], result: "i32" },
  tach_process_ids: { parameters: ["buffer", "i32"], result: "i32" },
  tach_process_path: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  tach_process_words: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  tach_signing_flags: { parameters: ["i32"], result: "f64" },
  tach_entitlements: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  tach_unit: { parameters: [], result: "f64" },
  tach_stopper_begin: { parameters: ["i32"], result: "i32" },
  tach_stopper_hold: { parameters: [], result: "i32" },
  tach_stopper_holds: { parameters: [], result: "i32" },
  tach_stopper_release: { parameters: [], result: "void" },
  tach_stopper_time: { parameters: [], result: "f64" },
  tach_stopper_end: { parameters: [], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** What it has on Windows. */
export const WINDOWS = {
  ...EVERYWHERE,
  tach_close: { parameters: ["i32"], result: "void" },
  tach_alive: { parameters: ["i32"], result: "i32" },
  tach_enable_debug: { parameters: [], result: "i32" },
  tach_open_process: { parameters: ["i32"], result: "i32" },
  tach_is_narrow: { parameters: ["i32"], result: "i32" },
  tach_read: { parameters: ["i32", "buffer", "u32", "buffer", "u32", "u32"], result: "i32" },
  tach_modules: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  tach_module_path: { parameters: ["i32", "f64", "buffer", "u32"], result: "i32" },
  tach_processes: { parameters: ["buffer", "u32"], result: "i32" },
  tach_process_times: { parameters: ["i32", "buffer"], result: "i32" },
  tach_process_path: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  tach_process_user: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  tach_user_name: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  tach_command_line: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  tach_threads: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  tach_open_thread: { parameters: ["i32"], result: "i32" },
  tach_thread_name: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  tach_read_activity: { parameters: ["buffer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols<F extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<F>["symbols"];

/**
 * The functions that there are on every system. Call each from its own call site
 * (`helper.tach_now()`): passed around as values through a shared closure they cost 170 ns more.
 */
export type Helper = Symbols<typeof EVERYWHERE>;

/** Those of Linux. */
export type LinuxHelper = Symbols<typeof LINUX>;

/** Those of macOS. */
export type MacHelper = Symbols<typeof MACOS>;

/** Those of Windows. */
export type WindowsHelper = Symbols<typeof WINDOWS>;
