// What every page does: menus that close, forms that send themselves, instants as the visitor's clock shows them.

export const csrf = document.querySelector('meta[name="csrf"]').content;

/** Ask the desk for something that changes; resolves to its answer, rejects with what it says. */
export async function call(path, asked = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(asked) });
  } catch {
    throw new Error("业务台没有响应，请检查网络。");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.error || "业务台出错了。"), { status: answer.status });
  return told;
}

/** An element with attributes and children; text stays text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function ago(at) {
  const seconds = (Date.now() - at) / 1000;
  if (seconds < 60) return "刚刚";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分钟前`;
  if (seconds < 86400 && at.getDate() === new Date().getDate()) return `${Math.floor(seconds / 3600)} 小时前`;
  return null;
}

export function showInstants(within = document) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const two = (n) => String(n).padStart(2, "0");
    const full = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
    time.textContent = ago(at) ?? full;
    time.title = full;
  }
}

showInstants();
setInterval(showInstants, 30_000);

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open], details.pop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.me[open], details.pop[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
for (const field of document.querySelectorAll("[data-send]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.ask)) event.preventDefault();
  });
}
document.querySelector("form[data-send-at-once]")?.requestSubmit();
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    const answer = await fetch(part.dataset.refresh).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    part.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    showInstants(part);
  }, Number(part.dataset.seconds) * 1000);
}
