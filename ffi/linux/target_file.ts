import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { Address } from "../process.ts";
import type { ByteSource } from "./elf.ts";
import type { MappedFile } from "./maps.ts";

/** Reads a stretch of the target's memory; undefined when it is not there in full. */
export type MemoryReader = (address: Address, length: number) => Uint8Array | undefined;

/** A file that is open; `close` it. */
export interface TargetFile extends ByteSource {
  /** Text that no other file has, nor this one when it was written to. */
  readonly identity: string;
  close(): void;
}

/** A place where a mapped file may be found. */
interface Candidate {
  readonly path: string;
  /** The kernel's own link to the mapped file: it cannot be another one. */
  readonly certain: boolean;
}

const HEAD_BYTES = 4096;
const HEX = 16;

/**
 * Opens the very file that is mapped in the target, from outside its mount namespace or chroot, also
 * when it was deleted or replaced. Undefined when none of the ways leads to it: they need the right
 * to ptrace the target, and `map_files` CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE (proc_pid_map_files(5)).
 * @param directory the target's /proc/PID, as a path that stays with this process
 */
export function openMappedFile(
  directory: string,
  file: MappedFile,
  memory: MemoryReader,
): TargetFile | undefined {
  for (const candidate of candidates(directory, file)) {
    const opened = openRegular(candidate.path);
    if (opened === undefined) continue;
    if (candidate.certain || hasIdentity(opened.fd, file)) return opened;
    // What stands in the place of a deleted file may begin as that did, and go on otherwise.
    if (!file.deleted && hasHead(opened, file, memory)) return opened;
    opened.close();
  }
  return undefined;
}

function candidates(directory: string, file: MappedFile): Candidate[] {
  const first = file.mappings[0];
  const places: Candidate[] = [];
  const path = file.path;
  if (!file.deleted) places.push({ path: `${directory}/root${path}`, certain: false });
  if (first !== undefined) {
    const range = `${first.start.toString(HEX)}-${first.end.toString(HEX)}`;
    places.push({ path: `${directory}/map_files/${range}`, certain: true });
  }
  if (file.isExecutable) places.push({ path: `${directory}/exe`, certain: true });
  // For a chrooted target the kernel names the file as we see it, not as the target does.
  places.push({ path, certain: false });
  if (file.deleted) places.push({ path: `${directory}/root${path} (deleted)`, certain: false });
  return places;
}

class OpenedFile implements TargetFile {
  readonly identity: string;

  constructor(readonly fd: number) {
    const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
    this.identity = `${dev}:${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  }

  read(offset: number, length: number): Uint8Array {
    if (!Number.isSafeInteger(offset) || length <= 0) return new Uint8Array(0);
    try {
      const size = fstatSync(this.fd).size;
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let filled = 0;
      while (filled < bytes.length) {
        const count = readSync(this.fd, bytes, filled, bytes.length - filled, offset + filled);
        if (count <= 0) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    } catch {
      return new Uint8Array(0);
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** A path may have become a pipe or a device since it was mapped: opening must not wait for it. */
function openRegular(path: string): OpenedFile | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined;
  }
  try {
    if (fstatSync(fd).isFile()) return new OpenedFile(fd);
  } catch {
    // Falls through to closing: a file that cannot be looked at is of no use.
  }
  closeSync(fd);
  return undefined;
}

/** Device and inode are those of the mapping. */
function hasIdentity(fd: number, file: MappedFile): boolean {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  const [mappedMajor = "", mappedMinor = ""] = file.device.split(":");
  return String(ino) === file.inode && major === BigInt(`0x${mappedMajor}`) &&
    minor === BigInt(`0x${mappedMinor}`);
}

/**
 * The first page in memory is the file's. Overlay file systems and subvolumes show another device in
 * the mapping than in the file; the first page has the headers and as a rule the build id.
 */
function hasHead(file: ByteSource, mapped: MappedFile, memory: MemoryReader): boolean {
  const head = mapped.mappings.find((mapping) => mapping.offset === 0 && mapping.readable);
  if (head === undefined) return false;
  const wanted = file.read(0, HEAD_BYTES);
  const found = memory(head.start, wanted.length);
  return wanted.length >= 64 && found !== undefined &&
    wanted.every((byte, index) => byte === found[index]);
}
