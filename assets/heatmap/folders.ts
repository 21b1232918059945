/**
 * Wires the button that opens and closes all folders.
 * @returns what it does.
 */
export function startFolders(): () => void {
  const button = document.getElementById("fold");
  const folders = [...document.querySelectorAll<HTMLDetailsElement>(".tree details")];
  const label = (): void => {
    if (button !== null) button.textContent = isOpen() ? "Close all" : "Open all";
  };
  const isOpen = (): boolean => folders.every(({ open }) => open);
  const fold = (): void => {
    const open = !isOpen();
    for (const folder of folders) folder.open = open;
    label();
  };
  for (const folder of folders) folder.addEventListener("toggle", label);
  button?.addEventListener("click", fold);
  label();
  return fold;
}
