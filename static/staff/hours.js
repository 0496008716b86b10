// Owns one help on the page of opening hours: a line's first day for all of its days. Everything works without it.

for (const button of document.querySelectorAll("[data-same]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const cells = [...button.closest(".week-line").querySelectorAll(".week-cell input")];
    const first = cells.find((cell) => cell.value.trim());
    if (first) for (const cell of cells) cell.value = first.value;
  });
}
