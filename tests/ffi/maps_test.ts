import assert from "node:assert/strict";
import { mappedFiles, parseMaps } from "../../ffi/linux/maps.ts";

const MAPS = [
  "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus daemon",
  "00651000-00652000 r--p 00051000 08:02 173521      /usr/bin/dbus daemon",
  "01000000-01001000 rw-p 00000000 00:00 0 ",
  "35b1800000-35b1820000 r-xp 00000000 fd:1a 18446744073709551615 /lib/a\\012b (deleted)",
  "7f0000000000-7f0000001000 r--s 00000000 08:02 77 /usr/lib/locale/C.utf8",
  "7f0000002000-7f0000003000 ---p 00001000 08:02 78 /lib/c.so",
  "7f0000003000-7f0000004000 r-xp 00002000 08:02 78 /lib/c.so",
  "7f0000005000-7f0000006000 r-xp 00000000 08:02 79 /opt/app/main",
  "7ffe00000000-7ffe00021000 rw-p 00000000 00:00 0                          [stack]",
  "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
].join("\n") + "\n";

Deno.test("parseMaps gives every field of a line", () => {
  assert.deepEqual(parseMaps(MAPS)[3], {
    start: 0x35b1800000,
    end: 0x35b1820000,
    readable: true,
    writable: false,
    executable: true,
    offset: 0,
    device: "fd:1a",
    inode: "18446744073709551615",
    name: "/lib/a\\012b (deleted)",
    deleted: true,
  });
  assert.equal(parseMaps(MAPS)[2]?.name, "");
  assert.equal(parseMaps(MAPS)[5]?.readable, false);
  assert.equal(parseMaps(MAPS)[5]?.offset, 0x1000);
  assert.equal(parseMaps(MAPS).length, 10);
});

Deno.test("parseMaps keeps names whole when they hold blanks and odd characters", () => {
  const names = [
    "/a  b ",
    "/tab\there",
    "/cr\rhere",
    "/sep\u2028here",
    "/-r-xp 0 08:02 1 /x",
    "/ü",
  ];
  for (const name of names) {
    const [mapping, ...rest] = parseMaps(`1000-2000 r-xp 00000000 08:02 9   ${name}\n`);
    assert.equal(mapping?.name, name);
    assert.deepEqual(rest, []);
  }
});

Deno.test("parseMaps leaves out lines when they are damaged", () => {
  const damaged = ["", "1000-2000", "1000 r-xp 0 08:02 9 /x", "zz-yy r-xp 0 08:02 9 /x", "\0\0"];
  assert.deepEqual(parseMaps(damaged.join("\n")), []);
});

Deno.test("mappedFiles gives the executable first, then files with code, each once", () => {
  const files = mappedFiles(parseMaps(MAPS), "/opt/app/main");
  assert.deepEqual(files.map((file) => [file.path, file.mappings.length, file.isExecutable]), [
    ["/opt/app/main", 1, true],
    ["/usr/bin/dbus daemon", 2, false],
    ["/lib/a\nb", 1, false],
    ["/lib/c.so", 2, false],
  ]);
  assert.equal(files[3]?.mappings[0]?.start, 0x7f0000002000);
});

Deno.test("mappedFiles finds the executable when it is deleted", () => {
  const maps = "1000-2000 r-xp 0 08:02 9 /a\n3000-4000 r-xp 0 08:02 10 /b (deleted)\n";
  const [first] = mappedFiles(parseMaps(maps), "/b (deleted)");
  assert.deepEqual([first?.path, first?.deleted, first?.isExecutable], ["/b", true, true]);
});

Deno.test("mappedFiles tells a replaced file from its successor of the same name", () => {
  const maps = "1000-2000 r-xp 0 08:02 9 /a (deleted)\n3000-4000 r-xp 0 08:02 10 /a\n";
  const files = mappedFiles(parseMaps(maps), "");
  assert.deepEqual(files.map((file) => file.inode), ["9", "10"]);
});

Deno.test("mappedFiles takes the executable's name from its link when the map is ambiguous", () => {
  const maps = parseMaps("1000-2000 r-xp 0 08:02 9 /back\\012slash\n");
  assert.equal(mappedFiles(maps, "/back\\012slash")[0]?.path, "/back\\012slash");
  assert.equal(mappedFiles(maps, "/back\nslash")[0]?.path, "/back\nslash");
  assert.deepEqual(mappedFiles(maps, "/back")[0]?.isExecutable, false);
});
