import { BuildFault } from "./fault.ts";

/** A form of executables. */
export type ExecutableForm = "elf" | "mach-o-appended" | "mach-o-segment" | "pe";

/**
 * What `deno compile` puts into an executable is taken out again, so that Deno's bare runtime is
 * left. In a PE file it is a resource, which the next `deno compile` replaces: that stays.
 * @throws BuildFault unless the file has that form and is whole.
 */
export function bareRuntime(program: Uint8Array, form: ExecutableForm): Uint8Array {
  if (form === "elf") return withoutAppendix(program);
  if (form === "mach-o-appended") return withoutMarked(program);
  if (form === "mach-o-segment") return withoutSegment(program);
  if (program[0] !== 0x4d || program[1] !== 0x5a) {
    throw new BuildFault("The offline runtime is not a PE file.");
  }
  return program;
}

/**
 * An ELF file without what was appended to it: it ends with its table of section headers
 * (ELF-64 object file format: e_shoff at 40, e_shentsize at 58, e_shnum at 60).
 * @throws BuildFault unless it is a little-endian 64-bit ELF file that holds the whole table.
 */
export function withoutAppendix(file: Uint8Array): Uint8Array {
  const isElf = file.length >= 64 && file[0] === 0x7f && file[1] === 0x45 && file[2] === 0x4c &&
    file[3] === 0x46 && file[4] === 2 && file[5] === 1;
  if (!isElf) throw new BuildFault("The offline runtime is not a 64-bit ELF file.");
  const view = viewOf(file);
  const end = Number(view.getBigUint64(40, true)) +
    view.getUint16(58, true) * view.getUint16(60, true);
  if (end < 64 || end > file.length) throw new BuildFault("The offline runtime is cut off.");
  return file.subarray(0, end);
}

/** Stands before what `deno compile` appends to a Mach-O file for x86-64. */
const MARK = new TextEncoder().encode("<~sui-data~>");

/**
 * A Mach-O file without what was appended behind the mark. Sizes in its header are those of the
 * longer file; `deno compile` sets them anew.
 */
function withoutMarked(file: Uint8Array): Uint8Array {
  viewMachO(file);
  for (let at = file.length - MARK.length; at >= 0; at--) {
    if (MARK.every((byte, index) => file[at + index] === byte)) return file.subarray(0, at);
  }
  throw new BuildFault("The offline runtime has nothing appended to it.");
}

const MACH_O_64 = 0xfeed_facf;
const HEADER_SIZE = 32;
const LC_SEGMENT_64 = 0x19;
const SEGMENT = "__SUI";
const LAST_SEGMENT = "__LINKEDIT";

/** Fields of load commands that are places in the file, by command (mach-o/loader.h). */
const FILE_OFFSETS: Readonly<Record<number, readonly number[]>> = {
  /** LC_SYMTAB: symoff, stroff. */
  0x2: [8, 16],
  /** LC_DYSYMTAB: tocoff, modtaboff, extrefsymoff, indirectsymoff, extreloff, locreloff. */
  0xb: [32, 40, 48, 56, 64, 72],
  /** LC_CODE_SIGNATURE, LC_FUNCTION_STARTS, LC_DATA_IN_CODE: dataoff. */
  0x1d: [8],
  0x26: [8],
  0x29: [8],
  /** LC_DYLD_INFO and _ONLY: rebase, bind, weak_bind, lazy_bind, export. */
  0x22: [8, 16, 24, 32, 40],
  0x8000_0022: [8, 16, 24, 32, 40],
  /** LC_DYLD_EXPORTS_TRIE, LC_DYLD_CHAINED_FIXUPS: dataoff. */
  0x8000_0033: [8],
  0x8000_0034: [8],
};

/** A Mach-O file without the segment that `deno compile` puts before the last one. */
function withoutSegment(file: Uint8Array): Uint8Array {
  const view = viewMachO(file);
  const commands = [...loadCommands(file, view)];
  const cut = commands.find(({ segment }) => segment === SEGMENT);
  const last = commands.find(({ segment }) => segment === LAST_SEGMENT);
  if (cut === undefined || last === undefined) {
    throw new BuildFault("The offline runtime has nothing put into it.");
  }
  const start = Number(view.getBigUint64(cut.at + 40, true));
  const size = Number(view.getBigUint64(cut.at + 48, true));
  if (start + size > file.length) throw new BuildFault("The offline runtime is cut off.");

  const bare = file.slice();
  const changed = viewOf(bare);
  for (const field of [24, 40]) {
    const value = changed.getBigUint64(last.at + field, true);
    changed.setBigUint64(last.at + field, value - BigInt(size), true);
  }
  for (const { at, kind } of commands) {
    for (const field of FILE_OFFSETS[kind] ?? []) {
      const offset = changed.getUint32(at + field, true);
      if (offset >= start) changed.setUint32(at + field, offset - size, true);
    }
  }
  const endOfCommands = HEADER_SIZE + view.getUint32(20, true);
  bare.copyWithin(cut.at, cut.at + cut.size, endOfCommands);
  bare.fill(0, endOfCommands - cut.size, endOfCommands);
  changed.setUint32(16, commands.length - 1, true);
  changed.setUint32(20, view.getUint32(20, true) - cut.size, true);
  bare.copyWithin(start, start + size);
  return bare.subarray(0, file.length - size);
}

interface LoadCommand {
  readonly at: number;
  readonly kind: number;
  readonly size: number;
  /** Its name, if it is a segment's. */
  readonly segment: string | undefined;
}

function* loadCommands(file: Uint8Array, view: DataView): Generator<LoadCommand> {
  const count = view.getUint32(16, true);
  for (let at = HEADER_SIZE, index = 0; index < count; index++) {
    if (at + 72 > file.length) throw new BuildFault("The offline runtime is cut off.");
    const kind = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (size < 8) throw new BuildFault("The offline runtime has a load command without a size.");
    const segment = kind === LC_SEGMENT_64 ? nameAt(file, at + 8) : undefined;
    yield { at, kind, size, segment };
    at += size;
  }
}

function nameAt(file: Uint8Array, at: number): string {
  return new TextDecoder().decode(file.subarray(at, at + 16)).split("\0")[0]!;
}

function viewMachO(file: Uint8Array): DataView {
  const view = viewOf(file);
  if (file.length < HEADER_SIZE || view.getUint32(0, true) !== MACH_O_64) {
    throw new BuildFault("The offline runtime is not a 64-bit Mach-O file.");
  }
  return view;
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}
