// Boxes and zones as SVG over a picture, in pixels of the frame they were found in.
//
// The kept picture may be a part of its frame (`crop`), so the drawing's own coordinates are those of
// the frame and its window is the crop: nothing has to be converted, whatever size is on screen.
"use strict";

const Overlay = (() => {
  const SVG = "http://www.w3.org/2000/svg";

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  const LETTER_REM = 0.875;
  const NARROW_LETTER_REM = 0.625;
  const NARROW_PX = 480;

  // Letters keep their size on screen, however large the picture is shown.
  function letterSize(shown) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    return rem * (shown < NARROW_PX ? NARROW_LETTER_REM : LETTER_REM);
  }

  function label(words, x, y, size, name, anchor = "start") {
    const text = element("text", { x, y, "font-size": size, "text-anchor": anchor, class: `mark ${name}` });
    text.textContent = words;
    return text;
  }

  function zone(drawn, frame, size, words) {
    const [width, height] = frame.size;
    const corners = drawn.points.map(([x, y]) => [x * width, y * height]);
    const group = element("g", { class: `zone zone-${drawn.kind}`, "data-zone": drawn.kind });
    group.append(element("polygon", { points: corners.map((corner) => corner.join(",")).join(" ") }));
    const [x0, y0, x1, y1] = frame.crop;
    const left = Math.min(Math.max(Math.min(...corners.map(([x]) => x)), x0), x1);
    const top = Math.min(Math.max(Math.min(...corners.map(([, y]) => y)), y0), y1);
    group.append(label(words, left + size * 0.4, top + size * 1.1, size, "mark-zone"));
    return group;
  }

  function box(found, outcome, frame, size, words) {
    const [x0, y0, x1, y1] = found.xyxy;
    const group = element("g", { class: `box box-${outcome}`, "data-label": found.label });
    group.append(element("rect", { x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    const above = y0 - size * 0.35;
    const y = above - size > frame.crop[1] ? above : y1 + size * 1.05;
    const [left, , right] = frame.crop;
    const fromRight = x0 > left + (right - left) * 0.6;
    const x = fromRight ? Math.min(x1, right - size * 0.2) : Math.max(x0, left + size * 0.2);
    group.append(label(words, x, y, size, "mark-box", fromRight ? "end" : "start"));
    return group;
  }

  // A box that several checks rest on is drawn once, by what matters most.
  function boxesOf(frame) {
    const order = ["not_met", "cannot_tell", "met"];
    const drawn = new Map();
    for (const said of frame.observations) {
      for (const found of said.boxes) {
        const key = `${found.label} ${found.xyxy}`;
        const known = drawn.get(key);
        if (!known || order.indexOf(said.outcome) < order.indexOf(known.outcome)) {
          drawn.set(key, { found, outcome: said.outcome });
        }
      }
    }
    return [...drawn.values()];
  }

  function draw(svg, frame, zones, say) {
    const [x0, y0, x1, y1] = frame.crop;
    const shown = svg.clientWidth || x1 - x0;
    const size = (letterSize(shown) * (x1 - x0)) / shown;
    svg.setAttribute("viewBox", `${x0} ${y0} ${x1 - x0} ${y1 - y0}`);
    const zoneLayer = element("g", { class: "zone-layer" });
    for (const drawn of zones) zoneLayer.append(zone(drawn, frame, size, say.zone(drawn.kind)));
    const boxLayer = element("g", { class: "box-layer" });
    for (const { found, outcome } of boxesOf(frame)) {
      boxLayer.append(box(found, outcome, frame, size, say.box(found)));
    }
    svg.replaceChildren(zoneLayer, boxLayer);
  }

  return { draw, element };
})();
