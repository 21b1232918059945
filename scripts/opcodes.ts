/**
 * `deno run -A scripts/opcodes.ts PYTHON...` asks interpreters for their opcodes and writes
 * `src/profile/opcode_table.ts`, what they are called, and `src/cpython/opcode_effects.ts`, what they do to
 * the stack of values. All versions in the tables have to be named: they are made anew.
 */
import { repository } from "./repository.ts";
import { run } from "./shell.ts";

/** What an interpreter prints: its version, and each opcode's name, with what it is a special form of. */
export const ASK_OPCODES = `
import dis, json, opcode, sys
deopt = getattr(dis, "deoptmap", {})
all_opcodes = getattr(dis, "_all_opmap", opcode.opmap)
names = {number: name for name, number in all_opcodes.items()}
entries = [
    names[i] + (":" + dis.deoptmap[names[i]] if names[i] in deopt else "") if i in names else "-"
    for i in range(max(names) + 1) if i < 256
]
print(json.dumps(["%d.%d" % sys.version_info[:2], " ".join(entries)]))
`;

/** What an interpreter prints: its version, and each opcode's entry in the table of effects. */
export const ASK_EFFECTS = `
import dis, json, opcode, sys
ends = {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD",
        "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_ABSOLUTE", "INTERPRETER_EXIT"}
caches = getattr(dis, "_inline_cache_entries", {})

def count_caches(name, number):
    return caches.get(name, 0) if hasattr(caches, "get") else caches[number]

def effect_of(number, argument, jump):
    given = argument if sys.version_info >= (3, 13) or number >= opcode.HAVE_ARGUMENT else None
    return dis.stack_effect(number, given, jump=jump)

def write_effect(number, jump):
    values = [effect_of(number, n, jump) for n in range(16)]
    first, step = values[0], values[1] - values[0]
    if all(value == first + step * n for n, value in enumerate(values)):
        return "%d,%d" % (first, step) if step else "%d" % first
    if all(value == first + step * (n & 1) for n, value in enumerate(values)):
        return "%d&%d" % (first, step)
    return ";".join(map(str, values))

def write_entry(name, number):
    try:
        effect, jump = write_effect(number, False), write_effect(number, True)
    except ValueError:
        return "-"
    kind = "a" if number in dis.hasjabs else ""
    if number in dis.hasjrel:
        kind = "b" if "BACKWARD" in name else "f"
    end = "e" if name in ends else ""
    return "/".join([effect, jump if kind and jump != effect else "", kind + end,
                     str(count_caches(name, number) or "")]).rstrip("/")

base = {number: name for name, number in opcode.opmap.items() if number < 256}
entries = [write_entry(base[i], i) if i in base else "-" for i in range(max(base) + 1)]
print(json.dumps(["%d.%d" % sys.version_info[:2], " ".join(entries)]))
`;

const NAMES_HEAD = `/**
 * Names of opcodes by version of Python and number, as \`dis\` of each version has them: \`-\` for none, and
 * after a colon what an opcode is a special form of. Written by \`scripts/opcodes.ts\`.
 */
export const OPCODE_TABLE: Readonly<Record<string, string>> = {
`;

const EFFECTS_HEAD = `/**
 * What opcodes do to the stack of values, by version of Python and number, as \`dis.stack_effect\` has it;
 * \`-\` for special forms and where it is not known. An entry has up to four parts between slashes: the effect,
 * which is \`a\`, \`a,b\` for a + b × argument, \`a&b\` for a + b if the argument is odd, or a list by
 * argument; the effect of jumping, where it is another one; \`f\`, \`b\` or \`a\` for one that jumps forward,
 * backward or to its argument, and \`e\` for one that is not followed by the next; the units of its cache.
 * Written by \`scripts/opcodes.ts\`.
 */
export const OPCODE_EFFECTS: Readonly<Record<string, string>> = {
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

async function writeTable(path: string, head: string, question: string): Promise<void> {
  let text = head;
  for (const python of Deno.args) {
    const [version, entries] = JSON.parse(await run(python, ["-c", question]));
    text += `  "${version}": \`\n${wrap(entries, 98)}\n\`,\n`;
  }
  await Deno.writeTextFile(`${repository}/src/${path}`, `${text}};\n`);
}

if (import.meta.main) {
  await writeTable("profile/opcode_table.ts", NAMES_HEAD, ASK_OPCODES);
  await writeTable("cpython/opcode_effects.ts", EFFECTS_HEAD, ASK_EFFECTS);
}
