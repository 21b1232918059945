import type { Machine } from "./machine.ts";
import type { Platform } from "./process.ts";
/** How a system answers what is asked of it. */
interface System {
  readonly platform: Platform;
  readonly createMachine: () => Machine;
}

/** By the names that Deno has for them; only the one that we are on is loaded. Nobody else chooses. */
const SYSTEMS: Partial<Record<typeof Deno.build.os, () => Promise<System>>> = {
  linux: async () => {
    const [{ linux }, { createMachine }] = await Promise.all([
      import("./linux/platform.ts"),
      import("./linux/machine.ts"),
    ]);
    return { platform: linux, createMachine };
  },
  darwin: async () => {
    const [{ macos }, { createMachine }] = await Promise.all([
      import("./macos/platform.ts"),
      import("./macos/machine.ts"),
    ]);
    return { platform: macos, createMachine };
  },
  windows: async () => {
    const [{ windows }, { createMachine }] = await Promise.all([
      import("./windows/platform.ts"),
      import("./windows/machine.ts"),
    ]);
    return { platform: windows, createMachine };
  },
};

/** Systems that are not listed are taken for Linux, whose first call says what is missing. */
const system: System = await (SYSTEMS[Deno.build.os] ?? SYSTEMS.linux!)();

/** The operating system that we are on. */
export const platform: Platform = system.platform;

/** Its processes and rules. */
export function createMachine(): Machine {
  return system.createMachine();
}
