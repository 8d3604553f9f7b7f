// One report in review. What is typed stays in this browser until it is decided, so a reload loses nothing; the rules
// are held by the server alone.
import { call, make } from "./desk.js";
import { forget, remember, undoLast } from "./review_last.js";

const bench = document.querySelector(".bench");
const { report, etag, by, seen, title } = bench.dataset;
const KEPT = `nianbao.review.${by}.${report}.${etag}`;
const BLANK = "空白";
const note = bench.querySelector("textarea[name=note]");
const problem = bench.querySelector(".problem");
const verdict = bench.querySelector(".verdict");
const remaining = bench.querySelector(".remaining");
const done = []; // addresses in the order in which they were confirmed
let held = null;
let asked = 0;
let isSending = false;

const cells = () => [...bench.querySelectorAll(".cell")];
const input = (cell) => cell.querySelector("input[name=value]");
const cellOf = (address) => cells().find((cell) => cell.dataset.address === address);
const current = () => bench.querySelector(".cell.here");

// --- What is kept

function keep() {
  const values = Object.fromEntries(
    cells().map((cell) => [cell.dataset.address, [input(cell).value, cell.dataset.place ?? "", cell.classList.contains("added")]]),
  );
  localStorage.setItem(KEPT, JSON.stringify({ values, done, note: note.value, at: Date.now() }));
}

/** What nobody has come back to in two weeks is not kept. */
function forgetOld() {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith("nianbao.review."))) {
    let at = 0;
    try {
      at = JSON.parse(localStorage.getItem(key)).at ?? 0;
    } catch {
      at = 0;
    }
    if (Date.now() - at > 14 * 86_400_000) localStorage.removeItem(key);
  }
}

async function restore() {
  forgetOld();
  let kept;
  try {
    kept = JSON.parse(localStorage.getItem(KEPT));
  } catch {
    kept = null;
  }
  if (!kept) return;
  note.value = kept.note;
  for (const [address, [value, place, isAdded]] of Object.entries(kept.values)) {
    const cell = cellOf(address) ?? (isAdded ? await add(address) : null);
    if (!cell) continue;
    input(cell).value = value;
    if (place) mark(cell, place);
  }
  for (const address of kept.done) if (cellOf(address)) confirmCell(cellOf(address));
}

// --- Cells

function normal(text) {
  const plain = text.normalize("NFKC").replace(/[\s,]/g, "");
  return ["-", "—", "/", "无", BLANK].includes(plain) ? BLANK : plain;
}

function isNumber(cell) {
  const { address } = cell.dataset;
  if (address === "agency") return /\p{Script=Han}/u.test(input(cell).value);
  if (address === "year") return /^20\d\d$/.test(input(cell).value.trim());
  const text = normal(input(cell).value);
  return text === BLANK || /^-?\d+(\.\d+)?$/.test(text);
}

/** What is said of a cell, as `nianbao review correct` takes it; null: nothing that differs from what was read. */
function correction(cell) {
  const { address, kind, place } = cell.dataset;
  if (address === "agency" || address === "year") return input(cell).value.trim();
  const value = normal(input(cell).value);
  if (kind === "accused" && value === normal(input(cell).defaultValue)) return null;
  return kind === "missed" && place ? `${value}@${place}` : value;
}

/** Of what has been confirmed; and, to be tried, of what is being typed. */
function corrections(alsoTyped = false) {
  const found = {};
  for (const cell of cells()) {
    const isTyped = alsoTyped && cell === current() && input(cell).value !== input(cell).defaultValue;
    if (!(cell.classList.contains("done") || isTyped) || !isNumber(cell)) continue;
    const said = correction(cell);
    if (said !== null) found[cell.dataset.address] = said;
  }
  return found;
}

function confirmCell(cell) {
  cell.classList.add("done");
  const { address, kind } = cell.dataset;
  if (!done.includes(address)) done.push(address);
  const isSame = normal(input(cell).value) === normal(input(cell).defaultValue);
  cell.querySelector(".state").textContent = kind === "missed" ? "已补上" : isSame ? "已核对" : `改为 ${input(cell).value.trim() || BLANK}`;
}

function reopen(cell) {
  cell.classList.remove("done");
  if (done.includes(cell.dataset.address)) done.splice(done.indexOf(cell.dataset.address), 1);
  cell.querySelector(".state").textContent = cell.dataset.kind === "missed" ? "漏读" : "待核";
}

function take(cell) {
  if (!cell) return;
  input(cell).focus({ preventScroll: true });
  input(cell).select();
  cell.scrollIntoView({ block: "center" });
}

