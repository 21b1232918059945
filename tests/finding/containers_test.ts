import assert from "node:assert/strict";
import { anyPython, report, Target } from "../ffi/targets.ts";
import { namespacesRefused } from "./namespaces.ts";
import { PROGRAM, told } from "./subjects.ts";
import { runTachyon } from "./tachyon.ts";

const python = await anyPython();

/**
 * Starts a program behind a filter on system calls that refuses process_vm_readv, as managers of containers
 * install it (seccomp(2); classic BPF over the call's number and architecture).
 */
const FILTER = `
import ctypes, os, platform, struct, sys
call, kind = {"x86_64": (310, 0xC000003E), "aarch64": (270, 0xC00000B7)}[platform.machine()]
code = [(0x20, 0, 0, 4), (0x15, 0, 3, kind), (0x20, 0, 0, 0), (0x15, 0, 1, call),
        (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7FFF0000)]
filters = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in code))
program = struct.pack("@HP", len(code), ctypes.addressof(filters))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, program, 0, 0) == 0, ctypes.get_errno()
os.execvp(sys.argv[1], sys.argv[1:])
`;

Deno.test("doctor and attach tell a filter on system calls from a lack of rights", async () => {
  await using target = new Target(python, ["-c", PROGRAM]);
  await told(target);
  const filtered = [python, "-c", FILTER];
  const { stdout, status } = await runTachyon(["doctor"], filtered);
  assert.match(stdout, /^ no {2}reading +refused: process_vm_readv: refused/m);
  assert.match(stdout, /^ -- {2}seccomp +system calls are filtered$/m);
  assert.match(
    stdout,
    /\n\nThe system refuses to read any memory .*\n(.*\n)*A filter on system calls/,
  );
  assert.equal(status, 1);
  const attached = await runTachyon(["attach", "-d", "0.2", String(target.pid)], filtered);
  assert.match(attached.stderr, /does not let us read.*\n +The system refuses to read any memory/);
  assert.equal(attached.status, 1);
});

/** Root, but without the right to trace: what root is in most containers. */
const WEAK = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"];

Deno.test("doctor says how to give a container the right to trace", async () => {
  if (Deno.uid() !== 0) return report("only root can give up a right of root's");
  if (await namespacesRefused()) return;
  await using target = new Target(python, ["-c", PROGRAM]);
  await told(target);
  const pid = String(target.pid);
  const outside = await runTachyon(["doctor", pid], WEAK, { KUBERNETES_SERVICE_HOST: "" });
  assert.match(outside.stdout, /^ no {2}access /m);
  assert.match(outside.stdout, /\n\nIt has capabilities that we have not/);
  const inside = await runTachyon(["doctor", pid], ["unshare", "--uts", ...WEAK], {
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
  });
  assert.match(inside.stdout, /^ -- {2}container +we are in a container \(kubernetes\)$/m);
  assert.match(
    inside.stdout,
    /^ {4}kubectl debug -it \S+ --image=IMAGE --target=CONTAINER --profile=general$/m,
  );
  assert.equal(inside.status, 1);
});
