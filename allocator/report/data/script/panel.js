/* What stands beside the map: measure, layers, services, and details of a pick. */
const figure = (value, digits = 1) =>
  value.toLocaleString(data.language, { maximumFractionDigits: digits });
const percent = (share) => `${figure(100 * share, 0)}%`;

function nameOf({ kind, at }) {
  if (kind === "site") return map.sites[at].name;
  return `${text("js.zone")} ${map.zones.id[at]}`;
}

function tip(found) {
  if (found.kind === "zone") {
    const share = map.zones.share[found.at];
    const persons = figure(map.zones.persons[found.at]);
    const covered = share < 0 ? "–" : percent(share);
    return `${nameOf(found)} · ${text("js.zone_tip", { persons, covered })}`;
  }
  const site = map.sites[found.at];
  const held = site.services.map((s) => map.services[s].name).join(text("js.comma"));
  return `${site.name} · ${held || text("js.idle")}`;
}

/* One line for each key: its persons, widest first. */
function sums(rows, keyOf) {
  const found = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = found.get(key) || { persons: 0, minutes: 0 };
    sum.persons += map.served.persons[row] / 100;
    sum.minutes += (map.served.persons[row] / 100) * (map.served.minutes[row] / 10);
    found.set(key, sum);
  }
  return [...found].sort((a, b) => b[1].persons - a[1].persons);
}

function chip(service) {
  const dot = make("i");
  dot.style.background = map.services[service].color;
  return dot;
}

function smallTable(heads, rows) {
  const head = make("tr", {}, ...heads.map((name) => make("th", { textContent: name })));
  const body = rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, cell))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function servedTable(rows, headName, keyOf, nameOfKey) {
  const found = sums(rows, keyOf);
  const lines = found.slice(0, 40).map(([key, sum]) => [
    nameOfKey(key), figure(sum.persons), figure(sum.minutes / sum.persons),
  ]);
  const parts = [smallTable([headName, text("js.persons"), text("js.minutes")], lines)];
  if (found.length > 40)
    parts.push(make("p", { className: "note", textContent: text("js.more", { number: found.length - 40 }) }));
  return parts;
}

function link(target, words) {
  return make("a", { href: "#" + target, textContent: words });
}

function pickLink(kind, at, words) {
  const button = make("button", { type: "button", className: "link", textContent: words });
  button.addEventListener("click", () => pick({ kind, at }, true));
  return button;
}

function aboutSite(at) {
  const site = map.sites[at];
  const kind = site.facility ? "js.facility" : site.used ? "js.used" : "js.not_used";
  const parts = [make("p", { className: "note", textContent: `${text(kind)} · ${site.id}` })];
  if (!site.used) return parts;
  const rows = map.servedAt[at].filter((row) => shownServices.has(map.served.service[row]));
  const offers = site.offers.map(([service, session, places, space]) => [
    make("span", {}, chip(service), `${map.services[service].name} · ${session}`), space, places,
  ]);
  parts.push(smallTable([text("js.service"), text("js.space"), text("js.places")], offers));
  parts.push(make("h4", { textContent: text("js.serves") }));
  parts.push(...servedTable(rows, text("js.need"), (row) => map.served.need[row], (n) => map.needs[n].name));
  parts.push(...servedTable(rows, text("js.zone"), (row) => map.served.zone[row],
    (z) => pickLink("zone", z, map.zones.id[z])));
  for (const target of ["week-" + site.id, "site-" + site.id])
    if (!site.facility) parts.push(make("p", {}, link(target, text("js.to_" + target.split("-")[0]))));
  return parts;
}

