// Handing in: files are checked at once, sent a few at a time, and followed until they are judged.
import { call, csrf, make, showInstants } from "./desk.js";

const drop = document.getElementById("drop");
const list = document.getElementById("list");
const extensions = drop.dataset.extensions.split(" ");
const most = Number(drop.dataset.most);
const atOnce = Number(drop.dataset.atOnce);
const SENT_TOGETHER = 4;
const rows = new Map([...list.children].map((row) => [Number(row.dataset.id), row]));
const waiting = [];
let isSending = false;
let reachesStorage = true;

// What a row says

function newRow(file, path) {
  const row = document.getElementById("row").content.firstElementChild.cloneNode(true);
  row.querySelector(".title").textContent = path;
  row.querySelector(".size").textContent = sizeOf(file.size);
  document.getElementById("mine").hidden = false;
  return row;
}

function show(row, kind, label, sentence) {
  const was = row.dataset.kind;
  row.dataset.kind = kind;
  const badge = row.querySelector(".badge");
  badge.className = `badge ${kind}`;
  badge.textContent = label;
  row.querySelector(".sentence").textContent = sentence;
  row.querySelector("progress").hidden = kind !== "sending";
  row.querySelector(".again").hidden = kind !== "failed" || !row.sendAgain;
  if (was !== kind) tally();
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const NAMES = { sending: "上传中", waiting: "等待", reading: "读取中", validated: "通过", quarantined: "隔离", rejected: "拒收", failed: "出错" };

function tally() {
  const counts = {};
  for (const row of list.children) counts[row.dataset.kind] = (counts[row.dataset.kind] ?? 0) + 1;
  const told = Object.entries(NAMES).filter(([kind]) => counts[kind]).map(([kind, name]) => `${name} ${counts[kind]}`);
  document.getElementById("tally").textContent = told.join("　");
}

// Which files

function take(files) {
  const fresh = [];
  const shown = document.createDocumentFragment();
  for (const { file, path } of files) {
    const row = newRow(file, path);
    shown.append(row);
    const problem = problemWith(file);
    if (problem) show(row, "rejected", "没有上传", problem);
    else {
      show(row, "waiting", "等待", "等待上传。");
      fresh.push({ file, path, row });
    }
  }
  list.prepend(shown);
  tally();
  send(fresh);
}

function problemWith(file) {
  const ending = /\.[^.]*$/.exec(file.name)?.[0].toLowerCase() ?? "";
  if (!extensions.includes(ending)) return "不支持这种文件类型，请另存为 PDF 或 DOCX 后重新上传。";
  if (file.size > most) return `文件有 ${sizeOf(file.size)}，超过 ${most / 1e6} MB；请压缩图片或重新导出后上传。`;
  return file.size === 0 ? "文件是空的，请检查导出是否中断，然后重新上传。" : "";
}

/** The files of a folder that was dropped, under their paths in it; hidden ones are left alone, as `nianbao submit` does. */
async function inEntry(entry, path) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    return [{ file, path: path || entry.name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return found;
    for (const inner of some) found.push(...(await inEntry(inner, path ? `${path}/${inner.name}` : inner.name)));
  }
}

async function dropped(event) {
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const plain = [...event.dataTransfer.files];
  if (!entries.length) return take(plain.map((file) => ({ file, path: file.name })));
  take((await Promise.all(entries.map((entry) => inEntry(entry, "")))).flat());
}

function chosen(input) {
  const files = [...input.files].map((file) => ({ file, path: file.webkitRelativePath.split("/").slice(1).join("/") || file.name }));
  take(files.filter(({ path }) => !path.split("/").some((part) => part.startsWith("."))));
  input.value = "";
}

// Sending

async function send(fresh) {
  waiting.push(...fresh);
  if (isSending) return;
  isSending = true;
  while (waiting.length) await sendSome(waiting.splice(0, atOnce));
  isSending = false;
}

async function sendSome(some) {
  let given;
  try {
    const asked = some.map(({ file, path }) => ({ path, size: file.size }));
    given = (await call("/upload/begin", { files: asked })).files;
  } catch (error) {
    for (const one of some) failed(one, error.message);
    return;
  }
  const left = some.map((one, number) => ({ ...one, given: given[number] }));
  const worker = async () => {
    for (let one = left.shift(); one; one = left.shift()) await sendOne(one);
  };
  await Promise.all(Array.from({ length: SENT_TOGETHER }, worker));
}

async function sendOne(one) {
  const { file, row, given } = one;
  if (given.error) return show(row, "rejected", "没有上传", given.error);
  row.dataset.id = given.id;
  row.querySelector(".title").textContent = given.name;
  rows.set(given.id, row);
  show(row, "sending", "上传中", "");
  try {
    if (!(given.direct && reachesStorage && (await sendDirectly(one)))) await sendThrough(one);
    if (row.dataset.kind === "sending") show(row, "waiting", "等待", "已上传，等待读取。");
    row.querySelector(".at").replaceChildren("　", make("time", { datetime: new Date().toISOString() }));
    showInstants(row);
  } catch (error) {
    failed(one, error.message);
  }
}

function failed(one, why) {
  one.row.sendAgain = () => send([{ file: one.file, path: one.path, row: one.row }]);
  show(one.row, "failed", "没有上传", why);
}

/** Straight to S3; false if that cannot be reached from here, which is then not tried again. */
async function sendDirectly({ file, row, given }) {
  const form = new FormData();
  for (const [name, value] of Object.entries(given.direct.fields)) form.append(name, value);
  form.append("file", file);
  const answer = await transfer("POST", given.direct.url, form, row);
  if (answer.status !== 201) {
    reachesStorage = answer.status !== 0;
    return false;
  }
  await call(`/upload/${given.id}/arrived`);
  return true;
}

async function sendThrough({ file, row, given }) {
  const answer = await transfer("PUT", `/upload/${given.id}`, file, row, { "X-CSRF-Token": csrf });
  if (answer.status === 200) return;
  let told = "";
  try {
    told = JSON.parse(answer.responseText).error;
  } catch { /* no answer of the desk's own */ }
  throw new Error(told || "上传中断，请检查网络后重试。");
}

function transfer(method, address, body, row, headers = {}) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const bar = row.querySelector("progress");
    request.open(method, address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => done(request));
    request.send(body);
  });
}

// Following

let stream = null;

function follow() {
  stream?.close();
  stream = null;
  if (document.hidden) return; // a browser keeps few connections to one server
  stream = new EventSource("/upload/events");
  stream.addEventListener("message", (event) => {
    const news = JSON.parse(event.data);
    const row = rows.get(news.id);
    if (!row || (row.dataset.kind === "sending" && news.kind === "sending")) return;
    show(row, news.kind, news.label, news.sentence);
    if (news.final && news.kind !== "gone") row.querySelector(".title").href = `/report/${news.object}`;
  });
}

drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", (event) => {
  if (!drop.contains(event.relatedTarget)) drop.classList.remove("over");
});
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  dropped(event);
});
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
for (const [button, input] of [["choose-files", "files"], ["choose-folder", "folder"]]) {
  document.getElementById(button).addEventListener("click", () => document.getElementById(input).click());
  document.getElementById(input).addEventListener("change", (event) => chosen(event.target));
}
list.addEventListener("click", (event) => {
  const row = event.target.closest(".again") && event.target.closest(".file");
  if (!row) return;
  show(row, "waiting", "等待", "等待上传。");
  row.sendAgain();
});
window.addEventListener("beforeunload", (event) => {
  if (isSending) event.preventDefault();
});
document.addEventListener("visibilitychange", follow);
tally();
follow();
