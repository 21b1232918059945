import type { JSX } from "preact";
import { describeOrigin, titleOf, trustLine } from "../headline.ts";
import { Button } from "./button.tsx";
import type { Page } from "./page.ts";

interface HeaderProps {
  readonly page: Page;
  switchTheme(): void;
  openHelp(): void;
}

/** Whose profile it is, and how far to trust it. */
export function Header({ page, switchTheme, openHelp }: HeaderProps): JSX.Element {
  const { model, theme, go } = page;
  const { metadata, notes } = model.header.facts;
  const loud = notes.filter(({ level }) => level === "loud");
  return (
    <header>
      <div class="title">
        <h1 title={metadata.command.join(" ")}>
          <bdi>{titleOf(metadata)}</bdi>
        </h1>
        <p class="faint">
          {describeOrigin(metadata)}
        </p>
        <div class="tools">
          <Button
            class="plain"
            onClick={switchTheme}
            title="Light or dark (t)"
            aria-label={theme === "dark" ? "Light colours" : "Dark colours"}
          >
            {theme === "dark" ? "Light" : "Dark"}
          </Button>
          <Button class="plain" onClick={openHelp} title="All keys (?)">
            Keys
          </Button>
        </div>
      </div>
      <Button
        class={loud.length > 0 ? "trust loud" : "trust"}
        onClick={() => go({ view: "summary" })}
        title="More about this capture"
      >
        <span class="sign" aria-hidden="true">{loud.length > 0 ? "!" : "✓"}</span>
        <span>{trustLine(model.header.facts, model.samples)}</span>
        {loud.map(({ text }) => <strong key={text}>{text}</strong>)}
      </Button>
    </header>
  );
}
