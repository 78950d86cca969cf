/**
 * The script of the index: shows what holds every word of the search. It is all the script that there is; without it
 * the page shows everything. It holds no `</`, and nothing of a schema.
 */
export const searchScript = `
(() => {
  const box = document.getElementById("search");
  const status = document.getElementById("found");
  const rows = [...document.querySelectorAll("[data-find]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const show = () => {
    const words = box.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
    for (const row of rows) row.hidden = !words.every((word) => row.dataset.find.includes(word));
    for (const group of groups) group.hidden = group.querySelector("[data-find]:not([hidden])") === null;
    const found = rows.filter((row) => !row.hidden).length;
    status.textContent = words.length === 0 ? "" : found === 0 ? "Nothing found." : found + " found";
    document.body.classList.toggle("searching", words.length > 0);
  };
  box.value = new URLSearchParams(location.search).get("q") ?? box.value;
  box.addEventListener("input", show);
  box.form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target === document.body) {
      event.preventDefault();
      box.focus();
    } else if (event.key === "Escape" && event.target === box) {
      box.value = "";
      show();
    }
  });
  show();
})();
`;
