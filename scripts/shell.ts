const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a line to stderr, at once. */
export function say(line: string): void {
  Deno.stderr.writeSync(encoder.encode(line + "\n"));
}

/** Writes a line to stdout, at once. */
export function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(line + "\n"));
}

/** Settings of {@link run}. */
export interface RunOptions {
  /** Variables added to this process's environment. */
  readonly env?: Record<string, string>;
  /** Working directory. */
  readonly cwd?: string;
}

/**
 * Runs a program to its end and returns its stdout.
 * @throws if it cannot be started or fails; the message ends with what it wrote last.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const output = await new Deno.Command(program, {
    ...options,
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const stdout = decoder.decode(output.stdout);
  if (output.success) return stdout;
  const said = (decoder.decode(output.stderr).trim() || stdout.trim()).split("\n").slice(-12);
  throw new Error(`${program} ended with status ${output.code}:\n${said.join("\n")}`);
}

/** Runs a program with this one's streams and returns its exit status. */
export async function pass(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<number> {
  const child = new Deno.Command(program, { ...options, args: [...args] }).spawn();
  return (await child.status).code;
}

/** A program's path from PATH, or undefined. */
export async function which(program: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${program}`;
    const stat = await Deno.stat(path).catch(() => undefined);
    if (stat?.isFile && ((stat.mode ?? 0) & 0o111) !== 0) return path;
  }
  return undefined;
}