function step(cell, by_) {
  const every = cells();
  const to = every[every.indexOf(cell) + by_];
  if (to) take(to);
}

function nextOpen(cell) {
  const every = cells();
  const at = every.indexOf(cell);
  return [...every.slice(at + 1), ...every.slice(0, at)].find((one) => !one.classList.contains("done"));
}

/** Beside the figure that it is about, on its picture. */
function place(cell) {
  const figure = cell.querySelector(".figure.placed");
  if (!figure) return;
  const svg = cell.querySelector("svg.crop");
  const { x, y, width, height } = svg.viewBox.baseVal;
  const at = cell.querySelector("rect.place");
  const [left, bottom] = [at.x.baseVal.value, at.y.baseVal.value + at.height.baseVal.value];
  figure.style.left = `min(${((left - x) / width) * 100}%, calc(100% - 8.5rem))`;
  figure.style.top = `calc(${((bottom - y) / height) * 100}% + 6px)`;
}

// --- A place that was missed, drawn with the pointer

function mark(cell, text) {
  cell.dataset.place = text;
  const svg = cell.querySelector("svg.crop");
  if (!svg) return;
  const [x0, top, x1, bottom] = text.split(":")[1].split(",").map(Number);
  const rect = svg.querySelector("rect.place") ?? document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("class", "place");
  for (const [name, value] of Object.entries({ x: x0, y: top, width: x1 - x0, height: bottom - top })) rect.setAttribute(name, value);
  svg.append(rect);
}

function markable(cell) {
  const scene = cell.querySelector(".scene.markable");
  if (!scene) return;
  const svg = scene.querySelector("svg.crop");
  const point = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  let from = null;
  svg.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    from = point(event);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = point(event);
    const [x0, x1] = [from.x, to.x].sort((a, b) => a - b);
    const [top, bottom] = [from.y, to.y].sort((a, b) => a - b);
    if (x1 - x0 < 2 || bottom - top < 2) return;
    mark(cell, `${scene.dataset.page}:${[x0, top, x1, bottom].map((n) => Math.max(0, n).toFixed(1)).join(",")}`);
  });
  svg.addEventListener("pointerup", () => {
    from = null;
    keep();
    take(cell);
  });
}

// --- The rules, by the server

async function hold() {
  const mine = (asked += 1);
  const cell = current();
  verdict.textContent = "试算中……";
  verdict.className = "verdict dim small";
  const about = cell ? [cell.dataset.address] : [];
  held = null;
  try {
    const answer = await call(`/review/${report}/hold`, { corrections: corrections(true), about });
    if (mine !== asked) return;
    held = answer;
    tell(answer, cell);
  } catch (error) {
    if (mine !== asked) return;
    verdict.textContent = "不能试算";
    remaining.replaceChildren(make("li", {}, error.message));
  }
}

function tell(answer, cell) {
  const isGood = answer.outcome === "validated";
  verdict.textContent = isGood ? "可以入库" : `还有 ${answer.findings.length} 处问题`;
  verdict.className = `verdict small ${isGood ? "good" : "bad"}`;
  remaining.replaceChildren(
    ...answer.findings.map((one) => make("li", {}, `${one.message} `, make("code", {}, one.rule))),
  );
  if (!cell) return;
  const state = { pass: "平衡", fail: "不平衡", insufficient_data: "待定" };
  cell.querySelector(".sums")?.replaceChildren(
    ...answer.sums.map((one) => {
      const sign = one.state === "fail" ? "≠" : "=";
      const sides = one.left === null ? "" : `：${one.left} ${one.state === "insufficient_data" ? "／" : sign} ${one.right}`;
      return make("li", { class: one.state }, `${one.label}${sides}（${state[one.state]}）`);
    }),
  );
}

let later = 0;
function holdSoon() {
  clearTimeout(later);
  held = null;
  asked += 1;
  later = setTimeout(hold, 180);
}

async function settled(seconds) {
  const until = Date.now() + seconds * 1000;
  while (!held && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 40));
  return held;
}

// --- Decisions

const DONE = { correct: "已提交更正", accept: "已接受", reject: "已维持隔离", undo: "已撤销上一个决定" };

function complain(text) {
  problem.textContent = text;
  problem.hidden = false;
}

