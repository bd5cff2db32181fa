/* The map on a canvas: view, drawing, what lies under the pointer. */
const map = data.map;
const layers = {
  zones: true, used: true, facilities: true, idle: true,
  streets: true, walk: true, names: true, lines: false,
};
const shownServices = new Set(map ? map.services.keys() : []);
const view = { scale: 1, x: 0, y: 0, home: 1 };
const chosen = { measure: "all", picked: null };
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
  const { start, need, persons, covered } = map.demand;
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
  return (site.facility ? 6.5 : map.usedSize) * Math.min(growth(), 2.2);
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
  draw();
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

let waiting = false;
function draw() {
  if (waiting || !width) return;
  waiting = true;
  window.requestAnimationFrame(() => { waiting = false; paint(); });
}

function paint() {
  pen.clearRect(0, 0, width, height);
  drawGround();
  drawSites((site) => !site.used);
  if (layers.lines) drawAllLines();
  if (layers.zones) drawZones();
  drawPickedLines();
  drawSites((site) => site.used && site.facility);
  drawSites((site) => site.used && !site.facility);
  if (layers.names) drawNames();
  drawPicked();
  drawScale();
}

function drawGround() {
  for (const { path, layer, color } of ground) {
    if (!layers[layer]) continue;
    pen.save();
    pen.translate(view.x, view.y);
    pen.scale(view.scale, view.scale);
    pen.lineWidth = (layer === "walk" ? 1.6 : 0.9) * growth() ** 0.5 / view.scale;
    pen.strokeStyle = color;
    pen.stroke(path);
    pen.restore();
  }
}

const onScreen = (x, y, r) => x > -r && y > -r && x < width + r && y < height + r;

function drawZones() {
  const zones = map.zones;
  pen.lineWidth = 0.6;
  for (let z = 0; z < zones.x.length; z++) {
    const x = toX(zones.x[z]), y = toY(zones.y[z]), r = zoneRadius(z);
    if (!onScreen(x, y, r)) continue;
    pen.beginPath();
    pen.arc(x, y, r, 0, 7);
    if (zones.share[z] < 0) { pen.strokeStyle = "#b9b4a8"; pen.stroke(); continue; }
    pen.fillStyle = shareColor(zones.share[z]);
    pen.globalAlpha = 0.85;
    pen.fill();
    pen.globalAlpha = 1;
  }
}

function drawSites(wanted) {
  for (const site of map.sites) {
    if (!wanted(site) || !siteShown(site)) continue;
    const x = toX(site.x), y = toY(site.y), r = siteRadius(site);
    if (!onScreen(x, y, r)) continue;
    if (site.used) drawPie(x, y, r, site);
    else { pen.fillStyle = "#b9b4a8"; pen.fillRect(x - r, y - r, 2 * r, 2 * r); }
  }
}

/* The outline of a site: buildings are squares, facilities triangles. */
function outline(x, y, r, site) {
  pen.beginPath();
  if (!site.facility) return pen.rect(x - r, y - r, 2 * r, 2 * r);
  pen.moveTo(x, y - 1.2 * r);
  pen.lineTo(x + 1.1 * r, y + 0.8 * r);
  pen.lineTo(x - 1.1 * r, y + 0.8 * r);
  pen.closePath();
}

/* The outline is filled with a part for each service. */
function drawPie(x, y, r, site) {
  const services = servicesOf(site);
  pen.save();
  outline(x, y, r, site);
  pen.clip();
  services.forEach((service, k) => {
    const turn = (part) => -Math.PI / 2 + (2 * Math.PI * part) / services.length;
    pen.fillStyle = map.services[service].color;
    pen.beginPath();
    pen.moveTo(x, y);
    pen.arc(x, y, r * 1.6, turn(k), turn(k + 1));
    pen.fill();
  });
  pen.restore();
  pen.strokeStyle = "#22333b";
  pen.lineWidth = site.facility ? 1 : 1.5;
  outline(x, y, r, site);
  pen.stroke();
}

