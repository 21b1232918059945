/** Short names for files: people read `decoder.py`, not its whole path. */

/** Names that say nothing without the directory they are in. */
const EVERYWHERE = new Set(["__init__.py", "__main__.py"]);

/** The last part of a path, of a target on any system. */
export function baseName(path: string): string {
  const parts = splitPath(path);
  return parts.at(-1) ?? path;
}

/**
 * The shortest ending of each path that tells it from the others: the base name, or more where two
 * files share one. `__init__.py` and `__main__.py` always keep their directory.
 */
export function shortenPaths(paths: Iterable<string>): Map<string, string> {
  const shortened = new Map<string, string>();
  const depths = new Map<string, number>();
  for (const path of paths) depths.set(path, EVERYWHERE.has(baseName(path)) ? 2 : 1);
  let pending = [...depths.keys()];
  while (pending.length > 0) {
    const groups = new Map<string, string[]>();
    for (const path of pending) {
      const short = splitPath(path).slice(-depths.get(path)!).join("/") || path;
      const group = groups.get(short);
      if (group === undefined) groups.set(short, [path]);
      else group.push(path);
    }
    pending = [];
    for (const [short, group] of groups) {
      if (group.length === 1) shortened.set(group[0]!, short);
      for (const path of group.length === 1 ? [] : group) {
        const depth = depths.get(path)! + 1;
        depths.set(path, depth);
        if (depth > splitPath(path).length) shortened.set(path, path);
        else pending.push(path);
      }
    }
  }
  return shortened;
}

/** The parts of a path, of a target on any system. */
export function splitPath(path: string): string[] {
  // A backslash separates only in a path that is plainly a Windows one; elsewhere it is a letter.
  const separator = /^([A-Za-z]:)?\\/.test(path) ? /[\\/]+/ : /\/+/;
  return path.split(separator).filter((part) => part !== "");
}
