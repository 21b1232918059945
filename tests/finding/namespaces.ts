/** Programs in namespaces and roots of their own. */
import assert from "node:assert/strict";
import { report, Target } from "../ffi/targets.ts";

/** Why no namespaces may be made here, if so; in CI they may. */
export async function namespacesRefused(): Promise<boolean> {
  const { success, stderr } = await new Deno.Command("unshare", {
    args: [...NAMESPACES, "true"],
    stdin: "null",
  }).output();
  if (success) return false;
  report(`no namespaces may be made here: ${new TextDecoder().decode(stderr).trim()}`);
  return true;
}

/** Without root, namespaces need a user namespace around them. */
const OWNER = Deno.uid() === 0 ? [] : ["--user", "--map-root-user"];
const NAMESPACES = [...OWNER, "--mount", "--pid", "--fork", "--kill-child"];

/** Runs a program in its own mount and pid namespaces, as child of the process that is returned. */
export function startContained(command: readonly string[]): Target {
  return new Target("unshare", [...NAMESPACES, "--mount-proc", ...command]);
}

/**
 * Runs a program in a root of its own, where only `folders` and the system's libraries are to be seen, and
 * in its own namespaces.
 * @param root an empty folder; what is mounted there goes away with the program
 */
export function startRooted(
  root: string,
  folders: readonly string[],
  command: readonly string[],
): Target {
  const wanted = [...new Set([...folders, "/usr", "/lib", "/lib64", "/dev", "/proc"])];
  const script = `root=$1; shift
count=$1; shift
while [ "$count" -gt 0 ]; do
  if [ -d "$1" ]; then mkdir -p "$root$1" && mount --bind "$1" "$root$1" || exit 1; fi
  shift; count=$((count - 1))
done
exec chroot "$root" "$@"`;
  return new Target("unshare", [
    ...NAMESPACES,
    "sh",
    "-c",
    script,
    "sh",
    root,
    String(wanted.length),
    ...wanted,
    ...command,
  ]);
}

/** Removes such a root, if nothing is mounted there that would be removed with it. */
export async function removeRoot(root: string): Promise<void> {
  const mounts = await Deno.readTextFile("/proc/self/mountinfo");
  assert(!mounts.includes(` ${root}/`), `something is mounted in ${root}`);
  await Deno.remove(root, { recursive: true });
}
