// Boxes and zones as SVG over a picture, in pixels of the frame they were found in.
//
// The kept picture may be a part of its frame (`crop`), so the drawing's own coordinates are those of
// the frame and its window is the crop: nothing has to be converted, whatever size is on screen.
"use strict";

const Overlay = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LETTER_REM = 0.875;
  const NARROW_LETTER_REM = 0.625;
  const NARROW_PX = 480;
  const LETTER_WIDTH = 0.62;
  const WORST_FIRST = ["not_met", "cannot_tell", "met"];

  // Letters keep their size on screen, however large the picture is shown.
  function letterSize(shown) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return rem * (shown < NARROW_PX ? NARROW_LETTER_REM : LETTER_REM);
  }

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function label(words, place, size, name) {
    const [x, , , y] = place;
    const text = element("text", { x, y, "font-size": size, class: `mark ${name}` });
    text.textContent = words;
    return text;
  }

  // A place for words beside a box: above it, below it, inside it; the first that is still free.
  function freePlace(box, words, size, crop, taken) {
    const [x0, y0, x1, y1] = box;
    const [left, top, right, bottom] = crop;
    const width = words.length * size * LETTER_WIDTH;
    const x = Math.max(left, Math.min(x0, right - width));
    const fromRight = Math.max(left, x1 - width);
    const lines = [y0 - size * 0.3, y1 + size, y0 + size * 1.1];
    const places = lines.flatMap((y) => [x, fromRight].map((at) => [at, y - size, at + width, y]));
    const inside = ([, a, , b]) => a >= top && b <= bottom;
    const clear = (place) =>
      taken.every(
        (other) =>
          place[2] <= other[0] || place[0] >= other[2] || place[3] <= other[1] || place[1] >= other[3],
      );
    const found = places.find((place) => inside(place) && clear(place)) ?? places[0];
    taken.push(found);
    return found;
  }

  function zone(drawn, frame, size, words) {
    const [width, height] = frame.size;
    const corners = drawn.points.map(([x, y]) => [x * width, y * height]);
    const group = element("g", { class: `zone zone-${drawn.kind}`, "data-zone": drawn.kind });
    group.append(element("polygon", { points: corners.map((corner) => corner.join(",")).join(" ") }));
    const [x, y] = corners.reduce((a, b) => (a[0] + a[1] <= b[0] + b[1] ? a : b));
    const [x0, y0, x1, y1] = frame.crop;
    const long = words.length * size * LETTER_WIDTH;
    const left = Math.min(Math.max(x + size * 0.4, x0 + size * 0.2), x1 - long);
    const line = Math.min(Math.max(y + size * 1.1, y0 + size * 1.1), y1 - size * 0.3);
    group.append(label(words, [left, 0, 0, line], size, "mark-zone"));
    return group;
  }

  // A box that several checks rest on is drawn once: for the check in question if it is among them,
  // else by what matters most.
  function boxesOf(frame, check) {
    const rank = (one) => (one.check === check ? 0 : 1) + WORST_FIRST.indexOf(one.outcome) / 10;
    const drawn = new Map();
    for (const said of frame.observations) {
      for (const found of said.boxes) {
        const key = `${found.label} ${found.xyxy}`;
        const one = { found, outcome: said.outcome, check: said.check };
        if (!drawn.has(key) || rank(one) < rank(drawn.get(key))) drawn.set(key, one);
      }
    }
    return [...drawn.values()].sort((a, b) => rank(a) - rank(b));
  }

  function box({ found, outcome, check }, frame, size, words, taken, asked) {
    const [x0, y0, x1, y1] = found.xyxy;
    const kind = check === asked ? "is-asked" : "is-beside";
    const group = element("g", { class: `box box-${outcome} ${kind}`, "data-label": found.label });
    group.append(element("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    const place = freePlace(found.xyxy, words, size, frame.crop, taken);
    group.append(label(words, place, size, "mark-box"));
    return group;
  }

  function draw(svg, frame, zones, check, say) {
    const [x0, y0, x1, y1] = frame.crop;
    const shown = svg.clientWidth || x1 - x0;
    const size = (letterSize(shown) * (x1 - x0)) / shown;
    svg.setAttribute("viewBox", `${x0} ${y0} ${x1 - x0} ${y1 - y0}`);
    const zoneLayer = element("g", { class: "zone-layer" });
    for (const drawn of zones) zoneLayer.append(zone(drawn, frame, size, say.zone(drawn.kind)));
    const boxLayer = element("g", { class: "box-layer" });
    const taken = [];
    const made = boxesOf(frame, check).map((one) =>
      box(one, frame, size, say.box(one.found), taken, check),
    );
    boxLayer.append(...made.reverse()); // what the check rests on lies on top
    svg.replaceChildren(zoneLayer, boxLayer);
  }

  return { draw, element };
})();