/* Lines of several services to one site run side by side. */
function beside(x, y, site, service) {
  const long = Math.hypot(x, y) || 1;
  const step = 2.5 * (site.services.indexOf(service) - (site.services.length - 1) / 2);
  return [(-y / long) * step, (x / long) * step];
}

function drawLines(rows, alpha, thick) {
  const { zone, site, service, persons } = map.served;
  pen.globalAlpha = alpha;
  for (const row of rows) {
    if (!shownServices.has(service[row])) continue;
    const to = map.sites[site[row]], from = zone[row];
    pen.strokeStyle = map.services[service[row]].color;
    pen.lineWidth = thick ? 0.8 + Math.min(Math.sqrt(persons[row] / 100) / 3, 2) : 0.6;
    const x = toX(map.zones.x[from]), y = toY(map.zones.y[from]);
    const [dx, dy] = thick ? beside(x - toX(to.x), y - toY(to.y), to, service[row]) : [0, 0];
    pen.beginPath();
    pen.moveTo(x + dx, y + dy);
    pen.lineTo(toX(to.x) + dx, toY(to.y) + dy);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

const drawAllLines = () => drawLines(map.served.site.keys(), 0.35, false);

/* Rows of who is served where that belong to what was picked. */
function pickedRows() {
  const { picked } = chosen;
  if (!picked) return [];
  if (picked.kind === "site") return map.servedAt[picked.at];
  const { start } = map.served;
  return Array.from({ length: start[picked.at + 1] - start[picked.at] }, (_, k) => start[picked.at] + k);
}

const drawPickedLines = () => drawLines(pickedRows(), 0.8, true);

function placeOf({ kind, at }) {
  if (kind === "site") return [map.sites[at].x, map.sites[at].y];
  return [map.zones.x[at], map.zones.y[at]];
}

function drawPicked() {
  if (!chosen.picked) return;
  const [x, y] = placeOf(chosen.picked);
  pen.strokeStyle = "#111";
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(toX(x), toY(y), 13, 0, 7);
  pen.stroke();
}

/* Names of communities, then of used buildings, where there is room for them. */
function drawNames() {
  const taken = [];
  pen.textAlign = "center";
  pen.lineJoin = "round";
  pen.strokeStyle = "rgba(251,250,247,.9)";
  pen.lineWidth = 3;
  const put = (name, x, y, size, weight, color) => {
    pen.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
    const half = pen.measureText(name).width / 2 + 3;
    if (!onScreen(x, y, 0) || x - half < 0 || x + half > width) return;
    const box = [x - half, y - size, x + half, y + 4];
    const hit = (b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3];
    if (taken.some(hit)) return;
    taken.push(box);
    pen.strokeText(name, x, y);
    pen.fillStyle = color;
    pen.fillText(name, x, y);
  };
  const near = view.scale >= 3 * view.home;
  if (near || map.communities.length <= 40)
    for (const place of map.communities)
      put(place.name, toX(place.x), toY(place.y), 12, 600, "#22333b");
  if (!near && map.sites.filter((site) => site.used).length > 60) return;
  for (const site of map.sites)
    if (site.used && !site.facility && siteShown(site))
      put(site.name, toX(site.x), toY(site.y) + siteRadius(site) + 11, 10.5, 400, "#5b2333");
}

/* A line of a round number of metres. */
function drawScale() {
  if (!map.metres) return;
  const metres = map.metres / view.scale;
  const round = [1, 2, 5].flatMap((k) => [1, 10, 100, 1e3, 1e4].map((p) => k * p));
  const long = Math.max(...round.filter((m) => m / metres < 130));
  const x = 14, y = height - 14;
  pen.fillStyle = "#22333b";
  pen.fillRect(x, y, long / metres, 3);
  pen.textAlign = "left";
  pen.font = "11px sans-serif";
  pen.fillText(long < 1000 ? `${long} m` : `${long / 1000} km`, x, y - 5);
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