async function decide(kind) {
  if (isSending) return;
  problem.hidden = true;
  const said = kind === "reject" || kind === "undo" ? {} : corrections();
  if (kind === "correct" && !Object.keys(said).length) return complain("还没有确认或更正任何一格。");
  if ((kind === "accept" || kind === "reject") && !note.value.trim()) {
    complain("请写明理由：别人要靠它明白这个决定。");
    note.focus();
    return;
  }
  isSending = true;
  for (const button of bench.querySelectorAll(".buttons button")) button.disabled = true;
  try {
    const answer = await call(`/review/${report}/decide`, { kind, note: note.value, corrections: said, seen: Number(seen) });
    if (kind === "undo") forget();
    else remember({ id: report, title, done: DONE[kind] });
    location.assign(kind === "undo" ? `/review/${report}` : answer.next);
  } catch (error) {
    isSending = false;
    for (const button of bench.querySelectorAll(".buttons button")) button.disabled = false;
    complain(error.message);
  }
}

/** All has been looked at: if that mends the report, it is decided; else a person has to say what of the rest. */
async function finish() {
  const answer = await settled(4);
  const said = Object.keys(corrections()).length;
  if (said && (!answer || answer.outcome === "validated")) return decide("correct");
  complain(`各处都已核对，还有 ${answer?.findings.length ?? "若干"} 处问题：请写明理由，按原文入库或维持隔离。`);
  note.focus();
}

async function add(address) {
  const answer = await fetch(`/review/${report}/card?address=${encodeURIComponent(address)}`);
  if (!answer.ok) return null;
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  const cell = document.adoptNode(parsed.querySelector("li.cell"));
  cell.classList.add("added");
  const drop = cell.querySelector(".drop");
  drop.hidden = false;
  drop.addEventListener("click", () => {
    reopen(cell);
    cell.remove();
    keep();
    holdSoon();
  });
  bench.querySelector("ol.cells").append(cell);
  prepare(cell);
  return cell;
}

// --- Keys and clicks

function prepare(cell) {
  place(cell);
  markable(cell);
  const field = input(cell);
  field.addEventListener("focus", () => {
    if (current() === cell) return;
    current()?.classList.remove("here");
    cell.classList.add("here");
    holdSoon();
  });
  field.addEventListener("input", () => {
    if (cell.classList.contains("done")) reopen(cell);
    cell.classList.toggle("wrong-number", !isNumber(cell));
    keep();
    holdSoon();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(cell, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (event.shiftKey) confirmLine(cell);
      else enter(cell);
    }
  });
  for (const chip of cell.querySelectorAll("[data-take]")) {
    chip.addEventListener("click", () => {
      field.value = chip.dataset.take;
      field.dispatchEvent(new Event("input"));
      field.focus();
    });
  }
}

function enter(cell) {
  const isEmpty = input(cell).value.trim() === "";
  if (isEmpty || !isNumber(cell)) {
    cell.classList.add("wrong-number");
    cell.querySelector(".state").textContent = isEmpty ? "请填数；原文空白的写“空白”" : "不是数";
    return;
  }
  confirmCell(cell);
  keep();
  const to = nextOpen(cell);
  if (to) return take(to);
  clearTimeout(later);
  hold();
  finish();
}

/** All of its row that can be: whoever has looked at the row need not confirm each of its figures. */
function confirmLine(cell) {
  const row = (one) => one.dataset.address.replace(/\.[^.]+$/, "");
  for (const one of cells()) if (one !== cell && row(one) === row(cell) && isNumber(one)) confirmCell(one);
  enter(cell);
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
  if (event.key === "Enter") {
    event.preventDefault();
    const cell = current();
    if (cell && document.activeElement === input(cell) && isNumber(cell) && input(cell).value.trim()) confirmCell(cell);
    decide("correct");
  } else if (event.key === "z" && !event.shiftKey) {
    const field = document.activeElement;
    const isTyping = field?.matches("textarea, input") && field.value !== field.defaultValue && !field.closest(".cell.done");
    if (isTyping) return; // the browser's own undo
    event.preventDefault();
    const cell = cellOf(done.at(-1));
    if (cell) {
      reopen(cell);
      keep();
      take(cell);
      holdSoon();
    } else {
      undoLast().catch((error) => complain(error.message));
    }
  }
});

for (const button of bench.querySelectorAll(".buttons button")) {
  button.addEventListener("click", () => decide(button.dataset.kind));
}
note.addEventListener("input", keep);
bench.querySelector("form.another").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.elements.address;
  const options = [...bench.querySelectorAll("#places option")];
  const option = options.find((one) => one.value === field.value) ?? options.find((one) => field.value && one.value.includes(field.value));
  const address = option?.dataset.address;
  const cell = address ? (cellOf(address) ?? (await add(address))) : null;
  if (!cell) return complain("表中没有这一格。");
  problem.hidden = true;
  field.value = "";
  take(cell);
});

for (const cell of cells()) prepare(cell);
await restore();
const first = cells().find((cell) => !cell.classList.contains("done"));
if (first) take(first);
else note.focus({ preventScroll: true });
hold();
