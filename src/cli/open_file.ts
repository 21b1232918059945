/** Names of what is open already: no file is made there. Elsewhere, as in `/dev/shm`, files are files. */
const OPEN_FILE = /^\/(proc\/|dev\/(fd\/|std(in|out|err)$))/;

/** True of a name that stands for what is open already, and is written to as it is, even if it is a file. */
export function isOpenFile(path: string): boolean {
  return OPEN_FILE.test(path);
}
