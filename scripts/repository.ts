import { fileURLToPath } from "node:url";

/** The repository's top folder, as an absolute path without a slash at its end. */
export const repository: string = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
