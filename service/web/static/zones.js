// Zones drawn over a picture by mouse, touch or keyboard. Knows no server: it is given zones and
// tells what became of them. Corners are shares of the picture, 0 to 1.
"use strict";

const Zones = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const HANDLE_PX = 7;
  const GRAB_PX = 18;
  const EDGE_PX = 10;
  const STEP = 0.01;
  const FAR_STEP = 0.05;
  const FINE_STEP = 0.002;
  const NEW_CORNER = 0.04;
  const SAME_MOVE_MS = 700;
  const UNDO_MAX = 100;
  const CORNERS_MAX = 32;

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const clamp = (value) => Math.min(1, Math.max(0, value));
  const round = (value) => Math.round(clamp(value) * 10000) / 10000;
  const side = (p, q, r) => (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
  const meet = (a, b, c, d) =>
    side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

  // Why corners are no zone, in the words of the server's own check: "" when they are one.
  function fault(corners) {
    const count = corners.length;
    if (count < 3) return "few";
    if (count > CORNERS_MAX) return "many";
    const edge = (i) => [corners[i], corners[(i + 1) % count]];
    for (let i = 0; i < count; i += 1) {
      for (let j = i + 2; j < count; j += 1) {
        if (j - i !== count - 1 && meet(...edge(i), ...edge(j))) return "crossing";
      }
    }
    const doubled = corners.reduce((sum, [x, y], i) => {
      const [u, v] = corners[(i + 1) % count];
      return sum + x * v - u * y;
    }, 0);
    return Math.abs(doubled / 2) < 1e-5 ? "line" : "";
  }

  function make(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // Where a corner fits best: into the edge that grows least by it.
  function bestPlace(corners, point) {
    if (corners.length < 3) return corners.length;
    const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    let best = [Infinity, corners.length];
    corners.forEach((corner, i) => {
      const next = corners[(i + 1) % corners.length];
      const grown = far(corner, point) + far(point, next) - far(corner, next);
      if (grown < best[0] - 1e-9) best = [grown, i + 1];
    });
    return best[1];
  }

  // How far a point lies from an edge, in pixels of the screen.
  function offEdge(point, from, to, scale) {
    const [px, py] = [point[0] * scale[0], point[1] * scale[1]];
    const [ax, ay] = [from[0] * scale[0], from[1] * scale[1]];
    const [bx, by] = [to[0] * scale[0], to[1] * scale[1]];
    const long = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const along = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / long));
    return Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay));
  }

  class Editor {
    constructor(svg, { kinds, name, changed, speak }) {
      this.svg = svg;
      this.kinds = kinds;
      this.name = name;
      this.changed = changed;
      this.speak = speak;
      this.size = [1280, 720];
      this.enabled = false;
      this.reset({});
      svg.addEventListener("pointerdown", (event) => this.grab(event));
      svg.addEventListener("pointermove", (event) => this.drag(event));
      svg.addEventListener("pointerup", (event) => this.drop(event));
      svg.addEventListener("pointercancel", () => this.cancel());
      svg.addEventListener("keydown", (event) => this.key(event));
      svg.addEventListener("focus", () => this.draw());
      svg.addEventListener("blur", () => this.draw());
      new ResizeObserver(() => this.draw()).observe(svg);
    }

    // --- from outside

    reset(zones) {
      this.zones = Object.fromEntries(
        Object.entries(zones).map(([kind, corners]) => [kind, corners.map((c) => [...c])]),
      );
      this.active = this.kinds?.find((kind) => !this.zones[kind]) ?? this.kinds?.[0];
      this.selected = -1;
      this.cursor = [0.5, 0.5];
      this.past = [];
      this.dragging = null;
      this.draw();
    }

    show(size) {
      this.size = size;
      this.enabled = true;
      this.draw();
    }

    choose(kind) {
      this.active = kind;
      this.selected = -1;
      this.draw();
      this.changed();
    }

    // All zones at once, as one step that can be undone.
    replace(zones) {
      this.remember();
      for (const [kind, corners] of Object.entries(zones)) {
        this.zones[kind] = corners.map((corner) => [...corner]);
      }
      this.selected = -1;
      this.told();
    }

    clear() {
      if (!this.corners.length) return;
      this.remember();
      delete this.zones[this.active];
      this.selected = -1;
      this.told();
    }

    undo() {
      const before = this.past.pop();
      if (!before) return;
      this.zones = JSON.parse(before.zones);
      this.active = before.active;
      this.selected = -1;
      this.told();
    }

    get canUndo() {
      return this.past.length > 0;
    }

    get corners() {
      return this.zones[this.active] ?? [];
    }

    // Zones with at least one corner, as they are.
    drawn() {
      return Object.fromEntries(
        Object.entries(this.zones).filter(([, corners]) => corners.length > 0),
      );
    }

    faultOf(kind) {
      const corners = this.zones[kind];
      return corners?.length ? fault(corners) : "";
    }

    // --- changes

    remember(move = "") {
      const now = performance.now();
      const last = this.past.at(-1);
      const goesOn = move && last?.move === move && now - last.at < SAME_MOVE_MS;
      if (goesOn) {
        last.at = now;
        return;
      }
      this.past.push({ zones: JSON.stringify(this.zones), active: this.active, move, at: now });
      if (this.past.length > UNDO_MAX) this.past.shift();
    }

    told() {
      this.draw();
      this.changed();
    }

    insert(index, point) {
      if (this.corners.length >= CORNERS_MAX) return false;
      this.remember();
      const corners = (this.zones[this.active] ??= []);
      corners.splice(index, 0, point.map(round));
      this.selected = index;
      return true;
    }

    remove() {
      if (this.selected < 0) return;
      this.remember();
      this.corners.splice(this.selected, 1);
      this.selected = Math.min(this.selected, this.corners.length - 1);
      if (!this.corners.length) delete this.zones[this.active];
      this.told();
      this.sayPlace();
    }

    // --- mouse and touch

    place(event) {
      const box = this.svg.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    }

    scale() {
      return [this.svg.clientWidth || 1, this.svg.clientHeight || 1];
    }

    grab(event) {
      if (!this.enabled || event.button > 0) return;
      const point = this.place(event);
      const scale = this.scale();
      const gaps = this.corners.map(([x, y]) =>
        Math.hypot((x - point[0]) * scale[0], (y - point[1]) * scale[1]),
      );
      const nearest = gaps.indexOf(Math.min(...gaps));
      if (nearest >= 0 && gaps[nearest] <= GRAB_PX) {
        this.selected = nearest;
        this.dragging = { before: JSON.stringify(this.zones), moved: false };
      } else {
        const corners = this.corners;
        const on =
          corners.length < 3
            ? -1
            : corners.findIndex(
                (corner, i) =>
                  offEdge(point, corner, corners[(i + 1) % corners.length], scale) <= EDGE_PX,
              );
        const index = on >= 0 ? on + 1 : bestPlace(corners, point);
        if (!this.insert(index, point)) return;
        this.dragging = { before: this.past.at(-1).zones, moved: true };
      }
      try {
        this.svg.setPointerCapture(event.pointerId);
      } catch {
        // a pointer that is gone already
      }
      this.svg.focus({ preventScroll: true });
      event.preventDefault();
      this.told();
    }

    drag(event) {
      if (!this.dragging || this.selected < 0) return;
      if (!this.dragging.moved) {
        this.remember();
        this.dragging.moved = true;
      }
      this.corners[this.selected] = this.place(event).map(round);
      this.told();
    }

    drop() {
      if (!this.dragging) return;
      this.dragging = null;
      this.told();
    }

    cancel() {
      if (!this.dragging) return;
      this.zones = JSON.parse(this.dragging.before);
      if (this.dragging.moved) this.past.pop();
      this.dragging = null;
      this.selected = -1;
      this.told();
    }

    // --- keyboard

    key(event) {
      if (!this.enabled) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
        this.undo();
        this.sayPlace();
      } else if (event.ctrlKey || event.metaKey) {
        return;
      } else if (ARROWS[event.key]) {
        this.move(event);
      } else if (event.key === "Enter" || event.key === " ") {
        this.add();
      } else if (event.key === "Delete" || event.key === "Backspace") {
        this.remove();
      } else if (event.key === "Escape") {
        if (this.dragging) this.cancel();
        else if (this.selected < 0) return;
        else this.let();
      } else if (event.key === "Tab") {
        const next = this.selected + (event.shiftKey ? -1 : 1);
        if (event.shiftKey ? this.selected < 0 || next < 0 : next >= this.corners.length) {
          this.selected = -1;
          this.draw();
          return; // on to the next field: no trap
        }
        this.selected = next;
        this.draw();
        this.sayPlace();
      } else {
        return;
      }
      event.preventDefault();
    }

    move(event) {
      const far = event.shiftKey ? FAR_STEP : event.altKey ? FINE_STEP : STEP;
      const [dx, dy] = ARROWS[event.key];
      const shift = ([x, y]) => [round(x + dx * far), round(y + dy * far)];
      if (this.selected < 0) {
        this.cursor = shift(this.cursor);
        this.draw();
      } else {
        this.remember(`${this.active} ${this.selected}`);
        this.corners[this.selected] = shift(this.corners[this.selected]);
        this.told();
      }
      this.sayPlace();
    }

    // A corner at the cursor; with one in hand, another beside it that the arrows then move.
    add() {
      if (this.selected < 0) {
        if (!this.insert(bestPlace(this.corners, this.cursor), this.cursor)) return;
      } else {
        const [x, y] = this.corners[this.selected];
        const beside = [x + (x > 0.9 ? -NEW_CORNER : NEW_CORNER), y];
        if (!this.insert(this.selected + 1, beside)) return;
      }
      this.told();
      this.sayPlace();
    }

    let() {
      this.cursor = [...(this.corners[this.selected] ?? this.cursor)];
      this.selected = -1;
      this.draw();
      this.sayPlace();
    }

    sayPlace() {
      const [x, y] = this.selected < 0 ? this.cursor : this.corners[this.selected];
      this.speak({
        kind: this.active,
        corner: this.selected,
        all: this.corners.length,
        x: Math.round(x * 100),
        y: Math.round(y * 100),
      });
    }

    // --- picture

    draw() {
      if (!this.svg || !this.kinds) return;
      const [width, height] = this.size;
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      const unit = (rem * width) / (this.svg.clientWidth || width);
      this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      if (!this.enabled) {
        this.svg.replaceChildren();
        return;
      }
      const order = [...this.kinds.filter((kind) => kind !== this.active), this.active];
      const parts = order.map((kind) => this.zone(kind, unit));
      if (document.activeElement === this.svg && this.selected < 0) parts.push(this.cross(unit));
      this.svg.replaceChildren(...parts);
    }

    zone(kind, unit) {
      const [width, height] = this.size;
      const corners = (this.zones[kind] ?? []).map(([x, y]) => [x * width, y * height]);
      const active = kind === this.active;
      const bad = corners.length >= 3 && this.faultOf(kind);
      const group = make("g", {
        class: `zone zone-${kind}${active ? " is-active" : ""}${bad ? " is-bad" : ""}`,
        "data-zone": kind,
      });
      if (corners.length > 1) {
        const points = corners.map((corner) => corner.join(",")).join(" ");
        group.append(make(corners.length > 2 ? "polygon" : "polyline", { points }));
      }
      if (corners.length) {
        const size = 13 * unit;
        const [x, y] = corners.reduce((a, b) => (a[0] + a[1] <= b[0] + b[1] ? a : b));
        const text = make("text", {
          x: Math.min(x + size * 0.5, width - size * 6),
          y: Math.min(y + size * 1.3, height - size * 0.3),
          "font-size": size,
          class: "mark",
        });
        text.textContent = this.name(kind);
        group.append(text);
      }
      if (active) {
        corners.forEach(([cx, cy], i) => {
          const chosen = i === this.selected;
          const r = (chosen ? HANDLE_PX + 3 : HANDLE_PX) * unit;
          group.append(make("circle", { cx, cy, r, class: `corner${chosen ? " is-chosen" : ""}` }));
        });
      }
      return group;
    }

    cross(unit) {
      const [x, y] = [this.cursor[0] * this.size[0], this.cursor[1] * this.size[1]];
      const arm = 14 * unit;
      return make("path", {
        class: "cursor",
        d: `M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}`,
      });
    }
  }

  return { Editor, fault };
})();
