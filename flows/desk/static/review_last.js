// What this person has just decided: how it goes on is told on the next page, and it can be taken back there.
import { call, make } from "./desk.js";

const KEY = "nianbao.review.last";
const line = document.querySelector("p.last");

export function remember(last) {
  sessionStorage.setItem(KEY, JSON.stringify(last));
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

export function forget() {
  sessionStorage.removeItem(KEY);
  line.hidden = true;
}

/** Take the last decision back, and go where it was made; resolves to false if there is none. */
export async function undoLast() {
  const last = recall();
  if (!last) return false;
  const now = await (await fetch(`/review/${last.id}/state`)).json();
  await call(`/review/${last.id}/decide`, { kind: "undo", seen: now.seen, note: "" });
  sessionStorage.removeItem(KEY);
  location.assign(`/review/${last.id}`);
  return true;
}

function tell(last, now) {
  const undo = make("button", { type: "button", class: "link" }, "撤销");
  undo.addEventListener("click", () => undoLast().catch((error) => (line.textContent = error.message)));
  line.replaceChildren(`${last.title}：${last.done}。${now.is_final ? now.label : "正在重新判定……"}`, undo);
  line.className = `alert last ${now.kind === "validated" ? "good" : now.is_final ? "warn" : ""}`;
  line.hidden = false;
}

async function follow(last) {
  for (let tries = 0; tries < 120 && recall()?.id === last.id; tries += 1) {
    const now = await (await fetch(`/review/${last.id}/state`)).json();
    tell(last, now);
    if (now.is_final) return;
    await new Promise((resolve) => setTimeout(resolve, tries < 10 ? 700 : 3000));
  }
}

if (line && recall()) follow(recall()).catch(() => (line.hidden = true));
