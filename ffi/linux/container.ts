import type { ContainerKind } from "../machine.ts";
import { readLink, readText } from "./process_list.ts";

/** Namespaces that the machine starts with, of which a container has at least one of its own. */
const FIRST: Readonly<Record<string, string>> = {
  pid: "pid:[4026531836]",
  user: "user:[4026531837]",
  uts: "uts:[4026531838]",
  ipc: "ipc:[4026531839]",
};

/**
 * What container we run in, by the traces that its manager leaves; undefined for none that is known. Traces
 * alone do not make one: whole machines are made from images of containers.
 */
export function findContainer(proc: string, root = ""): ContainerKind | undefined {
  const own = Object.keys(FIRST).filter((name) => !isFirst(proc, name));
  return own.length === 0 ? undefined : nameContainer(proc, root);
}

/** Whether we are in the namespace of a kind (pid, user, …) that the machine has started with. */
export function isFirst(proc: string, kind: string): boolean {
  return readLink(`${proc}/self/ns/${kind}`) === FIRST[kind];
}

function nameContainer(proc: string, root: string): ContainerKind | undefined {
  if (Deno.env.get("KUBERNETES_SERVICE_HOST") !== undefined) return "kubernetes";
  const group = readText(`${proc}/self/cgroup`);
  if (/kubepods/.test(group)) return "kubernetes";
  if (exists(`${root}/run/.containerenv`) || /libpod/.test(group)) return "podman";
  if (exists(`${root}/.dockerenv`) || /docker/.test(group)) return "docker";
  const manager = /(?:^|\0)container=([^\0]*)/.exec(readText(`${proc}/1/environ`))?.[1] ??
    readText(`${root}/run/systemd/container`).trim();
  if (manager.startsWith("lxc") || /\/lxc\//.test(group)) return "lxc";
  if (manager === "podman" || manager === "docker") return manager;
  return manager === "" && !/containerd/.test(group) ? undefined : "other";
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
