/** Loads the helper twice in one process, at the same time: here and in a Worker; and uses both. */
import { loadHelper } from "../../ffi/helper/library.ts";
import { print } from "./script_output.ts";

function difference(): number {
  const a = Uint8Array.of(1, 2, 3, 4);
  return loadHelper().tach_first_difference(a, Uint8Array.of(1, 2, 3, 5), 4);
}

function ask(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<number>): void => resolve(event.data);
    worker.onerror = (event): void => reject(new Error(event.message));
  });
}

if (typeof WorkerGlobalScope === "undefined") {
  const workers = [1, 2].map(() => new Worker(import.meta.url, { type: "module" }));
  const theirs = Promise.all(workers.map(ask));
  const ours = difference();
  print({ ours, theirs: await theirs });
  for (const worker of workers) worker.terminate();
} else {
  postMessage(difference());
}
