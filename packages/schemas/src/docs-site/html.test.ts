import { describe, expect, it } from "@jest/globals";
import { escapeHtml, html, type HtmlValue, trusted } from "./html.ts";

describe("html", () => {
  it("escapes text, also in quoted attributes", () => {
    const text = `</script><img src=x onerror="alert('1')">&amp;`;
    expect(html`<p title="${text}">${text}</p>`.text).toBe(
      `<p title="${escapeHtml(text)}">&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;</p>`,
    );
  });

  it("keeps markup, joins lists, and leaves null and false out", () => {
    const parts: HtmlValue = [html`<b>${1}</b>`, "<", null, false, [trusted("<hr>")]];
    expect(html`${parts}`.text).toBe("<b>1</b>&lt;<hr>");
  });

  it("does not take an object that only looks like markup for it", () => {
    const forged = JSON.parse('{"text":"<script>"}') as ReturnType<typeof html>;
    expect(() => html`${forged}`).toThrow(TypeError);
  });

  it("replaces what HTML does not allow", () => {
    expect(escapeHtml("a\u0000b\u001bc\ud800d\uffffe\r\nf\rg\u00a0")).toBe("a\ufffdb\ufffdc\ufffdd\ufffde\nf\ng\u00a0");
    expect(escapeHtml("😀\t\n")).toBe("😀\t\n");
  });
});