function aboutZone(at) {
  const { start, need, persons, covered } = map.demand;
  const community = map.communityOf[at];
  const parts = [];
  if (community >= 0) {
    const place = map.communities[community];
    parts.push(make("p", { className: "note" }, link("community-" + place.id, place.name)));
  }
  const lines = [];
  for (let row = start[at]; row < start[at + 1]; row++)
    lines.push([map.needs[need[row]].name, figure(persons[row] / 100), percent(covered[row] / persons[row])]);
  parts.push(smallTable([text("js.need"), text("js.demand"), text("js.covered")], lines));
  parts.push(make("h4", { textContent: text("js.served_at") }));
  const rows = pickedRows().filter((row) => shownServices.has(map.served.service[row]));
  const key = (row) => map.served.site[row] * map.services.length + map.served.service[row];
  parts.push(...servedTable(rows, text("js.site"), key, (k) => {
    const site = Math.floor(k / map.services.length), service = k % map.services.length;
    return make("span", {}, chip(service), pickLink("site", site, map.sites[site].name),
      ` · ${map.services[service].name}`);
  }));
  return parts;
}

function pick(found, move = false) {
  chosen.picked = found;
  const box = $("map-details");
  box.replaceChildren();
  if (found) {
    if (move) goTo(found);
    const about = found.kind === "site" ? aboutSite(found.at) : aboutZone(found.at);
    box.append(make("h3", { textContent: nameOf(found) }), ...about);
  } else box.append(make("p", { className: "note", textContent: text("js.hint") }), symbols());
  draw();
}

function tick(words, checked, use, dot) {
  const input = make("input", { type: "checkbox", checked });
  input.addEventListener("change", () => { use(input.checked); draw(); });
  return make("label", {}, input, ...(dot ? [dot] : []), words);
}

function measureChoice() {
  const select = make("select", { id: "map-measure" });
  select.append(make("option", { value: "all", textContent: text("js.all") }));
  for (const [kind, items] of [["need", map.needs], ["service", map.services]]) {
    const group = make("optgroup", { label: text("js.by_" + kind) });
    items.forEach((item, k) => {
      if (kind === "need" || map.needs.some((need) => need.services.includes(k)))
        group.append(make("option", { value: `${kind}:${k}`, textContent: item.name }));
    });
    select.append(group);
  }
  select.addEventListener("change", () => { chosen.measure = select.value; measure(); draw(); });
  return make("label", { className: "field" }, text("js.colour_by"), select);
}

/* Coverage with the plan, or with the facilities alone where there are any. */
function whenChoice() {
  const select = make("select", { id: "map-when" });
  for (const when of ["covered", "before"])
    select.append(make("option", { value: when, textContent: text("js.when_" + when) }));
  select.addEventListener("change", () => { chosen.when = select.value; measure(); draw(); });
  return map.demand.before.length ? [select] : [];
}

function ramp() {
  const bar = make("i");
  const stops = map.stops.map((stop) => `rgb(${stop.join(",")})`);
  bar.style.background = `linear-gradient(to right,${stops.join(",")})`;
  return make("div", { className: "ramp" }, text("js.none"), bar, text("js.full"));
}

function symbols() {
  const entry = (shape, words, color) => {
    const sign = make("i", { className: shape });
    if (color) sign.style.background = color;
    return make("p", { className: "symbol" }, sign, words);
  };
  const known = [["dot", "zone"], ["box", "used"], ["tip", "facility"], ["small", "idle"]];
  const walks = ground.filter((g) => g.minutes).sort((a, b) => a.minutes - b.minutes);
  return make("div", {},
    ...known.map(([shape, name]) => entry(shape, text(`js.symbol_${name}`))),
    ...walks.map(({ minutes, color }) => entry("line", text("js.walk", { minutes }), color)));
}

function layerTicks() {
  const there = {
    zones: true, lines: true, names: true,
    used: map.sites.some((site) => site.used && !site.facility),
    facilities: map.sites.some((site) => site.facility),
    idle: map.sites.some((site) => !site.used),
    streets: ground.some((g) => g.layer === "streets"),
    walk: ground.some((g) => g.layer === "walk"),
  };
  const ticks = Object.keys(layers).filter((name) => there[name]).map((name) =>
    tick(text("js.layer_" + name), layers[name], (on) => { layers[name] = on; }));
  return make("fieldset", {}, make("legend", { textContent: text("js.layers") }), ...ticks);
}

