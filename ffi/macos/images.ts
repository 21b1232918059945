import type { Address } from "../process.ts";
import type { MachCalls } from "./calls.ts";
import {
  ALL_IMAGE_INFOS,
  DYLD_INFO,
  IMAGE_INFO,
  PATH_MAX,
  readText,
  readWord,
  TASK_DYLD_ALL_IMAGE_INFO_64,
  TASK_DYLD_INFO,
  view,
} from "./structs.ts";

/** Reads up to `length` bytes of the target's memory: fewer where it ends, none where there is nothing. */
export type MemoryReader = (address: Address, length: number) => Uint8Array;

/** An executable or library that the dynamic linker has loaded. */
export interface Image {
  /** Where its head lies. */
  readonly address: Address;
  /** Where its path lies. */
  readonly pathAddress: Address;
}

/** A process has some hundred; more than this is garbage. */
const MOST_IMAGES = 0x1_0000;
/** The linker takes its list away while it changes it. */
const ATTEMPTS = 100;
const PAGE_BYTES = 4096;
const PIECE_BYTES = 256;

/**
 * What the dynamic linker says that it has loaded, the executable first (<mach-o/dyld_images.h>). Empty
 * before it has begun its work; undefined when the task is gone.
 */
export function listImages(
  calls: MachCalls,
  task: number,
  memory: MemoryReader,
): Image[] | undefined {
  const info = new Uint8Array(DYLD_INFO.size);
  if (calls.taskInfo(task, TASK_DYLD_INFO, info) < DYLD_INFO.size) return undefined;
  const told = view(info);
  if (told.getUint32(DYLD_INFO.all_image_info_format, true) !== TASK_DYLD_ALL_IMAGE_INFO_64) {
    return [];
  }
  const address = readWord(told, DYLD_INFO.all_image_info_addr);
  for (let tries = 0; address !== 0 && tries < ATTEMPTS; tries++) {
    const head = view(memory(address, ALL_IMAGE_INFOS.size));
    if (head.byteLength < ALL_IMAGE_INFOS.size) return [];
    const list = readWord(head, ALL_IMAGE_INFOS.infoArray);
    if (list === 0) continue;
    const count = Math.min(head.getUint32(ALL_IMAGE_INFOS.infoArrayCount, true), MOST_IMAGES);
    const entries = view(memory(list, count * IMAGE_INFO.size));
    if (entries.byteLength === count * IMAGE_INFO.size) return parseImages(entries);
  }
  return [];
}

function parseImages(entries: DataView): Image[] {
  const images: Image[] = [];
  for (let at = 0; at < entries.byteLength; at += IMAGE_INFO.size) {
    images.push({
      address: readWord(entries, at + IMAGE_INFO.imageLoadAddress),
      pathAddress: readWord(entries, at + IMAGE_INFO.imageFilePath),
    });
  }
  return images;
}

/** A text of the target up to its NUL; the memory behind it may end at any page. */
export function readPath(memory: MemoryReader, address: Address): string {
  const bytes = new Uint8Array(PATH_MAX);
  let length = 0;
  while (length < PATH_MAX) {
    const at = address + length;
    const rest = Math.min(PIECE_BYTES, PATH_MAX - length, PAGE_BYTES - at % PAGE_BYTES);
    const piece = memory(at, rest);
    bytes.set(piece, length);
    if (piece.length < rest || piece.includes(0)) break;
    length += rest;
  }
  return readText(bytes, 0, PATH_MAX);
}
