import { type Process, Ranges } from "../../ffi/process.ts";
import type { ThreadCopy } from "./thread_copy.ts";

/** The most ranges and bytes of one read; a thread that needs a good part of them is read by itself. */
const MOST_RANGES = 1024;
const MOST_BYTES = 1 << 20;
const LARGEST_MEMBER_RANGES = 128;
const LARGEST_MEMBER_BYTES = 64 << 10;

/** Some threads that are read together. */
interface Batch {
  readonly copies: ThreadCopy[];
  readonly ranges: Ranges;
  readonly buffer: Uint8Array;
}

/**
 * Reads many threads with few calls: most of them sleep, and have not changed since the last time. What
 * was read of a thread is offered to its {@link ThreadCopy}, which knows whether anything is new.
 */
export class GroupCopy {
  #batches: Batch[] = [];
  #copies: readonly ThreadCopy[] = [];
  #arrangements = -1;

  constructor(readonly process: Process) {}

  /** Reads all threads once. Those that could not be read with the others are to be fetched alone. */
  fetch(copies: readonly ThreadCopy[]): void {
    let arrangements = 0;
    for (const copy of copies) arrangements += copy.arrangement();
    if (copies !== this.#copies || arrangements !== this.#arrangements) {
      this.#copies = copies;
      this.#arrangements = arrangements;
      this.#batches = arrange(copies);
    }
    for (const { copies, ranges, buffer } of this.#batches) {
      const read = this.process.read(ranges, buffer);
      let from = 0;
      for (const copy of copies) {
        const to = from + copy.offered.length;
        copy.isOffered = to <= read;
        from = to;
      }
    }
  }
}

/** Deals the threads out to reads. The first thread of each interpreter looks for freed code objects. */
function arrange(copies: readonly ThreadCopy[]): Batch[] {
  const batches: Batch[] = [];
  const watched = new Set<number>();
  let members: { copy: ThreadCopy; ranges: Ranges }[] = [];
  let count = 0;
  let bytes = 0;
  function close(): void {
    if (members.length > 0) batches.push(join(members, count, bytes));
    members = [];
    count = bytes = 0;
  }
  for (const copy of copies) {
    const watch = !watched.has(copy.thread.interpreter);
    watched.add(copy.thread.interpreter);
    const ranges = copy.rangesToRead(watch);
    copy.isOffered = false;
    if (ranges.count > LARGEST_MEMBER_RANGES || ranges.bytes > LARGEST_MEMBER_BYTES) continue;
    if (count + ranges.count > MOST_RANGES || bytes + ranges.bytes > MOST_BYTES) close();
    members.push({ copy, ranges });
    count += ranges.count;
    bytes += ranges.bytes;
  }
  close();
  return batches;
}

function join(
  members: readonly { copy: ThreadCopy; ranges: Ranges }[],
  count: number,
  bytes: number,
): Batch {
  const joined = new Ranges(count);
  const buffer = new Uint8Array(bytes);
  for (const { copy, ranges } of members) {
    copy.offered = buffer.subarray(joined.bytes, joined.bytes + ranges.bytes);
    joined.append(ranges);
  }
  return { copies: members.map(({ copy }) => copy), ranges: joined, buffer };
}
