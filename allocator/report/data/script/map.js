/* The map's state: data, measure, view, what was picked, what lies under the pointer. */
const map = data.map;
const layers = {
  zones: true, used: true, facilities: true, idle: true,
  streets: true, walk: true, names: true, lines: false,
};
const shownServices = new Set(map ? map.services.keys() : []);
const view = { scale: 1, x: 0, y: 0, home: 1 };
const chosen = { measure: "all", when: "covered", picked: null };
let canvas, pen, width, height, ground = [];

/* Positions at which each zone's rows begin, from how many each has. */
function starts(counts) {
  const found = [0];
  for (const count of counts) found.push(found[found.length - 1] + count);
  return found;
}

function prepare() {
  for (const site of map.sites) site.used = true;
  map.idle.id.forEach((id, k) => map.sites.push({
    id, name: map.idle.name[k] || id, x: map.idle.x[k], y: map.idle.y[k], services: [],
  }));
  map.demand.start = starts(map.demand.rows);
  map.served.start = starts(map.served.rows);
  map.served.zone = [];
  map.served.rows.forEach((count, zone) => {
    for (let k = 0; k < count; k++) map.served.zone.push(zone);
  });
  map.servedAt = map.sites.map(() => []);
  map.served.site.forEach((site, row) => map.servedAt[site].push(row));
  for (const element of document.querySelectorAll("#ground path"))
    ground.push({
      path: new Path2D(element.getAttribute("d")),
      layer: element.classList.contains("walk") ? "walk" : "streets",
      color: element.getAttribute("stroke") || "#cfcabd",
      minutes: element.dataset.minutes,
    });
  measure();
}

/* Which needs the chosen measure counts. */
function needsChosen() {
  const [kind, number] = chosen.measure.split(":");
  if (kind === "need") return new Set([Number(number)]);
  const all = [...map.needs.keys()];
  if (kind === "all") return new Set(all);
  return new Set(all.filter((n) => map.needs[n].services.includes(Number(number))));
}

/* Persons who ask and the share covered of every zone, under the chosen measure. */
function measure() {
  const needs = needsChosen();
  const { start, need, persons } = map.demand;
  const covered = map.demand[chosen.when];
  const zones = map.zones;
  zones.most = 0;
  for (let z = 0; z < zones.x.length; z++) {
    let asked = 0, met = 0;
    for (let row = start[z]; row < start[z + 1]; row++)
      if (needs.has(need[row])) { asked += persons[row]; met += covered[row]; }
    zones.persons[z] = asked / 100;
    zones.share[z] = asked > 0 ? met / asked : -1;
    zones.most = Math.max(zones.most, zones.persons[z]);
  }
}

function shareColor(share) {
  const stops = map.stops;
  const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const mixed = stops[low].map((a, k) => Math.round(a + (stops[low + 1][k] - a) * (at - low)));
  return `rgb(${mixed.join(",")})`;
}

const toX = (x) => x * view.scale + view.x;
const toY = (y) => y * view.scale + view.y;
const growth = () => Math.sqrt(Math.max(view.scale / view.home, 1));

function zoneRadius(z) {
  const share = map.zones.most ? Math.sqrt(map.zones.persons[z] / map.zones.most) : 0;
  return (1.2 + map.largest * share) * growth();
}

function siteRadius(site) {
  if (!site.used) return (map.idleSize / 2) * growth();
  return map.usedSize * (site.facility ? 0.9 : 1) * Math.min(growth(), 2.2);
}

/* Services of a site that are switched on; nothing where all are off. */
const servicesOf = (site) => site.services.filter((s) => shownServices.has(s));

function siteShown(site) {
  if (!site.used) return layers.idle;
  if (!layers[site.facility ? "facilities" : "used"]) return false;
  return servicesOf(site).length > 0;
}

/* Width 0 is what is not on screen. */
function fit() {
  const box = canvas.parentElement.getBoundingClientRect();
  const first = !width;
  [width, height] = [box.width, box.height];
  if (!width) return;
  const dots = Math.max(window.devicePixelRatio || 1, 1);
  canvas.width = width * dots;
  canvas.height = height * dots;
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  if (first) home();
  draw();
}

function home() {
  view.home = Math.min(width / map.box[0], height / map.box[1]);
  view.scale = view.home;
  view.x = (width - map.box[0] * view.scale) / 2;
  view.y = (height - map.box[1] * view.scale) / 2;
}

function zoom(factor, x = width / 2, y = height / 2) {
  const scale = Math.min(Math.max(view.scale * factor, view.home * 0.7), view.home * 200);
  const by = scale / view.scale;
  view.x = x - (x - view.x) * by;
  view.y = y - (y - view.y) * by;
  view.scale = scale;
  moved();
}

/* Rows of who is served where that belong to what was picked. */
function pickedRows() {
  const { picked } = chosen;
  if (!picked) return [];
  if (picked.kind === "site") return map.servedAt[picked.at];
  const { start } = map.served;
  return Array.from({ length: start[picked.at + 1] - start[picked.at] }, (_, k) => start[picked.at] + k);
}

function placeOf({ kind, at }) {
  if (kind === "site") return [map.sites[at].x, map.sites[at].y];
  return [map.zones.x[at], map.zones.y[at]];
}

/* Go to what was picked, near enough to see all it is joined to. */
function goTo(found) {
  const { zone, site } = map.served;
  const rows = pickedRows();
  const all = rows.flatMap((row) => [
    [map.zones.x[zone[row]], map.zones.y[zone[row]]],
    [map.sites[site[row]].x, map.sites[site[row]].y],
  ]);
  const [x, y] = placeOf(found);
  const away = (axis, from) => Math.max(0, ...all.map((at) => Math.abs(at[axis] - from)));
  const room = Math.min(width / away(0, x), height / away(1, y)) / 2.3;
  view.scale = Math.min(Number.isFinite(room) ? room : view.home * 4, view.home * 40);
  view.x = width / 2 - x * view.scale;
  view.y = height / 2 - y * view.scale;
}

/* The site or zone under the pointer: sites lie above zones. */
function under(x, y) {
  let best = null, least = Infinity;
  const consider = (kind, at, px, py, reach) => {
    const away = Math.hypot(px - x, py - y);
    if (away <= reach && away < least) { best = { kind, at }; least = away; }
  };
  const sites = (wanted) => map.sites.forEach((site, at) => {
    if (wanted(site) && siteShown(site))
      consider("site", at, toX(site.x), toY(site.y), siteRadius(site) + 4);
  });
  sites((site) => site.used);
  if (!best && layers.zones)
    map.zones.x.forEach((zx, at) => consider("zone", at, toX(zx), toY(map.zones.y[at]), zoneRadius(at) + 2));
  if (!best) sites((site) => !site.used);
  return best;
}
