/** A C compiler: a program that takes the arguments of `cc`. */
export interface Compiler {
  readonly program: string;
  /** Arguments that come before ours: `cc` of `zig cc`, the rest of `$CC`. */
  readonly args: readonly string[];
  readonly env: Record<string, string>;
}

/** What became of a compilation. */
export type Outcome =
  | { readonly kind: "compiled"; readonly warnings: string }
  /** There is no such program, or it cannot make a library: its headers or its linker are missing. */
  | { readonly kind: "unusable"; readonly reason: string }
  /** The compiler works; the source is at fault. */
  | { readonly kind: "rejected"; readonly messages: string };

/**
 * The compilers a machine may have, in the order in which they are tried.
 * @param chosen the value of `$CC`: a program and maybe arguments, `ccache gcc`.
 */
export function localCompilers(chosen: string | undefined): Compiler[] {
  const [program, ...args] = (chosen ?? "").split(/\s+/).filter((word) => word !== "");
  const usual = ["cc", "gcc", "clang"].map((name) => ({ program: name, args: [], env: {} }));
  return program === undefined ? usual : [{ program, args, env: {} }, ...usual];
}

/** Its name and arguments, for messages. */
export function nameOf(compiler: Compiler): string {
  const name = compiler.program.split("/").at(-1) ?? compiler.program;
  return [name, ...compiler.args].join(" ");
}

/**
 * Compiles a source into a library at `output`. When that fails, a library of three lines tells a
 * compiler that lacks headers or a linker from a source with faults.
 */
export async function compile(
  compiler: Compiler,
  flags: readonly string[],
  source: string,
  output: string,
): Promise<Outcome> {
  const built = await call(compiler, [...flags, "-o", output, source]);
  if (typeof built === "string") return { kind: "unusable", reason: built };
  if (built.success) return { kind: "compiled", warnings: built.messages };

  const folder = Deno.makeTempDirSync({ prefix: "tachyon-probe-" });
  try {
    const probe = `${folder}/probe.c`;
    Deno.writeTextFileSync(probe, "#include <errno.h>\n#include <stdio.h>\nint probe = EINTR;\n");
    const probed = await call(compiler, ["-shared", "-fPIC", "-o", `${folder}/probe.so`, probe]);
    return typeof probed !== "string" && probed.success
      ? { kind: "rejected", messages: built.messages }
      : { kind: "unusable", reason: firstFault(built.messages) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Runs the compiler; a string says why it could not be started. */
async function call(
  compiler: Compiler,
  args: readonly string[],
): Promise<{ success: boolean; messages: string } | string> {
  try {
    const output = await new Deno.Command(compiler.program, {
      args: [...compiler.args, ...args],
      env: compiler.env,
      stdin: "null",
    }).output();
    return { success: output.success, messages: new TextDecoder().decode(output.stderr).trim() };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "not found";
    if (error instanceof Deno.errors.PermissionDenied) return "not executable";
    throw error;
  }
}

function firstFault(messages: string): string {
  const lines = messages.split("\n");
  return lines.find((line) => line.includes("error:")) ?? lines[0] ?? "no message";
}
