/* What the pages can do beyond being read. Without this script nothing is missing but comfort: every chart is an image
   with a name, a description and a table. It is loaded with `defer`, needs no build step, and obeys a policy of
   script-src 'self'; style-src 'self': no inline code, no style attributes. */
"use strict";

{
  /* ---------------------------------------------------------------- sentences of marks */

  const NEAR = 14; // how far from a mark, in pixels, a pointer still means it
  const WAIT = 250; // how long a sentence stays when the pointer leaves its mark, so that one can get to the sentence

  /** The drawing whose sentence is shown; only one is, at a time. */
  let open = null;

  /** Lets the marks of a drawing say their sentences to pointers, fingers and keys. */
  function speak(drawing) {
    const tip = document.createElement("div");
    tip.className = "chart-tip";
    tip.setAttribute("aria-hidden", "true"); // the mark itself is labelled
    tip.hidden = true;
    drawing.append(tip);
    const state = { drawing, tip, mark: null, timer: 0 };
    for (const svg of drawing.querySelectorAll("svg")) {
      const marks = [...svg.querySelectorAll("[aria-label]")];
      if (marks.length) prepare(svg, marks, state);
    }
    tip.addEventListener("pointerenter", () => clearTimeout(state.timer));
    drawing.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") hide(state);
    });
  }

  /** The drawing becomes a group of images, one of which can be reached with the Tab key. */
  function prepare(svg, marks, state) {
    svg.setAttribute("role", "group");
    marks.forEach((mark, index) => {
      mark.setAttribute("role", "img");
      mark.setAttribute("tabindex", index ? "-1" : "0");
      mark.addEventListener("focus", () => show(state, mark));
      mark.addEventListener("blur", () => hide(state));
    });
    const point = (event) => {
      const mark = nearest(marks, event.clientX, event.clientY);
      if (mark) show(state, mark);
      else hideSoon(state);
    };
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("keydown", (event) => {
      const at = marks.indexOf(event.target);
      const to = at < 0 ? undefined : destination(event, at, marks.length - 1);
      if (to === undefined) return;
      event.preventDefault();
      marks[at].setAttribute("tabindex", "-1");
      marks[to].setAttribute("tabindex", "0");
      marks[to].focus();
    });
  }

  /** The number of the mark that a key leads to, if it leads anywhere. */
  function destination(event, at, last) {
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    switch (event.key) {
      case "ArrowRight":
      case "ArrowDown":
        return Math.min(at + 1, last);
      case "ArrowLeft":
      case "ArrowUp":
        return Math.max(at - 1, 0);
      case "Home":
        return 0;
      case "End":
        return last;
      default:
        return undefined;
    }
  }

  /** The mark at a place of the screen, or the closest one not far from it. */
  function nearest(marks, x, y) {
    let found = null;
    let best = NEAR;
    for (const mark of marks) {
      const box = mark.getBoundingClientRect();
      const across = Math.max(box.left - x, 0, x - box.right);
      const upright = Math.max(box.top - y, 0, y - box.bottom);
      const off = Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2);
      const distance = Math.hypot(across, upright) + off / 1e4; // of two that overlap, the one whose middle is closer
      if (distance < best) [found, best] = [mark, distance];
    }
    return found;
  }

  function show(state, mark) {
    clearTimeout(state.timer);
    if (state.mark === mark) return;
    if (open && open !== state) hide(open);
    hide(state);
    open = state;
    state.mark = mark;
    mark.classList.add("chart-mark-on");
    state.tip.textContent = mark.getAttribute("aria-label");
    state.tip.hidden = false;
    place(state.tip, mark, state.drawing);
  }

  function hide(state) {
    clearTimeout(state.timer);
    state.mark?.classList.remove("chart-mark-on");
    state.mark = null;
    state.tip.hidden = true;
    if (open === state) open = null;
  }

  function hideSoon(state) {
    if (!state.mark || state.mark === document.activeElement) return;
    clearTimeout(state.timer);
    state.timer = setTimeout(() => hide(state), WAIT);
  }

  /** Above the mark, or below it where there is no room; never outside the drawing. */
  function place(tip, mark, drawing) {
    tip.style.transform = "none";
    const [own, box, frame] = [tip, mark, drawing].map((element) => element.getBoundingClientRect());
    const middle = box.left + box.width / 2 - frame.left - own.width / 2;
    const left = Math.max(0, Math.min(middle, frame.width - own.width));
    const above = box.top - frame.top - own.height - 8;
    const top = box.top - own.height - 8 < 0 || above < -own.height ? box.bottom - frame.top + 8 : above;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) hide(open);
  });
  document.addEventListener("pointerdown", (event) => {
    if (open && !open.drawing.contains(event.target)) hide(open);
  });

  /* ---------------------------------------------------------------- charts that can be explored */

  /** The options under which Vega needs neither `eval` nor styles of its own. */
  const OPTIONS = {
    mode: "vega",
    renderer: "svg",
    ast: true,
    actions: false,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  };

  /** The figure's button, which waits in the page so that nothing moves, puts an interactive chart in the place of the
      drawing, and takes it away again. */
  function offerExploring(figure, drawing) {
    const { close, spec, specNarrow, vega, failed } = figure.dataset;
    const button = figure.querySelector("button.explore");
    if (!button || !spec || !vega) return;
    const explore = button.textContent;
    const message = document.createElement("p");
    message.className = "explore-failed";
    message.setAttribute("role", "status");
    button.parentElement.before(message);
    button.disabled = false;
    let shown = null;
    let busy = false;
    button.addEventListener("click", async () => {
      if (busy) return;
      busy = true;
      message.textContent = "";
      if (shown) {
        shown.end();
        shown = null;
      } else {
        button.setAttribute("aria-busy", "true");
        const address = specNarrow && drawing.clientWidth < 600 ? specNarrow : spec;
        shown = await embed(drawing, address, vega).catch(() => null);
        if (!shown) message.textContent = failed ?? "";
        button.removeAttribute("aria-busy");
      }
      button.textContent = shown ? (close ?? explore) : explore;
      busy = false;
    });
  }

  /** Fetches the programme and the specification, and draws. Whatever fails leaves the drawing where it is. */
  async function embed(drawing, spec, vega) {
    const [programme, answer] = await Promise.all([import(new URL(vega, document.baseURI)), fetch(spec)]);
    if (!answer.ok) throw new Error(`${spec}: ${answer.status}`);
    const place = document.createElement("div");
    place.className = "drawing explored";
    drawing.after(place);
    try {
      const view = await programme.embed(place, await answer.json(), OPTIONS);
      drawing.hidden = true;
      return {
        end() {
          view.finalize();
          place.remove();
          drawing.hidden = false;
        },
      };
    } catch (error) {
      place.remove();
      throw error;
    }
  }

  /* ---------------------------------------------------------------- texts to copy */

  /** The box's button, which waits in the page, copies the text beside it. */
  function offerCopying(box) {
    const source = box.querySelector("pre.snippet, textarea");
    const button = box.querySelector("button.copy");
    const { copied } = box.dataset;
    if (!source || !button) return;
    const copy = button.textContent;
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    button.after(said);
    button.disabled = false;
    button.addEventListener("click", async () => {
      if (!(await copyText(source)) || !copied) return;
      button.textContent = said.textContent = copied;
      setTimeout(() => {
        button.textContent = copy;
        said.textContent = "";
      }, 2500);
    });
  }

  /** Copies, or at least selects, so that the reader's own keys can copy. */
  async function copyText(source) {
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      return true;
    } catch {
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      return false;
    }
  }

  /* ---------------------------------------------------------------- where figures come from */

  /** A figure that is asked says where it comes from; the button lets keys ask too. What that takes is loaded then. */
  function offerSources(template) {
    const button = document.querySelector("button.show-sources");
    const figures = [...document.querySelectorAll(".publication data.figure")];
    const ask = (work) =>
      import(new URL(template.dataset.script, document.baseURI))
        .then(work)
        .catch(() => location.assign(template.dataset.figures)); // which says the same
    for (const figure of figures) {
      figure.addEventListener("click", () => ask((sources) => sources.show(figure, template)));
    }
    if (!button || !figures.length) return;
    button.disabled = false;
    button.addEventListener("click", () => ask((sources) => sources.offer(button, figures, template)));
  }

  /* ---------------------------------------------------------------- the page */

  for (const figure of document.querySelectorAll("figure.chart")) {
    const drawing = figure.querySelector(".drawing");
    if (!drawing) continue;
    speak(drawing);
    offerExploring(figure, drawing);
  }
  for (const box of document.querySelectorAll("[data-copied]")) offerCopying(box);
  for (const template of document.querySelectorAll("template.source-panel")) offerSources(template);
}
