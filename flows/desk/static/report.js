// A report beside its pages: what was read of a figure is shown at its box, and a finding leads to its place.
import { make } from "./desk.js";

const boxes = [...document.querySelectorAll("rect.box")];
const tip = make("div", { class: "tip", hidden: true, "aria-hidden": "true" });
document.body.append(tip);

function show(box) {
  const { label, raw, value, engine } = box.dataset;
  const list = make("dl", {}, ...[["原文", raw || "空白"], ["数值", value], ["读法", engine]].flatMap(([name, text]) => [
    make("dt", {}, name),
    make("dd", {}, text),
  ]));
  tip.replaceChildren(make("b", {}, label), list);
  tip.hidden = false;
  const at = box.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left), document.documentElement.clientWidth - tip.offsetWidth - 8);
  const below = at.bottom + 6 + tip.offsetHeight < window.innerHeight;
  tip.style.left = `${left + window.scrollX}px`;
  tip.style.top = `${(below ? at.bottom + 6 : at.top - tip.offsetHeight - 6) + window.scrollY}px`;
}

function hide() {
  tip.hidden = true;
}

function middle(box) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

/** The nearest box of the page in a direction; straight ahead counts for more than aside. */
function neighbour(box, dx, dy) {
  const from = middle(box);
  let best = null;
  let least = Infinity;
  for (const other of box.ownerSVGElement.querySelectorAll("rect.box")) {
    const to = middle(other);
    const ahead = (to.x - from.x) * dx + (to.y - from.y) * dy;
    const aside = Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx);
    if (ahead > 1 && ahead + 3 * aside < least) [best, least] = [other, ahead + 3 * aside];
  }
  return best;
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const box of boxes) {
  box.addEventListener("mouseenter", () => show(box));
  box.addEventListener("mouseleave", hide);
  box.addEventListener("blur", hide);
  box.addEventListener("focus", () => {
    for (const other of box.ownerSVGElement.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    box.setAttribute("tabindex", "0");
    show(box);
  });
  box.addEventListener("keydown", (event) => {
    const to = STEPS[event.key] && neighbour(box, ...STEPS[event.key]);
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
}
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());

/** Light up the places of these addresses, on the pages or else in the tables, and go to the first. */
export function go(addresses) {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  const named = addresses.map((address) => `[data-address="${CSS.escape(address)}"]`).join(",");
  const found = named ? [...document.querySelectorAll(named)] : [];
  const placed = found.filter((one) => one.matches("rect.box"));
  const lit = placed.length ? placed : found;
  for (const one of lit) one.classList.add("lit");
  lit[0]?.scrollIntoView({ block: "center", inline: "center", behavior: "smooth" });
  if (placed.length) placed[0].focus({ preventScroll: true });
  return lit.length > 0;
}

for (const link of document.querySelectorAll("[data-go]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    for (const here of document.querySelectorAll(".here")) here.classList.remove("here");
    link.closest("li")?.classList.add("here");
    go(link.dataset.go.split(" "));
  });
}
for (const cell of document.querySelectorAll("td[data-address]")) {
  if (boxes.some((box) => box.dataset.address === cell.dataset.address)) {
    cell.addEventListener("dblclick", () => go([cell.dataset.address]));
  }
}
