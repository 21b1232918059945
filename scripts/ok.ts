/** `deno task ok` runs all checks of the sources and says which failed, and why. */
import { repository } from "./repository.ts";
import { say } from "./shell.ts";

const checks: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["check", "--lock=deno.lock", "--frozen", "."] },
  { name: "arrows", args: ["run", "-q", "-A", "scripts/arrows.ts"] },
];

interface Result {
  readonly passed: boolean;
  readonly text: string;
}

async function check(args: readonly string[]): Promise<Result> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: repository,
    stdin: "null",
    env: Deno.stderr.isTerminal() ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  // Deno adds its own stack to some failures; it says nothing about the sources
  const text = `${decoder.decode(stdout)}${decoder.decode(stderr)}`.split("\nStack backtrace:")[0];
  return { passed: success, text: (text ?? "").trim() };
}

async function main(): Promise<number> {
  const results = checks.map(({ args }) => check(args));
  let failed = 0;
  for (const [index, { name }] of checks.entries()) {
    const result = await results[index];
    if (result?.passed === true) {
      say(`${name}: ok`);
      continue;
    }
    failed++;
    say(`${name}: FAILED\n${result?.text}`);
  }
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
