/** A process of Linux that is read through macOS's calls: its own memory behind a Mach-O head. */
import assert from "node:assert/strict";
import { isOpen, type Process, type Ranges } from "../../ffi/process.ts";
import type { MacHelper } from "../../ffi/helper/functions.ts";
import { HelperCalls } from "../../ffi/macos/calls.ts";
import { openProcess } from "../../ffi/macos/process.ts";
import { runtimeOf } from "../cpython/stacks.ts";
import { Image } from "../cpython/image.ts";
import { FakeMac, placeImages } from "./fake_calls.ts";

/** Below all that Linux maps. */
const PROGRAM = 0x2000;
const LIBRARY = 0x3000;
const DYLD = 0x4000;
const MADE_UP_END = 0x1_0000;

/** Another number than those of its threads. */
export const MAC_PID = 70_000;

/** The head of a Mach-O library whose section PyRuntime lies `ahead` of its first byte. */
function headOf(ahead: number): Uint8Array {
  const size = 4096;
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  const text = (at: number, value: string): void => {
    bytes.set(new TextEncoder().encode(value), at);
  };
  // magic, CPU, its kind, MH_DYLIB, two commands and their bytes
  [0xfeedfacf, 0x0100_000c, 0, 6, 2, 72 + 152].forEach((value, index) =>
    view.setUint32(index * 4, value, true)
  );
  const segment = (at: number, name: string, length: number, sections: number): void => {
    view.setUint32(at, 0x19, true);
    view.setUint32(at + 4, length, true);
    text(at + 8, name);
    view.setUint32(at + 64, sections, true);
  };
  segment(32, "__TEXT", 72, 0);
  word(32 + 32, 4096);
  word(32 + 48, 4096);
  segment(104, "__DATA", 152, 1);
  word(104 + 24, ahead);
  word(104 + 32, size);
  view.setUint32(104 + 60, 3, true);
  text(176, "PyRuntime");
  text(176 + 16, "__DATA");
  word(176 + 32, ahead);
  word(176 + 40, size);
  return bytes;
}

/**
 * Puts the head of a library into an image, behind which its interpreter lies, and dyld's list of images.
 * @param runtime where the interpreter's section begins
 * @returns where the list is
 */
export function dressUp(image: Image, runtime: number, minor: string): number {
  for (const start of [PROGRAM, LIBRARY]) image.map(start, 4096);
  image.write(LIBRARY, headOf(runtime - LIBRARY));
  return placeImages(image, DYLD, [
    { address: PROGRAM, path: "/opt/python/bin/python3" },
    { address: LIBRARY, path: `/opt/Python.framework/Versions/${minor}/Python` },
  ]);
}

/**
 * Opens a running Python as macOS would. @param helper the helper's C for macOS over a made-up kernel,
 * which reads the memory.
 */
export function openAsMac(linux: Process, helper: MacHelper, minor: string): Process {
  const memory = new Image(MAC_PID, []);
  const dyld = dressUp(memory, runtimeOf(linux).address, minor);
  const mac = new FakeMac({
    pid: MAC_PID,
    memory,
    dyld,
    get threads() {
      return linux.threads().map((tid) => ({ tid, state: 3 }));
    },
  });
  const calls = new HelperCalls(helper);
  const madeUp = mac.taskRead.bind(mac);
  mac.taskRead = (task: number, ranges: Ranges, into: Uint8Array): number => {
    const isMadeUp = ranges.words[1] === 0 && ranges.words[0]! < MADE_UP_END;
    return isMadeUp ? madeUp(task, ranges, into) : calls.taskRead(linux.pid, ranges, into);
  };
  const opened = openProcess(MAC_PID, mac);
  assert(isOpen(opened), JSON.stringify(opened));
  return opened;
}
