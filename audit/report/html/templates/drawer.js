/* The drawer: facts of a thing, a statement, an answer of AWS, or what stands behind a box or an arrow. */
const drawer = (() => {
  const box = document.getElementById("drawer"), body = document.getElementById("drawer-body");
  const title = document.getElementById("drawer-title"), back = document.getElementById("back");
  const past = [];
  let opener = null;
  const show = (page, goingBack = false) => {
    if (!goingBack) past.push(page);
    if (!box.open) { opener = document.activeElement; box.show(); }
    back.hidden = past.length < 2;
    title.replaceChildren(make("bdi", {}, page.title));
    body.replaceChildren(...page.parts());
    box.scrollTop = 0;
    title.focus();
  };
  const close = () => {
    if (!box.open) return;
    box.close();
    past.length = 0;
    if (opener && opener.isConnected) opener.focus();
  };
  document.getElementById("close").addEventListener("click", close);
  back.addEventListener("click", () => { past.pop(); show(past[past.length - 1], true); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  return { show, close };
})();

const words = (name) => String(name).replaceAll("_", " ");
const json = (value) => make("pre", { tabindex: "0" }, JSON.stringify(value, null, 2));
const heading = (text) => make("h3", {}, text);
const listed = (items) => make("ul", {}, ...items.map((item) => make("li", {}, item)));
const facts = (rows) => make("dl", {}, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
const opening = (attributes, text) => make("button", { type: "button", ...attributes }, make("bdi", {}, text));
const thing = (number) => opening({ class: "ref", "data-node": number }, data.names[number][0]);
const answer = (number) => {
  const kept = data.records[number];
  return opening({ class: "record", "data-record": number }, kept ? kept.operation : data.ids[number].slice(0, 12));
};
const answers = (numbers) => make("p", {}, ...numbers.flatMap((number) => [answer(number), " "]));
const unread = (value) => value && typeof value === "object" && value.$unknown;

const value = (property) => {
  if (property === null) return make("span", { class: "soft" }, "there is none");
  const hidden = unread(property);
  if (hidden) return make("span", {}, make("span", { class: "chip unknown" }, "not read"), ` ${hidden.code}${hidden.permission ? `: grant ${hidden.permission}` : ""}`);
  return typeof property === "object" ? json(property) : make("bdi", {}, property);
};
const nodePage = (number) => ({
  title: data.names[number][0],
  parts: () => {
    const node = data.nodes[number];
    if (!node) return [make("p", {}, "Its facts are left out of this page for their size; they stand in graph.json.")];
    const head = [["Kind", `${data.names[number][1]}: ${node.meaning}`], ["Id", make("code", {}, make("bdi", {}, node.id))], ["Account", node.account || "–"], ["Region", node.region || "–"]];
    const rows = Object.entries(node.properties).map(([name, property]) => [words(name), value(property)]);
    return [facts(head), heading("Facts"), rows.length ? facts(rows) : make("p", { class: "soft" }, "Nothing is known of it but its name."),
      ...(node.records.length ? [heading("Answers of AWS that say so"), answers(node.records)] : [])];
  },
});
const recordPage = (number) => ({
  title: data.records[number] ? data.records[number].operation : "An answer of AWS",
  parts: () => {
    const record = data.records[number], id = data.ids[number];
    const named = ["Record", make("code", {}, id)];
    if (!record) return [make("p", {}, "This answer is left out of the page for its size. To see it:"), make("pre", {}, `byoc record ${id.slice(0, 12)} --from FOLDER`), facts([named])];
    const head = [["Call", make("code", {}, record.operation)], ["File", make("code", {}, `snapshot/${record.at}`)], named];
    if (Object.keys(record.params).length) head.push(["Asked of", json(record.params)]);
    const said = "absent" in record ? [heading("Answer"), make("p", {}, `There is none (${record.absent}).`)]
      : "unreadable" in record ? [heading("Not read"), make("p", {}, `${record.unreadable[0]}: grant ${record.unreadable[1]}`)]
        : [heading("Answer"), json(record.response)];
    return [facts(head), ...said, make("p", { class: "soft" }, "The record is the SHA-256 of its line in that file.")];
  },
});
const statementPage = (number, records, name) => ({
  title: name,
  parts: () => [heading("What stands there"), json(data.statements[number]), heading("In this answer of AWS"), answers(records)],
});
const standings = { shown: "shown by the graph", only_if: "only if conditions hold", through_others: "by way of others' rights", unknown: "not known: something was not read", declared: "declared by the contract, not shown by the graph" };
const about = (held) => (held.about.length ? [heading(`Stands for ${held.about.length + held.others} ${held.about.length + held.others === 1 ? "thing" : "things"}`),
  listed(held.about.map((number) => make("span", {}, thing(number), make("span", { class: "soft" }, ` ${data.names[number][1]}`)))),
  ...(held.others ? [make("p", { class: "soft" }, `and ${held.others} more: see graph.json`)] : [])] : []);
const boxPage = (view, id) => {
  const box = data.views[view].boxes[id];
  return {
    title: box.lines[0],
    parts: () => {
      const flows = data.views[view].flows.map((flow, place) => [flow, place + 1]).filter(([flow]) => flow.ends.includes(box.lines[0]) || flow.through.includes(box.lines[0]));
      return [...(box.lines.length > 1 ? [make("p", {}, box.lines.slice(1).join(" · "))] : []), facts([["Known", standings[box.standing]]]), ...about(box),
        ...(flows.length ? [heading("Flows"), listed(flows.map(([flow, place]) => make("span", {}, opening({ class: "ref", "data-flow": place, "data-in": view }, `${place}: ${flow.ends.join(" → ")}`), ` ${flow.says}`)))] : [])];
    },
  };
};
const edgePart = (edge) => make("div", {}, make("p", {}, ...edge.ends.flatMap((end, place) => [place ? ` ${words(edge.kind)} ` : "", end.node === null ? make("bdi", {}, end.name) : thing(end.node)])),
  make("p", {}, ...edge.because.flatMap((one) => [make("code", {}, make("bdi", {}, `${one.document}${one.pointer}`)), " ", ...(one.record === null ? [] : [answer(one.record), " "])])),
  ...(edge.because.length ? [] : [answers(edge.records)]));
const flowsPage = (view, numbers) => ({
  title: numbers.length === 1 ? `Flow ${numbers[0]}` : `Flows ${numbers.join(", ")}`,
  parts: () => numbers.flatMap((number) => {
    const flow = data.views[view].flows[number - 1];
    const rows = [["What", flow.says || "–"], ["Carries", flow.kind], ["Known", standings[flow.standing]], ["Boundary", flow.crosses ? "crosses it" : "stays on its side"]];
    if (flow.through.length) rows.push(["Through", flow.through.join(", ")]);
    return [heading(`${number}: ${flow.ends.join(" → ")}`), facts(rows), ...about(flow),
      ...(flow.edges.length ? [heading("Proof"), listed(flow.edges.map(edgePart)), ...(flow.more ? [make("p", { class: "soft" }, `and ${flow.more} more edges: see graph.json`)] : [])] : []),
      ...(flow.evidence.length ? [heading("Answers of AWS that say so"), answers(flow.evidence)] : [])];
  }),
});
const numbers = (text) => (text || "").split(" ").filter(Boolean).map(Number);
document.addEventListener("click", (event) => {
  const found = event.target.closest("[data-node], [data-record], [data-statement], [data-flow]");
  if (!found) return;
  const { node, record, statement, flow } = found.dataset;
  if (node) drawer.show(nodePage(Number(node)));
  else if (record) drawer.show(recordPage(Number(record)));
  else if (statement) drawer.show(statementPage(Number(statement), numbers(found.dataset.records), found.textContent));
  else drawer.show(flowsPage(found.dataset.in || found.closest("[data-view]").dataset.view, [Number(flow)]));
});
