import { dirname } from "node:path";

/** Larger files are no source that somebody wrote. */
const MOST_BYTES = 4 << 20;
const MOST_LINKS = 40;
const SOURCE_NAME = /\.(py|pyw|pyi|pyx|pxi)$/i;

/** A source as it was found. */
export interface SourceFile {
  readonly text: string;
  /** Milliseconds since 1970; 0 when not known. */
  readonly modifiedAt: number;
}

/** Where a process has its files: on Linux it may have another root than we, elsewhere it has ours. */
export function rootOf(pid: number): string {
  return Deno.build.os === "linux" ? `/proc/${pid}/root` : "";
}

/**
 * Reads a Python source below a root folder. Links are followed within that root, as the target itself
 * would: the system would follow them from our own. Only regular files are read, and only what is
 * called a Python source or begins as a script of Python does: the path comes from the target, and
 * must not make us show any file that we may read and it may not.
 * @param root `""` for our own root, or that of a process.
 * @returns undefined when there is no such source.
 */
export function readSourceFile(root: string, path: string): SourceFile | undefined {
  try {
    const real = Deno.build.os === "windows" ? localPath(path) : resolveWithin(root, path);
    if (real === undefined) return undefined;
    const info = Deno.lstatSync(real);
    if (!info.isFile || info.size > MOST_BYTES) return undefined;
    const text = new TextDecoder().decode(Deno.readFileSync(real));
    if (!SOURCE_NAME.test(real) && !/^#!.*python/.test(text)) return undefined;
    if (text.includes("\0")) return undefined;
    return { text, modifiedAt: info.mtime?.getTime() ?? 0 };
  } catch {
    // Gone, or not for us: a report without its lines is still a report.
    return undefined;
  }
}

/**
 * A path on a drive of this Windows: any other one could make us log on to a server, or open a device. The
 * file itself must be no link.
 */
function localPath(path: string): string | undefined {
  return /^[A-Za-z]:[\\/]/.test(path) ? path : undefined;
}

/** Follows links one by one, an absolute one from the root. */
function resolveWithin(root: string, path: string): string | undefined {
  if (!path.startsWith("/")) return undefined;
  const pending = path.split("/").reverse();
  let at = "";
  for (let links = 0; pending.length > 0;) {
    const part = pending.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      at = at === "" ? "" : dirname(at).replace(/^\/$/, "");
      continue;
    }
    const next = `${at}/${part}`;
    if (!Deno.lstatSync(root + next).isSymlink) {
      at = next;
      continue;
    }
    if (++links > MOST_LINKS) return undefined;
    const target = Deno.readLinkSync(root + next);
    if (target.startsWith("/")) at = "";
    pending.push(...target.split("/").reverse());
  }
  return root + at;
}
