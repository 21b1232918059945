import { listOpcodes } from "../profile/opcodes.ts";
import { OPCODE_EFFECTS } from "./opcode_effects.ts";

/** What an opcode does to the stack of values, by its argument; undefined where that is not known. */
type Effect = (argument: number) => number | undefined;

/** One opcode of a version of Python. */
export interface Operation {
  readonly opcode: number;
  /** Of the opcode that it is a special form of, an instrumented one among them. */
  readonly name: string;
  readonly effect: Effect;
  /** The same when it jumps. */
  readonly jumpEffect: Effect;
  readonly jump: "forward" | "backward" | "absolute" | "none";
  /** The next instruction does not follow. */
  readonly ends: boolean;
  /** Code units of its cache, which follow it. */
  readonly caches: number;
}

const JUMPS = { f: "forward", b: "backward", a: "absolute" } as const;
const INSTRUMENTED = "INSTRUMENTED_";

const known = new Map<number, readonly (Operation | undefined)[]>();

/**
 * The opcodes of Python 3.`minor` by number, special forms as what they are forms of; undefined for
 * numbers without one, and for those that stand in the place of another opcode that they do not tell.
 */
export function listOperations(minor: number): readonly (Operation | undefined)[] {
  let operations = known.get(minor);
  if (operations === undefined) known.set(minor, operations = build(minor));
  return operations;
}

function build(minor: number): readonly (Operation | undefined)[] {
  const opcodes = listOpcodes(`3.${minor}`);
  const numbers = new Map(opcodes.map(({ name }, number) => [name, number]));
  const entries = (OPCODE_EFFECTS[`3.${minor}`] ?? "").split(/\s+/).filter((text) => text !== "");
  return opcodes.map(({ name, base }) => {
    const plain = base.startsWith(INSTRUMENTED) ? base.slice(INSTRUMENTED.length) : base;
    const opcode = numbers.get(plain);
    const entry = opcode === undefined ? undefined : entries[opcode];
    if (name === "" || opcode === undefined || entry === undefined || entry === "-") {
      return undefined;
    }
    return readEntry(opcode, plain, entry);
  });
}

function readEntry(opcode: number, name: string, entry: string): Operation {
  const [effect = "", jumpEffect = "", flags = "", caches = ""] = entry.split("/");
  const jump = JUMPS[flags[0] as keyof typeof JUMPS] ?? "none";
  return {
    opcode,
    name,
    effect: readEffect(effect),
    jumpEffect: readEffect(jumpEffect === "" ? effect : jumpEffect),
    jump,
    ends: flags.endsWith("e"),
    caches: Number(caches),
  };
}

/** Arguments beyond a byte are rare, and some opcodes keep two numbers in them: nothing is said of these. */
function readEffect(text: string): Effect {
  const values = text.split(/[,&;]/).map(Number);
  const [first = 0, second = 0] = values;
  if (values.length === 1) return () => first;
  if (text.includes(",")) return (n) => n > 255 ? undefined : first + second * n;
  if (text.includes("&")) return (n) => first + second * (n & 1);
  return (n) => values[n & 15];
}
