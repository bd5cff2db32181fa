/* Tabs, tables that can be sorted and searched, and the search of the weeks. */
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("page-data").textContent);
const text = (key, values = {}) =>
  data.text[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const sections = [...document.querySelectorAll("main>section")];
const whenShown = {};

/* Show the section that holds what the address names, and go there. */
function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = (id && $(id)) || sections[0];
  const shown = target.closest("main>section") || sections[0];
  for (const section of sections) section.classList.toggle("shown", section === shown);
  for (const link of document.querySelectorAll("nav a"))
    link.classList.toggle("current", link.hash === "#" + shown.id);
  if (whenShown[shown.id]) whenShown[shown.id]();
  if (target === shown) return window.scrollTo(0, 0);
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

function valueOf(row, column) {
  const cell = row.cells[column];
  const figure = cell.querySelector("data");
  return figure ? Number(figure.value) : cell.textContent;
}

function compare(a, b) {
  const numbers = typeof a === "number" && typeof b === "number";
  return numbers ? a - b : String(a).localeCompare(String(b), data.language);
}

/* A click on a head sorts, figures from the largest, texts from the first; a second
   click the other way round. A first row that is a sum stays first. */
function sortable(table) {
  const body = table.tBodies[0];
  const isSum = (row) => row.cells[0] && row.cells[0].querySelector("b");
  const rows = [...body.rows];
  if (rows.length < 3 || rows.slice(1).some(isSum)) return;
  let last = null;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    if (!head.textContent) return;
    head.classList.add("sorts");
    head.addEventListener("click", () => {
      const again = last === column;
      last = again ? null : column;
      const first = isSum(rows[0]) ? [rows[0]] : [];
      const rest = rows.slice(first.length);
      const keys = new Map(rest.map((row) => [row, valueOf(row, column)]));
      const figures = rest.some((row) => typeof keys.get(row) === "number");
      const sign = again === figures ? 1 : -1;
      rest.sort((a, b) => sign * compare(keys.get(a), keys.get(b)));
      body.append(...first, ...rest);
    });
  });
}

function searchable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 20) return;
  const input = searchBox((wanted) => {
    for (const row of rows)
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  table.closest(".scroll").before(input);
}

function searchBox(use) {
  const input = make("input", {
    type: "search",
    placeholder: text("js.search"),
    className: "search",
  });
  input.addEventListener("input", () => use(input.value.trim().toLowerCase()));
  return input;
}

function weeks() {
  const place = $("week-tools");
  if (!place) return;
  const figures = [...document.querySelectorAll("details.week")];
  let wanted = "";
  const count = make("span", { className: "note" });
  const kind = make("select");
  for (const name of ["all", "mixed", "staggered"])
    kind.append(make("option", { value: name, textContent: text("js.week_" + name) }));
  const update = () => {
    let shown = 0;
    for (const figure of figures) {
      const is = kind.value === "all" || figure.dataset.use.includes(kind.value);
      const names = figure.querySelector("summary").textContent.toLowerCase();
      figure.hidden = !(is && names.includes(wanted));
      shown += !figure.hidden;
    }
    count.textContent = text("js.week_count", { shown, all: figures.length });
  };
  kind.addEventListener("change", update);
  const open = make("button", { type: "button", textContent: text("js.open_all") });
  open.addEventListener("click", () => {
    const all = figures.filter((figure) => !figure.hidden);
    const closed = all.some((figure) => !figure.open);
    for (const figure of all) figure.open = closed;
  });
  place.append(searchBox((found) => { wanted = found; update(); }), kind, open, count);
  update();
}

/* On paper everything is open, and the map is drawn even if nobody looked at it. */
function printing() {
  let closed = [];
  window.addEventListener("beforeprint", () => {
    document.documentElement.classList.add("printing");
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
    if (map) { fit(); paint(); }
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("printing");
    for (const details of closed) details.open = false;
    if (map) fit();
  });
}

function startPage() {
  document.documentElement.classList.add("js");
  for (const table of document.querySelectorAll(".scroll>table")) {
    sortable(table);
    searchable(table);
  }
  weeks();
  printing();
  window.addEventListener("hashchange", follow);
}
