/* Diagrams: one at a time behind tabs; each pans and zooms by its viewBox. */
(() => {
  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const select = (tab) => {
    for (const one of tabs) {
      const chosen = one === tab;
      one.setAttribute("aria-selected", chosen);
      one.tabIndex = chosen ? 0 : -1;
      document.getElementById(one.getAttribute("aria-controls")).toggleAttribute("data-later", !chosen);
    }
  };
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowLeft: -1 };
      const next = event.key in steps ? (place + steps[event.key] + tabs.length) % tabs.length : event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : null;
      if (next === null) return;
      event.preventDefault();
      select(tabs[next]);
      tabs[next].focus();
    });
  });
  each(".view", (view) => {
    const stage = view.querySelector(".stage"), svg = stage.querySelector("svg");
    const whole = svg.getAttribute("viewBox").split(" ").map(Number);
    let seen = [...whole], from = null, moved = false;
    svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
    const set = (next) => { seen = next; svg.setAttribute("viewBox", seen.map((number) => Number(number.toFixed(2))).join(" ")); };
    const zoom = (times, x = seen[0] + seen[2] / 2, y = seen[1] + seen[3] / 2) => {
      const width = Math.min(Math.max(seen[2] / times, whole[2] / 24), whole[2] * 2), ratio = width / seen[2];
      set([x - (x - seen[0]) * ratio, y - (y - seen[1]) * ratio, width, seen[3] * ratio]);
    };
    const move = (right, down) => set([seen[0] + right * seen[2], seen[1] + down * seen[3], seen[2], seen[3]]);
    const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    const keys = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => set([...whole]), ArrowLeft: () => move(-0.08, 0), ArrowRight: () => move(0.08, 0), ArrowUp: () => move(0, -0.08), ArrowDown: () => move(0, 0.08) };
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
      event.preventDefault();
      keys[event.key]();
    });
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== stage) return;
      event.preventDefault();
      const at = point(event);
      zoom(Math.exp(-event.deltaY / 400), at.x, at.y);
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => { if (event.button === 0) { from = [event.clientX, event.clientY]; moved = false; } });
    stage.addEventListener("pointermove", (event) => {
      if (!from || !(event.buttons & 1)) { from = null; return; }
      if (!moved && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 5) return;
      if (!moved) { moved = true; stage.setPointerCapture(event.pointerId); stage.classList.add("moving"); }
      const scale = svg.getScreenCTM().a;
      set([seen[0] - (event.clientX - from[0]) / scale, seen[1] - (event.clientY - from[1]) / scale, seen[2], seen[3]]);
      from = [event.clientX, event.clientY];
    });
    const end = () => { from = null; stage.classList.remove("moving"); };
    stage.addEventListener("pointerup", end);
    stage.addEventListener("pointercancel", end);
    each("[data-zoom]", (knob) => knob.addEventListener("click", () => ({ in: () => zoom(1.4), out: () => zoom(1 / 1.4), fit: () => set([...whole]) })[knob.dataset.zoom]()), view);
    const canvas = view.querySelector(".canvas"), spread = view.querySelector("[data-spread]");
    const expand = (wide) => { canvas.classList.toggle("spread", wide); spread.setAttribute("aria-pressed", wide); };
    spread.addEventListener("click", () => expand(!canvas.classList.contains("spread")));
    canvas.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.getElementById("drawer").open) expand(false); });
    const open = (part) => drawer.show(part.dataset.box !== undefined ? boxPage(view.dataset.view, part.dataset.box) : flowsPage(view.dataset.view, numbers(part.dataset.flows)));
    stage.addEventListener("click", (event) => {
      const part = event.target.closest("[data-box], [data-arrow]");
      if (part && !moved) open(part);
    });
    each("[data-box], [data-arrow]", (part) => {
      part.setAttribute("tabindex", "0");
      part.setAttribute("role", "button");
      part.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); open(part); } });
    }, svg);
    addEventListener("beforeprint", () => { expand(false); set([...whole]); });
  });
})();
