import type { JSX } from "preact";

/** A button that acts at once; those of forms, which send them, are of no use here. */
export function Button(props: JSX.IntrinsicElements["button"]): JSX.Element {
  return <button type="button" {...props} />;
}
