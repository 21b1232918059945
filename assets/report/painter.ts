/** Where a picture is drawn. */
export interface Painter {
  rectangle(x: number, y: number, width: number, height: number, color: string): void;
  /** @param y the middle of the line. */
  text(text: string, x: number, y: number, color: string): void;
}

/** The font of labels: what the system has. */
export const LABEL_FONT = '12px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** Draws on a canvas. */
export function createCanvasPainter(context: CanvasRenderingContext2D): Painter {
  context.font = LABEL_FONT;
  context.textBaseline = "middle";
  context.direction = "ltr";
  let last = "";
  const use = (color: string): void => {
    if (color !== last) context.fillStyle = last = color;
  };
  return {
    rectangle(x, y, width, height, color): void {
      use(color);
      context.fillRect(x, y, width, height);
    },
    text(text, x, y, color): void {
      use(color);
      context.fillText(text, x, y);
    },
  };
}

/** Draws an SVG document. */
export class SvgPainter implements Painter {
  readonly #parts: string[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {}

  rectangle(x: number, y: number, width: number, height: number, color: string): void {
    const [left, top, w, h] = [x, y, width, height].map(round);
    this.#parts.push(`<rect x="${left}" y="${top}" width="${w}" height="${h}" fill="${color}"/>`);
  }

  text(text: string, x: number, y: number, color: string): void {
    this.#parts.push(
      `<text x="${round(x)}" y="${round(y)}" fill="${color}">${escapeSvg(text)}</text>`,
    );
  }

  finish(): string {
    const { width, height } = this;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}"><g font-family="system-ui, sans-serif" font-size="12" ` +
      `dominant-baseline="central" direction="ltr" xml:space="preserve">\n` +
      `${this.#parts.join("\n")}\n</g></svg>\n`;
  }
}

/** Text for an SVG document; what XML has no sign for is shown as �. */
function escapeSvg(text: string): string {
  return text.toWellFormed()
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
