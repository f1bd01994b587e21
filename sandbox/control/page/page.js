// @ts-check
"use strict";

/** Names and full names, in the order of the columns. */
const SYSTEMS = [
  ["otmm", "OTMM"],
  ["preservica", "Preservica"],
  ["ecm", "Extended ECM"],
  ["s3", "Amazon S3"],
];
/** Requests kept per column. */
const SHOWN = 80;
const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** @type {Map<string, HTMLElement>} */
const columns = new Map();
let lastEntry = 0;
let clockAhead = 0;

/**
 * @param {string} selector
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
function find(selector, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} text
 */
function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/** @param {number} count */
function bytes(count) {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1);
  const value = count / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

for (const [name, title] of SYSTEMS) {
  const template = document.querySelector("#system");
  if (!(template instanceof HTMLTemplateElement)) throw new Error("the page has no template");
  find("#systems").append(template.content.cloneNode(true));
  const column = find("#systems > :last-child");
  column.classList.add(name, "absent");
  find("h2", column).textContent = title;
  find(".requests", column).setAttribute("aria-label", `Last requests to ${title}`);
  columns.set(name, column);
}

/**
 * Writes a value and lights it up when it changed.
 * @param {HTMLElement} element
 * @param {string} text
 * @param {HTMLElement} [light]
 */
function write(element, text, light = element) {
  if (element.textContent === text) return;
  const first = element.textContent === "";
  element.textContent = text;
  if (first) return;
  light.classList.remove("changed");
  void light.offsetWidth; // Starts the animation again.
  light.classList.add("changed");
}

/** @param {HTMLElement} column @param {any} system */
function showSystem(column, system) {
  column.classList.toggle("absent", !system.there);
  find(".address", column).textContent = system.there ? system.url.replace("http://", "") : "not started";
  if (!system.there) return;
  for (const [name, count] of Object.entries(system.totals)) {
    const cell = column.querySelector(`[data-total="${name}"]`);
    if (!(cell instanceof HTMLElement)) continue;
    cell.textContent = name.startsWith("bytes") ? bytes(count) : count.toLocaleString("en");
    cell.classList.toggle("some", count > 0 && (name === "errors" || name === "refused"));
  }
  const list = find(".summary", column);
  for (const [label, value] of Object.entries(system.summary)) {
    let line = [...list.children].find((child) => child.firstElementChild?.textContent === label);
    if (!line) {
      line = document.createElement("div");
      line.append(make("dt", "", label), make("dd", "", ""));
      list.append(line);
    }
    const text = typeof value !== "number" ? value : /bytes/i.test(label) ? bytes(value) : value.toLocaleString("en");
    if (line instanceof HTMLElement) write(find("dd", line), text, line);
  }
}

/** @param {number} status */
function tone(status) {
  if (status === 0 || status >= 500) return "bad";
  if (status >= 400) return "warn";
  return status >= 300 ? "info" : "good";
}

/** @param {any} entry */
function line(entry) {
  const item = make("li", "changed", "");
  const call = make("span", "call", "");
  call.append(
    make("b", "", entry.method),
    ` ${readable(entry.path)}${entry.query === "" ? "" : `?${readable(entry.query)}`}`,
  );
  call.title = `${call.textContent}\n${entry.at}, ${entry.ms} ms${entry.user ? `, ${entry.user}` : ""}`;
  const size = Math.max(entry.bytes, entry.received);
  item.append(
    make("span", `status ${tone(entry.status)}`, entry.status === 0 ? "cut" : String(entry.status)),
    call,
    make("span", "size", size > 0 ? bytes(size) : ""),
  );
  if (entry.refused) item.append(make("span", "why", `refused: ${entry.refused}`));
  if (entry.fault) item.append(make("span", "why fault", `fault ${entry.fault}`));
  return item;
}

/** @param {string} text */
function readable(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {any[]} entries */
function showRequests(entries) {
  for (const entry of entries) {
    const column = columns.get(entry.system);
    if (!column || entry.n <= lastEntry) continue;
    lastEntry = entry.n;
    find(".empty", column).hidden = true;
    const list = find("ol", column);
    list.prepend(line(entry));
    while (list.children.length > SHOWN) list.lastElementChild?.remove();
  }
}

/** @param {any[]} faults */
function showFaults(faults) {
  find("#faults").hidden = faults.length === 0;
  const texts = faults.map((fault) => {
    const where = [
      fault.match?.method,
      fault.match?.path,
      fault.match?.nth === undefined ? "" : `no. ${fault.match.nth}`,
    ]
      .filter(Boolean)
      .join(" ");
    const left = fault.remaining === null ? "until removed" : `${fault.remaining} left`;
    return make(
      "li",
      "",
      `${fault.id}: ${fault.kind}${fault.status ? ` ${fault.status}` : ""} on ${fault.system}${where === "" ? "" : ` ${where}`}, ${left}`,
    );
  });
  find("#faults ul").replaceChildren(...texts);
}

function showClock() {
  find("#clock").textContent = new Date(Date.now() + clockAhead).toISOString().slice(0, 19).replace("T", " ");
}

/** @param {string} path @param {object} body */
async function post(path, body) {
  await fetch(path, { method: "POST", body: JSON.stringify(body) });
}

/** Empties the columns: after a reset, and before the whole view comes again. */
function empty() {
  for (const column of columns.values()) {
    find("ol", column).replaceChildren();
    find(".summary", column).replaceChildren();
    find(".empty", column).hidden = false;
  }
}

const events = new EventSource("/events");
events.addEventListener("open", () => {
  lastEntry = 0;
  empty();
  find("#connection").textContent = "live";
  find("#connection").classList.add("live");
});
events.addEventListener("error", () => {
  find("#connection").textContent = "not connected; trying again";
  find("#connection").classList.remove("live");
});
events.addEventListener("message", (event) => {
  const view = JSON.parse(event.data);
  clockAhead = Date.parse(view.now) - Date.now();
  for (const [name, system] of Object.entries(view.systems)) {
    const column = columns.get(name);
    if (column) showSystem(column, system);
  }
  showFaults(view.faults);
  showRequests(view.entries);
  showClock();
});

setInterval(showClock, 1000);
for (const button of document.querySelectorAll("button[data-advance]")) {
  button.addEventListener("click", () => void post("/clock", { advance: button.getAttribute("data-advance") }));
}
find("#reset").addEventListener("click", () => {
  if (confirm("Back to the seed data? Everything done since then is lost.")) void post("/reset", {}).then(empty);
});
