import { render } from "preact";
import { createModel } from "./model.ts";
import { readPayload } from "./read.ts";
import { App } from "./views/app.tsx";
import { startTheme } from "./theme.ts";

startTheme();
const place = document.getElementById("app")!;
const carrier = document.getElementById("profile")!;
try {
  const payload = await readPayload(carrier.textContent ?? "");
  carrier.remove();
  place.textContent = "";
  render(<App model={createModel(payload)} />, place);
} catch (error) {
  place.textContent = `This report cannot be read: ${error}. Is the file whole?`;
}
