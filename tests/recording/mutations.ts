/** Recordings that something went wrong with. */

import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { readChunkHead } from "../../src/recording/chunk.ts";
import { readFrameHeader, store } from "../../src/recording/zstd.ts";
import { joinPieces } from "../collectors/profiles.ts";
import { build } from "./hand_made.ts";
import { type Random, randomCapture } from "./random_capture.ts";
import { record } from "./recordings.ts";

/** Makes a recording that was fine at first; the same for the same random numbers. */
export type Source = (random: Random) => Uint8Array;

/** Recordings to begin with: ours in pieces, so that what is compressed can be changed within. */
export function makeSources(count: number): Source[] {
  return Array.from({ length: count }, (_, seed) => {
    const shape = { samples: 10 + seed * 5, depth: seed % 4 === 3 ? 300 : 12 };
    const { pieces, head } = record(randomCapture(seed, shape), {
      compression: seed % 2 === 0 ? "zstd" : "none",
    });
    return [
      (random: Random) => changeOwn(pieces, head, random),
      (random: Random) => changeForeign(random, seed % 2 === 0),
    ];
  }).flat();
}

/** Changes some bytes as accidents and bad intentions do: most often few. */
export function corrupt(bytes: Uint8Array, random: Random): Uint8Array {
  let changed: Uint8Array = new Uint8Array(bytes);
  for (let times = 1 + random.below(4); times > 0 && changed.length > 0; times--) {
    const at = random.below(changed.length);
    const length = 1 + random.below(12);
    switch (random.below(7)) {
      case 0:
        changed[at]! ^= 1 << random.below(8);
        break;
      case 1:
        changed.fill(255, at, at + length);
        break;
      case 2:
        changed.fill(random.below(256), at, at + length);
        break;
      case 3:
        changed = changed.slice(0, random.chance(0.2) ? at : changed.length);
        break;
      case 4:
        changed.copyWithin(at, random.below(changed.length), random.below(changed.length));
        break;
      case 5:
        changed = joinPieces([changed.subarray(0, at), changed.subarray(at + length)]);
        break;
      case 6:
        changed = joinPieces([changed.subarray(0, at + length), changed.subarray(at)]);
        break;
    }
  }
  return changed;
}

/** Pieces that follow the last chunk: strings, frames, trailer, statistics, footer. */
const AFTER_CHUNKS = 5;

/** Changes bytes of a file of ours, or what its chunks and frames hold. */
function changeOwn(pieces: readonly Uint8Array[], head: Uint8Array, random: Random): Uint8Array {
  const finished = random.chance(0.7);
  if (random.chance(0.3)) {
    return corrupt(joinPieces(finished ? [head, ...pieces.slice(1)] : pieces), random);
  }
  const victim = 1 + random.below(pieces.length - 1);
  const changed = pieces.map((piece, i) => i === victim ? changeInside(piece, random) : piece);
  if (!finished) return joinPieces(changed);
  // Offsets move by as much as what is before them has grown.
  const tables = pieces.length - AFTER_CHUNKS;
  const grown = changed[victim]!.length - pieces[victim]!.length;
  changed[0] = moveOffsets(head, [40, 48], victim < tables ? grown : 0);
  changed[tables + 2] = moveOffsets(changed[tables + 2]!, [0], victim < tables - 1 ? grown : 0);
  return joinPieces(changed);
}

function moveOffsets(piece: Uint8Array, places: readonly number[], by: number): Uint8Array {
  const moved = new Uint8Array(piece);
  const view = new DataView(moved.buffer);
  for (const place of places) {
    if (place + 8 > moved.length) continue;
    view.setBigUint64(place, view.getBigUint64(place, true) + BigInt(by), true);
  }
  return moved;
}

function changeInside(piece: Uint8Array, random: Random): Uint8Array {
  if (readChunkHead(piece) === undefined) return changeFrame(piece, random);
  const content = zstdCompressSync(corrupt(zstdDecompressSync(piece.subarray(14)), random));
  const chunk = joinPieces([piece.subarray(0, 14), content]);
  new DataView(chunk.buffer).setUint32(4, chunk.length - 8, true);
  return chunk;
}

function changeFrame(piece: Uint8Array, random: Random): Uint8Array {
  // Else it is a table, trailer or footer.
  const isFrame = readFrameHeader(piece) !== undefined && piece[0] === 0x28 && piece[3] === 0xfd;
  if (!isFrame) return corrupt(piece, random);
  const records = corrupt(zstdDecompressSync(piece), random);
  return random.chance(0.5) ? store(records) : zstdCompressSync(records);
}

/** A file as CPython writes it, with some of its parts changed. */
function changeForeign(random: Random, littleEndian: boolean): Uint8Array {
  const bytes = build({
    littleEndian,
    samples: 1 + random.below(5),
    statistics: [1, 1000, 0, 0],
    between: random.below(3),
    records: (builder) => {
      for (let count = random.below(6); count >= 0; count--) {
        builder.record(1 + random.below(3), random.below(4), random.below(2));
        builder.varint(...Array.from({ length: random.below(9) }, () => random.below(4)));
      }
      return builder;
    },
  });
  return random.chance(0.2) ? bytes : corrupt(bytes, random);
}
