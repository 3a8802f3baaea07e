/* Where one figure comes from, in a small panel beside it. site.js loads this when a reader asks for the first time. */

/** The panel that is open, its figure, and how to close it; only one is. */
let open = null;

/** What has been fetched: the address of a record → a promise of it. */
const records = new Map();

function fetched(address) {
  if (!records.has(address)) {
    const answer = fetch(address).then((found) => {
      if (!found.ok) throw new Error(`${address}: ${found.status}`);
      return found.json();
    });
    answer.catch(() => records.delete(address)); // the next one who asks tries again
    records.set(address, answer);
  }
  return records.get(address);
}

/** The record of a release, and its address. */
async function recordOf(template) {
  const address = new URL(template.dataset.record, document.baseURI);
  return { address, record: await fetched(address.href) };
}

/** Makes the figures of the text stops of the Tab key, or no stops any more. Periods, which come from no cell, are none. */
export async function offer(button, figures, template) {
  const { record } = await recordOf(template);
  const on = button.getAttribute("aria-pressed") !== "true";
  open?.close();
  button.setAttribute("aria-pressed", String(on));
  document.body.classList.toggle("with-sources", on);
  for (const figure of figures) {
    if (!record.figures[figure.dataset.figure]) continue;
    if (on) {
      figure.setAttribute("role", "button");
      figure.setAttribute("tabindex", "0");
      figure.onkeydown = (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        show(figure, template);
      };
    } else {
      figure.removeAttribute("role");
      figure.removeAttribute("tabindex");
      figure.onkeydown = null;
    }
  }
}

/** Shows where a figure comes from; asked again, it closes. Fails when the record cannot be had. */
export async function show(figure, template) {
  const again = open?.figure === figure;
  open?.close();
  if (again) return;
  const { address, record } = await recordOf(template);
  const found = record.figures[figure.dataset.figure];
  if (!found || open) return; // a period; or another one was faster
  const panel = template.content.firstElementChild.cloneNode(true);
  fill(panel, facts(record, found, document.documentElement.lang, figure.textContent.trim()));
  panel.querySelector('[data-slot="place"]').href = `${template.dataset.figures}#f-${figure.dataset.figure}`;
  panel.querySelector('[data-slot="file"]').href = new URL(`${found.file}.csv`, address).href;
  panel.setAttribute("aria-label", figure.textContent.trim());
  put(panel, figure);
}

/** What the panel says of a figure, by slot. */
function facts(record, found, lang, text) {
  const words = found.words[lang];
  const about = record.files[found.file].words[lang];
  const row = words.row.map(([, member]) => member).join(" · ");
  return { text, table: about.title, row, measure: words.measure, unit: words.unit, status: words.status, source: about.source };
}

/** Fills the slots; a fact that there is not leaves no line. */
function fill(panel, said) {
  for (const slot of panel.querySelectorAll("[data-slot]:not(a)")) {
    const words = said[slot.dataset.slot];
    if (words) slot.textContent = words;
    else (slot.closest("dl > div") ?? slot).remove();
  }
}

/** Puts a panel on the page, and the focus in it; whatever closes it gives the focus back to the figure. */
function put(panel, figure) {
  const focusable = figure.hasAttribute("tabindex");
  if (!focusable) figure.setAttribute("tabindex", "-1");
  figure.classList.add("figure-asked");
  const close = (back) => {
    if (!open) return;
    open = null;
    panel.remove();
    document.removeEventListener("pointerdown", outside);
    removeEventListener("resize", away);
    figure.classList.remove("figure-asked");
    if (back) figure.focus({ preventScroll: true });
    if (!focusable && !figure.hasAttribute("role")) {
      figure.addEventListener("blur", () => figure.getAttribute("tabindex") === "-1" && figure.removeAttribute("tabindex"), { once: true });
    }
  };
  const away = () => close(false);
  const outside = (event) => {
    if (!panel.contains(event.target) && !figure.contains(event.target)) close(false);
  };
  panel.addEventListener("keydown", (event) => {
    const stops = [...panel.querySelectorAll("a[href], button")];
    const last = event.shiftKey ? [panel, stops[0]] : [stops.at(-1)];
    const leaves = event.key === "Tab" && last.includes(document.activeElement);
    if (event.key !== "Escape" && !leaves) return;
    event.preventDefault();
    close(true);
  });
  panel.querySelector(".source-close").addEventListener("click", () => close(true));
  document.querySelector("main").append(panel);
  place(panel, figure);
  open = { figure, close: () => close(true) };
  document.addEventListener("pointerdown", outside);
  addEventListener("resize", away);
  panel.focus({ preventScroll: true });
}

/** Below the figure, or above it where there is no room; on a narrow screen the style sheet has it at the bottom. */
function place(panel, figure) {
  if (getComputedStyle(panel).position === "fixed") return;
  const origin = panel.getBoundingClientRect();
  const rects = figure.getClientRects();
  const box = rects[rects.length - 1];
  const width = document.documentElement.clientWidth;
  const left = Math.max(8, Math.min(box.left, width - origin.width - 8));
  const below = box.bottom + 8 + origin.height <= innerHeight || box.top < origin.height + 8;
  const top = below ? box.bottom + 8 : box.top - 8 - origin.height;
  panel.style.transform = `translate(${Math.round(left - origin.left)}px, ${Math.round(top - origin.top)}px)`;
}
