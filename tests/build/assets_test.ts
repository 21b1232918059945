import assert from "node:assert/strict";
import { shortenStyle } from "../../scripts/building/assets.ts";
import { BuildFault } from "../../scripts/building/fault.ts";

Deno.test("a style is shortened without a change of what it says", () => {
  const style = `/* Boxes. */
a:hover,
.b > :first-child {
  color: rgb(1 2 3 / 50%);
  margin: 0 calc(100% - 8px);
}
@media (max-width: 720px) {
  .c :is(d, e) { top: 0; }
}
`;
  assert.equal(
    shortenStyle(style),
    "a:hover,.b > :first-child{color:rgb(1 2 3 / 50%);margin:0 calc(100% - 8px)}" +
      "@media (max-width: 720px){.c :is(d,e){top:0}}",
  );
});

Deno.test("a style that would end itself in a page is refused", () => {
  assert.throws(() => shortenStyle("a { } </STYLE>"), BuildFault);
});
