import type { ContainerKind } from "../machine.ts";
import { readText } from "./process_list.ts";

/** What container we run in, by the traces that its manager leaves; undefined for none that is known. */
export function findContainer(proc: string, root = ""): ContainerKind | undefined {
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
