import type { Profile } from "../src/profile/profile.ts";
import { Column, NO_STACK, StackTable } from "../src/profile/tables.ts";
import { StackIndex } from "../src/recording/stack_index.ts";

/**
 * The stacks of a profile as calls of functions, whatever lines they are at: a node is a caller's node
 * and a function. It takes in what is new in the profile's tables as they grow.
 */
export class FunctionTree {
  /** One frame of each function. */
  readonly frameOf: number[] = [];
  /** The nodes; in place of frames they have functions. */
  readonly nodes: StackTable = new StackTable();
  /** Functions on the stack, 1 for a root. */
  readonly depth: Column = new Column(1024);
  readonly #nodeOfStack: Column = new Column(1024);
  readonly #functionOfFrame: Column = new Column(1024);
  readonly #functions = new Map<string, number>();
  readonly #index = new StackIndex(this.nodes);

  /** Takes in frames and stacks that came since the last time. */
  grow({ frames, stacks }: Profile): void {
    for (let frame = this.#functionOfFrame.length; frame < frames.length; frame++) {
      const key = `${frames.file.at(frame)}:${frames.name.at(frame)}:${
        frames.firstLine.at(frame)
      }:${frames.kind.at(frame)}`;
      let index = this.#functions.get(key);
      if (index === undefined) {
        index = this.frameOf.push(frame) - 1;
        this.#functions.set(key, index);
      }
      this.#functionOfFrame.push(index);
    }
    for (let stack = this.#nodeOfStack.length; stack < stacks.length; stack++) {
      const caller = this.nodeOf(stacks.prefix.at(stack));
      const called = this.#functionOfFrame.at(stacks.frame.at(stack));
      this.#nodeOfStack.push(this.#intern(caller, called));
    }
  }

  /** The node of a stack that is in the tree. */
  nodeOf(stack: number): number {
    return stack === NO_STACK ? NO_STACK : this.#nodeOfStack.at(stack);
  }

  /** Functions on the stack of a node; 0 for {@link NO_STACK}. */
  depthOf(node: number): number {
    return node === NO_STACK ? 0 : this.depth.at(node);
  }

  /** The node with all that two nodes have in common from the root on. */
  meet(a: number, b: number): number {
    while (this.depthOf(a) > this.depthOf(b)) a = this.nodes.prefix.at(a);
    while (this.depthOf(b) > this.depthOf(a)) b = this.nodes.prefix.at(b);
    while (a !== b) {
      a = this.nodes.prefix.at(a);
      b = this.nodes.prefix.at(b);
    }
    return a;
  }

  #intern(prefix: number, called: number): number {
    const node = this.#index.push(prefix, called);
    if (node === this.depth.length) this.depth.push(this.depthOf(prefix) + 1);
    return node;
  }
}
