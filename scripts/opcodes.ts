/**
 * `deno run -A scripts/opcodes.ts PYTHON...` asks interpreters for the names of their opcodes and writes
 * `src/analysis/opcode_table.ts`. All versions in the table have to be named: it is made anew.
 */
import { repository } from "./repository.ts";
import { run } from "./shell.ts";

/** What an interpreter prints: its version, and each opcode's name, with what it is a special form of. */
export const ASK_OPCODES = `
import dis, json, sys
names = {number: name for name, number in dis._all_opmap.items()}
entries = [
    names[i] + (":" + dis.deoptmap[names[i]] if names[i] in dis.deoptmap else "") if i in names else "-"
    for i in range(max(names) + 1) if i < 256
]
print(json.dumps(["%d.%d" % sys.version_info[:2], " ".join(entries)]))
`;

const HEAD = `/**
 * Names of opcodes by version of Python and number, as \`dis\` of each version has them: \`-\` for none, and
 * after a colon what an opcode is a special form of. Written by \`scripts/opcodes.ts\`.
 */
export const OPCODE_TABLE: Readonly<Record<string, string>> = {
`;

/** Breaks a line at blanks. */
function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}

if (import.meta.main) {
  let text = HEAD;
  for (const python of Deno.args) {
    const [version, names] = JSON.parse(await run(python, ["-c", ASK_OPCODES]));
    text += `  "${version}": \`\n${wrap(names, 98)}\n\`,\n`;
  }
  await Deno.writeTextFile(`${repository}/src/analysis/opcode_table.ts`, `${text}};\n`);
}
