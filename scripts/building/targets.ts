import { BuildFault } from "./fault.ts";

/** A kind of machine that tachyon is built for. */
export interface Target {
  /** Its name here: `linux-x64`. */
  readonly name: string;
  /** Its name for `deno compile`. */
  readonly triple: string;
  /** Extension of executables, with the dot. */
  readonly extension: string;
}

/** All of them. */
export const TARGETS: readonly Target[] = [
  { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", extension: "" },
  { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", extension: "" },
  { name: "macos-x64", triple: "x86_64-apple-darwin", extension: "" },
  { name: "macos-arm64", triple: "aarch64-apple-darwin", extension: "" },
  { name: "windows-x64", triple: "x86_64-pc-windows-msvc", extension: ".exe" },
];

/** This machine's name among the targets. */
export function hostTarget(): string {
  const system = Deno.build.os === "darwin" ? "macos" : Deno.build.os;
  return `${system}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
}

/**
 * Targets by their names.
 * @throws BuildFault when there is none of a name.
 */
export function chooseTargets(names: readonly string[]): Target[] {
  return names.map((name) => {
    const target = TARGETS.find((one) => one.name === name);
    if (target !== undefined) return target;
    const known = TARGETS.map((one) => one.name).join(", ");
    throw new BuildFault(`There is no target ${name}; there are: ${known}.`);
  });
}
