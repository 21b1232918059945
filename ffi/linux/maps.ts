import type { Address } from "../process.ts";

/** A line of `/proc/PID/maps` (proc_pid_maps(5)). */
export interface Mapping {
  readonly start: Address;
  readonly end: Address;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
  /** Where in the file the mapping begins, bytes. */
  readonly offset: number;
  /** Device of the file's inode, `major:minor` in hexadecimal as printed. */
  readonly device: string;
  /** Decimal, as printed: it may exceed 2⁵³. `0` where no file is mapped. */
  readonly inode: string;
  /**
   * As printed: the file, a pseudo-name such as `[stack]`, or empty. The kernel writes a line feed
   * as `\012`, marks a file that is no longer there, and leaves all other characters alone: a name
   * can look as if it had either. The link `/proc/PID/exe` has no such doubt about line feeds.
   */
  readonly name: string;
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
  /^([0-9a-f]+)-([0-9a-f]+) ([r-])([w-])([x-]). ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *([^]*)$/;
const DELETED = " (deleted)";

/** Parses `/proc/PID/maps`; lines of another form are left out. */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split("\n")) {
    const fields = LINE.exec(line);
    if (fields === null) continue;
    const [, start = "", end = "", read, write, execute, offset = "", ...file] = fields;
    const [device = "", inode = "", name = ""] = file;
    mappings.push({
      start: parseInt(start, 16),
      end: parseInt(end, 16),
      readable: read === "r",
      writable: write === "w",
      executable: execute === "x",
      offset: parseInt(offset, 16),
      device,
      inode,
      name,
      deleted: name.endsWith(DELETED),
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
    if (!mapping.name.startsWith("/")) continue;
    const key = `${mapping.device} ${mapping.inode} ${mapping.name}`;
    const known = files.get(key);
    if (known === undefined) files.set(key, [mapping]);
    else known.push(mapping);
  }
  const first: MappedFile[] = [];
  const others: MappedFile[] = [];
  for (const list of files.values()) {
    const { name, deleted, device, inode } = list[0] as Mapping;
    const isExecutable = name === executable.replaceAll("\n", "\\012");
    const path = withoutMark(isExecutable ? executable : unescapeName(name));
    const file = { path, deleted, device, inode, isExecutable, mappings: list };
    if (isExecutable) first.push(file);
    else if (list.some((mapping) => mapping.executable)) others.push(file);
  }
  return [...first, ...others];
}

function unescapeName(name: string): string {
  return name.replaceAll("\\012", "\n");
}

function withoutMark(path: string): string {
  return path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}
