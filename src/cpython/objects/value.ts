/** Values of Python, as far as they were read; all text in them is untrusted. */

/** A value for people to look at. */
export type Value =
  /** Something that is written as it is: `None`, `True`, `12`, `1.5`, `inf`. */
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "str"; readonly text: string; readonly length: number }
  | {
    readonly kind: "bytes";
    readonly bytes: Uint8Array;
    readonly length: number;
    readonly mutable: boolean;
  }
  /** `items` are the first ones; `length`: how many there are. */
  | {
    readonly kind: "list" | "tuple";
    readonly items: readonly Value[];
    readonly length: number;
  }
  | {
    readonly kind: "set" | "frozenset";
    readonly items: readonly Value[];
    readonly length: number;
  }
  | {
    readonly kind: "dict";
    readonly entries: readonly (readonly [Value, Value])[];
    readonly length: number;
  }
  /** An object with its attributes, or a subclass of a type above with what it holds in `inner`. */
  | {
    readonly kind: "object";
    readonly inner?: Value;
    readonly attributes: readonly (readonly [string, Value])[];
    readonly length: number;
    readonly type: string;
  }
  /** Something that has a name: a function, a class, a module; `what` says what it is. */
  | { readonly kind: "named"; readonly what: string; readonly name: string }
  /** An object of which no more is shown than its type. */
  | { readonly kind: "opaque"; readonly type: string; readonly address: number }
  /** `unreadable`: torn or no object; `hidden`: a secret; `cycle`: an object within itself; `deep`, `late`: left out. */
  | { readonly kind: "unreadable" | "hidden" | "cycle" | "deep" | "late" };
