import { expect, it } from "@jest/globals";
import { mdxText } from "./mdx.ts";

it.each([
  [
    "a {1 + 1} <b> `c` [[d]] <!-- -->",
    "a &#123;1 + 1&#125; &#60;b&#62; &#96;c&#96; &#91;&#91;d&#93;&#93; &#60;&#33;-- --&#62;",
  ],
  ["import x from 'y'", "&#105;mport x from 'y'"],
  ["exported goods", "exported goods"],
  ["- a list", "&#45; a list"],
  ["1. a list", "&#49;. a list"],
  ["one\n  line\n\n\n:::note", "one line\n\n&#58;::note"],
])("writes %j as text", (text, expected) => {
  expect(mdxText(text)).toBe(expected);
});
