/* The theme, printing with everything unfolded, and where the reader is. */
(() => {
  const root = document.documentElement, theme = document.getElementById("theme");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const tell = () => { theme.setAttribute("aria-pressed", dark()); };
  const kept = (act) => { try { return act(localStorage); } catch { return null; } };
  const before = kept((store) => store.getItem("byoc-theme"));
  if (before === "dark" || before === "light") root.dataset.theme = before;
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    kept((store) => store.setItem("byoc-theme", root.dataset.theme));
    tell();
  });
  tell();
  document.getElementById("print").addEventListener("click", () => print());
  const unfolded = new Set();
  addEventListener("beforeprint", () => each("details:not([open])", (one) => { unfolded.add(one); one.open = true; }));
  addEventListener("afterprint", () => { unfolded.forEach((one) => { one.open = false; }); unfolded.clear(); });
  const links = new Map([...document.querySelectorAll(".side a")].map((link) => [link.hash.slice(1), link]));
  const inView = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) inView[isIntersecting ? "add" : "delete"](target.id);
    const current = [...links.keys()].find((id) => inView.has(id));
    links.forEach((link, id) => (id === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  }, { rootMargin: "-72px 0px -60% 0px" });
  links.forEach((_, id) => watcher.observe(document.getElementById(id)));
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1).split("?")[0]));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
