/* Search over everything, filters over findings; the address keeps both. */
(() => {
  const find = document.getElementById("find"), found = document.getElementById("found");
  const form = document.getElementById("filters"), told = document.getElementById("shown");
  const items = [...document.querySelectorAll("[data-find]")].map((element) => ({ element, text: element.textContent.toLowerCase() }));
  const cases = items.filter(({ element }) => element.classList.contains("case"));
  const closed = new Map();
  const chosen = (name) => (form ? new FormData(form).getAll(name).filter(Boolean) : []);
  const unfold = (searching) => each("details.claims, details.framework, details.more-rows, details.flows", (one) => {
    if (searching && !closed.has(one)) closed.set(one, one.open);
    if (searching) one.open = [...one.querySelectorAll("[data-find]")].some((item) => !item.hidden);
    else if (closed.has(one)) one.open = closed.get(one);
    if (!searching) closed.delete(one);
  });
  const apply = () => {
    const asked = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const picked = Object.fromEntries(["status", "severity", "question", "owner"].map((name) => [name, chosen(name)]));
    let seen = 0, matches = 0;
    for (const { element, text } of items) {
      const matched = asked.every((word) => text.includes(word));
      const kept = !element.classList.contains("case") || Object.entries(picked).every(([name, values]) => !values.length || values.includes(element.dataset[name]));
      element.hidden = !(matched && kept);
      if (asked.length && matched) matches += 1;
      if (element.classList.contains("case") && !element.hidden) seen += 1;
    }
    each(".policy", (one) => { one.hidden = !one.querySelector(".case:not([hidden])"); });
    each("details.claims", (one) => { one.hidden = asked.length > 0 && !one.querySelector("[data-find]:not([hidden])"); });
    unfold(asked.length > 0);
    document.getElementById("nothing").hidden = seen > 0 || !cases.length;
    if (told) told.textContent = seen === cases.length ? `${seen} findings` : `${seen} of ${cases.length} findings`;
    found.textContent = asked.length ? `${matches} found` : "";
    keep(picked);
  };
  const keep = (picked) => {
    const state = new URLSearchParams();
    if (find.value.trim()) state.set("q", find.value.trim());
    for (const [name, values] of Object.entries(picked)) values.forEach((one) => state.append(name, one));
    const place = location.hash.slice(1).split("?")[0], text = state.toString();
    if (text || location.hash.includes("?")) history.replaceState(null, "", `#${place || (text ? "findings" : "")}${text ? `?${text}` : ""}`);
  };
  const restore = () => {
    const [place, text] = location.hash.slice(1).split("?");
    if (!text) return;
    const state = new URLSearchParams(text);
    find.value = state.get("q") || "";
    if (form) for (const field of form.elements) {
      if (field.type === "checkbox") field.checked = state.getAll(field.name).includes(field.value);
      else if (field.name && state.has(field.name)) field.value = state.get(field.name);
    }
    document.getElementById(place)?.scrollIntoView();
  };
  let waiting;
  find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
  if (form) {
    form.addEventListener("change", apply);
    form.addEventListener("reset", () => setTimeout(() => { find.value = ""; apply(); }));
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); find.focus(); find.select(); }
    if (event.key === "Escape" && event.target === find) { find.value = ""; apply(); }
  });
  restore();
  apply();
})();
