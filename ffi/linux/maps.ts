import type { Address } from "../process.ts";

/** A line of `/proc/PID/maps` (proc_pid_maps(5)). */
export interface Mapping {
  readonly start: Address;
  readonly end: Address;
  readonly readable: boolean;
  readonly executable: boolean;
  /** Where in the file the mapping begins, bytes. */
  readonly offset: number;
  /** Device of the file's inode, `major:minor` in hexadecimal as printed. */
  readonly device: string;
  /** Decimal, as printed: it may exceed 2⁵³. `0` where no file is mapped. */
  readonly inode: string;
  /** The file, a pseudo-name such as `[stack]`, or empty. Without the mark of a deleted file. */
  readonly path: string;
  /** The kernel marks the file as deleted or replaced, or its name ends just so. */
  readonly deleted: boolean;
}

/** All mappings of one file, in ascending order. */
export interface MappedFile {
  readonly path: string;
  readonly deleted: boolean;
  readonly device: string;
  readonly inode: string;
  /** It is what `/proc/PID/exe` links to. */
  readonly isExecutable: boolean;
  /** At least one. */
  readonly mappings: readonly Mapping[];
}

const LINE =
  /^([0-9a-f]+)-([0-9a-f]+) ([r-])[w-]([x-]). ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *([^]*)$/;
const DELETED = " (deleted)";

/** Parses `/proc/PID/maps`; lines of another form are left out. */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split("\n")) {
    const fields = LINE.exec(line);
    if (fields === null) continue;
    const [, start = "", end = "", read, execute, offset = "", device = "", inode = "", name = ""] =
      fields;
    const deleted = name.endsWith(DELETED);
    mappings.push({
      start: parseInt(start, 16),
      end: parseInt(end, 16),
      readable: read === "r",
      executable: execute === "x",
      offset: parseInt(offset, 16),
      device,
      inode,
      path: unescapeName(deleted ? name.slice(0, -DELETED.length) : name),
      deleted,
    });
  }
  return mappings;
}

/**
 * The files that are mapped as code, each once, in order of address; `executable` (what
 * `/proc/PID/exe` links to) first, with code or without.
 */
export function mappedFiles(mappings: readonly Mapping[], executable: string): MappedFile[] {
  const files = new Map<string, Mapping[]>();
  for (const mapping of mappings) {
    if (!mapping.path.startsWith("/")) continue;
    const key = `${mapping.device} ${mapping.inode} ${mapping.deleted} ${mapping.path}`;
    const known = files.get(key);
    if (known === undefined) files.set(key, [mapping]);
    else known.push(mapping);
  }
  const first: MappedFile[] = [];
  const others: MappedFile[] = [];
  for (const list of files.values()) {
    const { path, deleted, device, inode } = list[0] as Mapping;
    const isExecutable = path + (deleted ? DELETED : "") === executable;
    const file = { path, deleted, device, inode, isExecutable, mappings: list };
    if (isExecutable) first.push(file);
    else if (list.some((mapping) => mapping.executable)) others.push(file);
  }
  return [...first, ...others];
}

/** The kernel writes a line feed in a name as `\012`, and nothing else. */
function unescapeName(name: string): string {
  return name.replaceAll("\\012", "\n");
}
