/* Draws the map on its canvas. */
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

/* Streets are drawn once for a view; while the map moves, that picture moves along. */
const still = { picture: null, view: "", moving: false, timer: 0 };

function moved() {
  still.moving = true;
  window.clearTimeout(still.timer);
  still.timer = window.setTimeout(() => { still.moving = false; draw(); }, 200);
  draw();
}

function drawGround() {
  if (!ground.length) return;
  const key = JSON.stringify([view, width, height, layers.streets, layers.walk]);
  if (key !== still.view && !(still.moving && still.picture)) {
    still.picture = paintGround();
    still.view = key;
  }
  const { picture } = still;
  const by = view.scale / picture.scale;
  const [x, y] = [view.x - picture.x * by, view.y - picture.y * by];
  pen.drawImage(picture.canvas, x, y, picture.width * by, picture.height * by);
}

function paintGround() {
  const sheet = make("canvas", { width: canvas.width, height: canvas.height });
  const brush = sheet.getContext("2d");
  const dots = canvas.width / width;
  brush.setTransform(view.scale * dots, 0, 0, view.scale * dots, view.x * dots, view.y * dots);
  for (const { path, layer, color } of ground) {
    if (!layers[layer]) continue;
    brush.lineWidth = ((layer === "walk" ? 1.2 : 0.9) * growth() ** 0.5) / view.scale;
    brush.globalAlpha = layer === "walk" ? 0.65 : 1;
    brush.strokeStyle = color;
    brush.stroke(path);
  }
  return { canvas: sheet, width, height, scale: view.scale, x: view.x, y: view.y };
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

function drawLines(rows) {
  const { zone, site, service, persons } = map.served;
  pen.globalAlpha = 0.8;
  for (const row of rows) {
    if (!shownServices.has(service[row])) continue;
    const to = map.sites[site[row]], from = zone[row];
    const x = toX(map.zones.x[from]), y = toY(map.zones.y[from]);
    const [dx, dy] = beside(x - toX(to.x), y - toY(to.y), to, service[row]);
    pen.strokeStyle = map.services[service[row]].color;
    pen.lineWidth = 0.8 + Math.min(Math.sqrt(persons[row] / 100) / 3, 2);
    pen.beginPath();
    pen.moveTo(x + dx, y + dy);
    pen.lineTo(toX(to.x) + dx, toY(to.y) + dy);
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

/* Thin lines of all, one path for each service, since there may be many thousands. */
function drawAllLines() {
  const { zone, site, service } = map.served;
  const paths = new Map([...shownServices].map((k) => [k, new Path2D()]));
  for (let row = 0; row < site.length; row++) {
    const path = paths.get(service[row]);
    if (!path) continue;
    path.moveTo(toX(map.zones.x[zone[row]]), toY(map.zones.y[zone[row]]));
    path.lineTo(toX(map.sites[site[row]].x), toY(map.sites[site[row]].y));
  }
  pen.globalAlpha = 0.35;
  pen.lineWidth = 0.6;
  for (const [k, path] of paths) {
    pen.strokeStyle = map.services[k].color;
    pen.stroke(path);
  }
  pen.globalAlpha = 1;
}

const drawPickedLines = () => drawLines(pickedRows());

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