function serviceTicks() {
  const box = make("fieldset", { id: "map-services" }, make("legend", { textContent: text("js.services") }));
  const used = new Set(map.sites.flatMap((site) => site.services));
  const all = tick(text("js.all_services"), true, (on) => {
    for (const input of box.querySelectorAll("input")) input.checked = on;
    for (const k of used) on ? shownServices.add(k) : shownServices.delete(k);
    pick(chosen.picked);
  });
  box.append(all);
  map.services.forEach((service, k) => {
    if (used.has(k))
      box.append(tick(service.name, true, (on) => {
        on ? shownServices.add(k) : shownServices.delete(k);
        pick(chosen.picked);
      }, chip(k)));
  });
  return box;
}

/* Sites, communities' names and zones by a part of their name or id. */
function find(wanted) {
  if (!wanted) return pick(null);
  const has = (...names) => names.some((name) => name.toLowerCase().includes(wanted));
  let at = map.sites.findIndex((site) => site.used && has(site.name, site.id));
  if (at < 0) at = map.sites.findIndex((site) => has(site.name, site.id));
  if (at >= 0) return pick({ kind: "site", at }, true);
  at = map.zones.id.findIndex((id, z) => {
    const community = map.communities[map.communityOf[z]];
    return has(id) || (community && has(community.name));
  });
  if (at >= 0) pick({ kind: "zone", at }, true);
}

function pointing() {
  const tooltip = $("map-tip");
  let from = null, dragged = false;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    from = [event.offsetX, event.offsetY];
    dragged = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = [event.offsetX, event.offsetY];
    if (from) {
      if (Math.hypot(x - from[0], y - from[1]) > 3) dragged = true;
      if (dragged) { view.x += x - from[0]; view.y += y - from[1]; from = [x, y]; moved(); }
      return;
    }
    const found = under(x, y);
    tooltip.hidden = !found;
    if (!found) return;
    tooltip.textContent = tip(found);
    tooltip.style.left = `${Math.min(x + 14, width - 260)}px`;
    tooltip.style.top = `${y + 12}px`;
  });
  canvas.addEventListener("pointerup", (event) => {
    if (from && !dragged) pick(under(event.offsetX, event.offsetY));
    from = null;
  });
  canvas.addEventListener("pointerleave", () => { tooltip.hidden = true; });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => zoom(2, event.offsetX, event.offsetY));
}

function mapButtons() {
  const button = (words, title, use) => {
    const made = make("button", { type: "button", textContent: words, title });
    made.addEventListener("click", use);
    return made;
  };
  return make("div", { id: "map-buttons" },
    button("+", text("js.zoom_in"), () => zoom(1.6)),
    button("−", text("js.zoom_out"), () => zoom(1 / 1.6)),
    button("⌂", text("js.whole"), () => { home(); draw(); }));
}

function startMap() {
  if (!map) return;
  canvas = make("canvas", { id: "map-canvas" });
  pen = canvas.getContext("2d");
  $("map-frame").append(canvas, mapButtons(), make("div", { id: "map-tip", hidden: true }));
  prepare();
  $("map-panel").append(measureChoice(), ...whenChoice(), ramp(), searchBox(find), layerTicks(), serviceTicks(),
    make("div", { id: "map-details" }));
  pick(null);
  pointing();
  whenShown.map = fit;
  window.addEventListener("resize", fit);
  /* For tests: what the page counted. */
  document.documentElement.dataset.counts = JSON.stringify({
    zones: map.zones.x.length,
    persons: map.zones.persons.reduce((a, b) => a + b, 0),
    covered: map.zones.persons.reduce((sum, p, z) => sum + p * Math.max(map.zones.share[z], 0), 0),
    used: map.sites.filter((site) => site.used && !site.facility).length,
    facilities: map.sites.filter((site) => site.facility).length,
    idle: map.sites.filter((site) => !site.used).length,
    served: map.served.persons.reduce((a, b) => a + b, 0) / 100,
  });
}

startPage();
startMap();
await follow();
document.documentElement.dataset.ready = "yes";
