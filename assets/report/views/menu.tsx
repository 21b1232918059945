import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "./button.tsx";

interface MenuProps {
  readonly name: string;
  readonly open: boolean;
  /** Something in it is not as at the beginning. */
  readonly active?: boolean;
  toggle(open: boolean): void;
  readonly children: ComponentChildren;
}

/** A button that opens a small panel. */
export function Menu({ name, open, active, toggle, children }: MenuProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const away = (event: Event): void => {
      if (!place.current!.contains(event.target as Node)) toggle(false);
    };
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, [open]);
  return (
    <div
      class="menu"
      ref={place}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        toggle(false);
        place.current!.querySelector("button")!.focus();
      }}
    >
      <Button
        class={active ? "active" : ""}
        aria-expanded={open}
        onClick={() => toggle(!open)}
      >
        {name}
        <span class="arrow" aria-hidden="true" />
      </Button>
      {open && <div class="panel">{children}</div>}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly options: readonly (readonly [T, string])[];
  readonly value: T;
  choose(value: T): void;
}

/** One of a few things. */
export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const { legend, options, value, choose } = props;
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map(([option, text]) => (
        <label key={option}>
          <input
            type="radio"
            name={legend}
            checked={value === option}
            onChange={() => choose(option)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

interface CheckProps {
  readonly text: string;
  readonly value: boolean;
  choose(value: boolean): void;
}

/** Something that is so or not. */
export function Check({ text, value, choose }: CheckProps): JSX.Element {
  return (
    <label>
      <input type="checkbox" checked={value} onChange={() => choose(!value)} />
      <bdi>{text}</bdi>
    </label>
  );
}
