import type { Machine } from "./machine.ts";
import type { Platform } from "./process.ts";
import { createMachine as createLinuxMachine } from "./linux/machine.ts";
import { linux } from "./linux/platform.ts";
import { createMachine as createMac } from "./macos/machine.ts";
import { macos } from "./macos/platform.ts";
import { createMachine as createWindowsMachine } from "./windows/machine.ts";
import { windows } from "./windows/platform.ts";

/** How a system answers what is asked of it. */
interface System {
  readonly platform: Platform;
  readonly createMachine: () => Machine;
}

/** By the names that Deno has for them. Nobody else chooses. */
const SYSTEMS: Partial<Record<typeof Deno.build.os, System>> = {
  linux: { platform: linux, createMachine: createLinuxMachine },
  darwin: { platform: macos, createMachine: createMac },
  windows: { platform: windows, createMachine: createWindowsMachine },
};

/** Systems that are not listed are taken for Linux, whose first call says what is missing. */
const system: System = SYSTEMS[Deno.build.os] ?? SYSTEMS.linux!;

/** The operating system that we are on. */
export const platform: Platform = system.platform;

/** Its processes and rules. */
export function createMachine(): Machine {
  return system.createMachine();
}
