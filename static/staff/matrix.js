// Owns the keys of the allergen matrix: arrows go from cell to cell, a letter sets one. Without this, Tab and the lists do.

const form = document.getElementById("matrix-form");
const table = document.getElementById("matrix");
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const STATES = { y: "contains", m: "may_contain", n: "free", "?": "", "-": "", Delete: "", Backspace: "" };
let unsaved = false;

function set(select, value) {
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

table?.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || !field.matches("select, input[type=checkbox]")) return;
  const step = STEPS[event.key];
  const state = STATES[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (step) {
    event.preventDefault();
    go(field.closest("td"), ...step);
  } else if (state !== undefined && field.matches("select")) {
    event.preventDefault();
    set(field, state);
  }
});

/** Go on in a direction to the next cell that has a field. */
function go(cell, down, right) {
  const { rows } = table;
  let row = cell.parentElement.rowIndex;
  let column = cell.cellIndex;
  do {
    row += down;
    column += right;
    const field = rows[row]?.cells[column]?.querySelector("select, input[type=checkbox]");
    if (field) return field.focus();
  } while (rows[row]?.cells[column]);
}

table?.addEventListener("change", ({ target }) => {
  unsaved = true;
  if (target.matches("select")) target.dataset.state = target.value;
});
form?.addEventListener("submit", () => (unsaved = false));
addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
