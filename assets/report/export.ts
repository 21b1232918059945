import type { FlameCanvas } from "./flame_canvas.ts";
import type { Model } from "./model.ts";

/** Saves the picture as it is seen. */
export function saveAs(kind: "svg" | "png", flame: FlameCanvas, { header }: Model): void {
  const name = `flamegraph_${header.facts.metadata.pid || "python"}.${kind}`;
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--ground").trim();
  if (kind === "svg") {
    download(name, new Blob([flame.toSvg(ground)], { type: "image/svg+xml" }));
    return;
  }
  const { canvas } = flame;
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d")!;
  context.fillStyle = ground;
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => blob !== null && download(name, blob));
}

function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
