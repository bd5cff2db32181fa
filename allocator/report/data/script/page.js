/* Tabs, tables that can be sorted and searched, and parts that can be opened. */
const $ = (id) => document.getElementById(id);
/* Without this the page stays as it is: tables, one after another. */
if (!window.DecompressionStream) return;

async function unpack(id) {
  const bytes = Uint8Array.from(atob($(id).textContent), (c) => c.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

const data = await unpack("page-data");
let later = null, unpacking = null;
const unpacked = () => (unpacking = unpacking || unpack("page-later"));
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
async function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id && !$(id)) await bringAll(sectionOf(id));
  const target = (id && $(id)) || sections[0];
  const shown = target.closest("main>section") || sections[0];
  for (const section of sections) section.classList.toggle("shown", section === shown);
  for (const link of document.querySelectorAll("nav a"))
    link.classList.toggle("current", link.hash === "#" + shown.id);
  await bringAll(shown);
  if (whenShown[shown.id]) whenShown[shown.id]();
  if (target === shown) return window.scrollTo(0, 0);
  if (target.tagName === "DETAILS") { await bringAll(target); target.open = true; }
  target.scrollIntoView();
}

/* The section in which a page or week stands that is not there yet. */
function sectionOf(id) {
  const places = { week: "week", site: "meeting-sites", community: "meeting-communities" };
  return $(places[id.split("-")[0]]) || sections[0];
}

/* Bring in what an element holds back, once, when all of it has been unpacked. */
async function bringAll(element) {
  if (!element.dataset.later) return;
  if (!later) {
    const waiting = make("p", { className: "note", textContent: text("js.loading") });
    element.append(waiting);
    later = await unpacked();
    waiting.remove();
  }
  bring(element);
}

function bring(element) {
  const number = element.dataset.later;
  if (!number || !later) return;
  delete element.dataset.later;
  element.insertAdjacentHTML("beforeend", later[number]);
  dress(element);
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

/* Tools above a list of parts: search, kinds of use where there are some, open all. */
function tools(place) {
  const parts = [...place.nextElementSibling.children];
  if (parts.length < 2) return;
  let wanted = "";
  const count = make("span", { className: "note" });
  const kind = make("select", { hidden: !parts[0].dataset.building });
  for (const name of ["all", "mixed", "staggered"])
    kind.append(make("option", { value: name, textContent: text("js.use_" + name) }));
  const update = () => {
    let shown = 0;
    for (const part of parts) {
      const is = kind.value === "all" || part.dataset.use.includes(kind.value);
      const names = part.querySelector("summary").textContent.toLowerCase();
      part.hidden = !(is && (names.includes(wanted) || part.id.toLowerCase().includes(wanted)));
      shown += !part.hidden;
    }
    count.textContent = text("js.count", { shown, all: parts.length });
  };
  kind.addEventListener("change", update);
  const open = make("button", { type: "button", textContent: text("js.open_all") });
  open.addEventListener("click", () => {
    const all = parts.filter((part) => !part.hidden);
    const closed = all.some((part) => !part.open);
    for (const part of all) part.open = closed;
  });
  for (const part of parts) part.addEventListener("toggle", () => part.open && bringAll(part));
  place.append(searchBox((found) => { wanted = found; update(); }), kind, open, count);
  update();
}

/* On paper a page is whole: all tabs, everything open, the map drawn even if nobody
   looked at it. Of a page that holds parts back the tab that is shown is printed. */
function printing() {
  const most = 300;
  const whole = !document.querySelector("[data-later]");
  let closed = [];
  window.addEventListener("beforeprint", () => {
    document.documentElement.classList.add("paper");
    document.documentElement.classList.toggle("whole", whole);
    closed = [...document.querySelectorAll("details:not([open])")].filter((details) =>
      details.offsetParent && details.parentElement.children.length <= most);
    for (const details of closed) { bring(details); details.open = true; }
    if (!map) return;
    fit();
    if (width) { home(); paint(); }
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.classList.remove("paper", "whole");
    for (const details of closed) details.open = false;
    if (map) fit();
  });
}

function dress(element) {
  for (const table of element.querySelectorAll(".scroll>table")) {
    sortable(table);
    searchable(table);
  }
  element.querySelectorAll(".tools").forEach(tools);
}

function startPage() {
  document.documentElement.classList.add("js");
  dress(document);
  printing();
  window.addEventListener("hashchange", follow);
  /* so that printing, which cannot wait, finds it there */
  window.setTimeout(async () => { later = await unpacked(); }, 500);
}
