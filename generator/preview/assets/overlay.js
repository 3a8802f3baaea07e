// What is behind the text of a release, over its page: figures, claims, loose numbers, translations, problems. The server
// decides everything; this puts marks where it says, in a layer of its own, so that the page stays as readers get it.
"use strict";

(() => {
  const MADE = document.currentScript.dataset.made;
  const KEPT = "communique-preview checks";
  const STYLE = "/_preview/overlay.css";
  const KEY = "F2"; // no browser and no screen reader uses it alone, and nobody types it by chance
  const GAP = 8, LEAST = 12, MOST = 26; // pixels around the details; the width of a mark in the margin
  const WAIT = 250; // how long details stay when the pointer leaves, so that one can get to them

  const bar = document.querySelector("communique-preview");
  if (!bar) return;

  // ---------------------------------------------------------------- small tools

  /** An element with classes and text; never HTML. */
  function make(name, { classes = "", text = "", lang = "", ...attributes } = {}, ...children) {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    if (text) made.textContent = text;
    if (lang) made.lang = lang;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** An element with a shadow, in which the style of the overlay holds and no style of the page does. */
  function shaded(classes, ...children) {
    const host = make("div", { classes: `communique-checks ${classes}`, lang: "en" });
    host.attachShadow({ mode: "open" }).append(make("link", { rel: "stylesheet", href: STYLE }), ...children);
    return host;
  }

  // ---------------------------------------------------------------- places of the page

  /** Where a spot is on this page: its element, and a range of its text; null when it is not there. */
  function find(spot) {
    const those = `main ${spot.tag}:not(main figure ${spot.tag})`; // scripts of the site add to its figures
    const element = spot.id ? document.getElementById(spot.id) : document.querySelectorAll(those)[spot.number];
    if (!element || (!spot.id && element.textContent.length !== spot.length)) return null;
    const range = document.createRange();
    range.selectNodeContents(element);
    if (spot.end) {
      const [start, end] = [textAt(element, spot.start), textAt(element, spot.end, true)];
      range.setStart(...start);
      range.setEnd(...end);
    }
    return { element, range };
  }

  /** The text node, and the place in it, of a place in the text of an element; of an end, in the node that it ends. */
  function textAt(element, place, end = false) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let before = 0, node = null;
    while (walker.nextNode()) {
      node = walker.currentNode;
      if (place < before + node.length || (end && place === before + node.length)) break;
      before += node.length;
    }
    return [node, place - before];
  }

  /** The boxes of a range, one for each line. */
  function lines(range) {
    const found = [];
    for (const box of [...range.getClientRects()].filter(each => each.width && each.height)) {
      const line = found.find(each => Math.min(each.bottom, box.bottom) - Math.max(each.top, box.top) > box.height / 2);
      if (!line) {
        found.push({ left: box.left, right: box.right, top: box.top, bottom: box.bottom });
        continue;
      }
      line.left = Math.min(line.left, box.left);
      line.right = Math.max(line.right, box.right);
      line.top = Math.min(line.top, box.top);
      line.bottom = Math.max(line.bottom, box.bottom);
    }
    return found;
  }

  // ---------------------------------------------------------------- the details of a mark

  class Details {
    constructor(overlay) {
      this.overlay = overlay;
      this.box = make("div", { classes: "details", role: "dialog", tabindex: "-1", "aria-labelledby": "title" });
      this.host = shaded("over", this.box);
      this.host.popover = "manual";
      this.shown = null;
      this.pinned = false;
      this.timer = 0;
      this.host.addEventListener("pointerenter", () => clearTimeout(this.timer));
      this.host.addEventListener("pointerleave", () => this.hideSoon());
      this.box.addEventListener("keydown", event => this.leave(event));
      this.box.addEventListener("focusout", event => {
        if (event.relatedTarget && !this.box.contains(event.relatedTarget)) this.hide();
      });
    }

    /** Show an entry beside what asks for it. Pinned, they hold the focus, and stay until they are closed. */
    show(entry, anchor, pinned) {
      clearTimeout(this.timer);
      if (this.pinned && !pinned) return;
      if (this.shown !== entry || this.anchor !== anchor) this.fill(entry);
      this.shown?.button?.classList.remove("shown");
      Object.assign(this, { shown: entry, anchor, pinned });
      entry.button?.classList.add("shown");
      if (!this.host.matches(":popover-open")) this.host.showPopover();
      this.place();
      if (pinned) this.box.focus({ preventScroll: true });
    }

    hide(back = false) {
      clearTimeout(this.timer);
      if (!this.shown) return;
      const { shown, anchor } = this;
      shown.button?.classList.remove("shown");
      this.shown = null;
      this.pinned = false;
      this.host.hidePopover();
      if (back) {
        this.overlay.quiet = true;
        anchor.focus({ preventScroll: true });
        this.overlay.quiet = false;
      }
    }

    hideSoon() {
      clearTimeout(this.timer);
      if (!this.pinned) this.timer = setTimeout(() => this.pinned || this.hide(), WAIT);
    }

    /** Tab past the end, and Escape, lead back to the mark. */
    leave(event) {
      const stops = [...this.box.querySelectorAll("a[href], button")];
      const active = this.host.shadowRoot.activeElement;
      const past = event.key === "Tab" && (event.shiftKey ? [this.box, stops[0]] : [stops.at(-1)]).includes(active);
      if (event.key !== "Escape" && !past) return;
      event.preventDefault();
      event.stopPropagation();
      this.hide(true);
    }

    fill(entry) {
      const { mark, group } = entry;
      const close = make("button", { type: "button", classes: "close", text: "Close" });
      close.addEventListener("click", () => this.hide(true));
      const list = make("dl");
      for (const fact of mark.facts) this.add(list, fact);
      const tools = make("p", { classes: "tools" });
      if (entry.button && group.placed.length > 1) {
        for (const [step, name] of [[-1, "Previous"], [1, "Next"]]) {
          const button = make("button", { type: "button", text: name, "aria-label": `${name} ${group.one}` });
          button.addEventListener("click", () => this.overlay.step(entry, step));
          tools.append(button);
        }
      }
      tools.append(close);
      this.box.className = `details of-${mark.group}`;
      this.box.replaceChildren(
        make("p", { classes: "kind", text: mark.kind }),
        make("p", { classes: "name", id: "title", text: mark.title, lang: mark.lang }),
        list, tools,
      );
      this.box.scrollTop = 0;
    }

    add(list, fact) {
      let said = list.lastElementChild;
      const piece = ["deleted", "inserted", "same"].includes(fact.form);
      if (fact.term || !said) {
        list.append(make("dt", { text: fact.term }));
        said = null;
      }
      if (!said || !piece) said = list.appendChild(make("dd"));
      if (piece && said.hasChildNodes()) said.append(" ");
      const element = { code: "code", deleted: "del", inserted: "ins" }[fact.form] ?? "span";
      const words = make(element, { text: fact.text, lang: fact.lang });
      said.append(fact.href ? make("a", { href: fact.href }, words) : words);
    }

    /** Below what asks, or above where there is more room; never under the panel. */
    place() {
      if (!this.shown) return;
      const box = this.overlay.boxOf(this.shown, this.anchor);
      const panel = this.overlay.panel.getBoundingClientRect();
      const width = Math.min(440, innerWidth - 2 * GAP);
      const left = Math.max(GAP, Math.min(box.left, innerWidth - width - GAP));
      const within = this.anchor.getRootNode() === this.overlay.panel.shadowRoot;
      const floor = !within && panel.width && left + width > panel.left ? panel.top : innerHeight;
      const below = floor - box.bottom - 2 * GAP, above = box.top - 2 * GAP;
      this.host.style.width = `${width}px`;
      this.host.style.left = `${left}px`;
      const down = below >= Math.min(320, this.box.scrollHeight) || below >= above;
      this.box.style.maxHeight = `${Math.max(140, Math.min(down ? below : above, innerHeight * 0.7))}px`;
      const height = this.host.offsetHeight;
      const top = down ? box.bottom + GAP : box.top - GAP - height;
      this.host.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
    }
  }

  // ---------------------------------------------------------------- the layer of marks, and the panel

  class Overlay {
    constructor() {
      this.on = false;
      this.quiet = false;
      this.checks = null;
      this.entries = [];
      this.marks = make("div", { classes: "marks", role: "group", "aria-label": "Marks in the text" });
      this.layer = shaded("layer", this.marks);
      this.layer.shadowRoot.querySelector("link").addEventListener("load", () => {
        this.marks.hidden = false; // before that, they would stand in the flow of the page
        this.layoutSoon();
      });
      this.layer.setAttribute("role", "region");
      this.layer.setAttribute("aria-label", "Checks of the text");
      this.content = make("div", { classes: "panel", role: "region", "aria-label": "Checks" });
      this.panel = shaded("beside", this.content);
      this.details = new Details(this);
      this.layer.shadowRoot.append(this.details.host);
      this.button = make("button", {
        type: "button", text: "Show checks", title: `What is behind the text (${KEY})`, "aria-pressed": "false",
        "aria-keyshortcuts": KEY,
      });
      this.button.addEventListener("click", () => this.toggle());
      this.sizes = new ResizeObserver(() => this.layoutSoon());
      this.again = () => this.layoutSoon();
      this.outside = event => {
        const path = event.composedPath();
        if (!path.includes(this.layer) && !path.includes(this.panel)) this.details.hide();
      };
      this.escape = event => {
        if (event.key === "Escape" && this.details.shown) this.details.hide(this.details.pinned);
      };
    }

    toggle() {
      if (this.on) this.stop();
      else this.start();
      if (this.on) sessionStorage.setItem(KEPT, "on");
      else sessionStorage.removeItem(KEPT);
    }

    start() {
      this.on = true;
      this.button.setAttribute("aria-pressed", "true");
      this.marks.hidden = true;
      document.body.append(this.layer);
      this.sizes.observe(document.documentElement);
      this.sizes.observe(document.querySelector("main") ?? document.body);
      addEventListener("resize", this.again);
      addEventListener("scroll", this.again, { passive: true });
      document.addEventListener("toggle", this.again, true);
      document.addEventListener("pointerdown", this.outside);
      document.addEventListener("keydown", this.escape);
      this.load();
    }

    stop() {
      this.on = false;
      this.button.setAttribute("aria-pressed", "false");
      this.details.hide();
      this.layer.remove();
      this.entries = [];
      this.marks.replaceChildren();
      bar.setPanel();
      this.sizes.disconnect();
      removeEventListener("resize", this.again);
      removeEventListener("scroll", this.again);
      document.removeEventListener("toggle", this.again, true);
      document.removeEventListener("pointerdown", this.outside);
      document.removeEventListener("keydown", this.escape);
    }

    async load() {
      let found;
      try {
        const answer = await fetch(`/_preview/checks${location.pathname}`);
        if (!answer.ok) throw new Error(answer.status);
        found = await answer.json();
      } catch {
        found = { made: MADE, groups: [], marks: [], notes: ["The checks could not be loaded."] };
      }
      if (!this.on || found.made !== MADE) return; // a page that is another will be loaded again, and then ask
      this.take(found);
    }

    /** Another set of marks. What is focused, or shown, is so again if it is still there. */
    take({ groups, marks, notes }) {
      const before = this.details.shown?.name;
      const focused = this.layer.shadowRoot.activeElement?.dataset.name;
      this.details.hide();
      this.groups = new Map(groups.map(group => [group.id, { ...group, placed: [], lost: [] }]));
      this.entries = marks.map((mark, number) => this.entry(mark, number));
      this.entries.sort((one, other) => one.found && other.found ? compare(one.found.range, other.found.range) : 0);
      for (const entry of this.entries) (entry.found ? entry.group.placed : entry.group.lost).push(entry);
      this.marks.replaceChildren(...this.entries.flatMap(entry => entry.nodes));
      this.drawPanel(notes);
      this.layout();
      const again = this.entries.find(entry => entry.name === (focused ?? before))?.button;
      if (focused && again) again.focus({ preventScroll: true });
    }

    entry(mark, number) {
      const found = mark.spot && find(mark.spot);
      const entry = { mark, number, found, group: this.groups.get(mark.group), button: null, nodes: [] };
      entry.name = `${mark.group} ${mark.title} ${mark.spot?.tag} ${mark.spot?.number}`;
      if (!found) return entry;
      entry.inline = mark.spot.end > 0 || ["DATA", "SPAN"].includes(found.element.tagName);
      entry.button = make("button", {
        type: "button", classes: `mark of-${mark.group} ${entry.inline ? "inline" : "margin"}`,
        "aria-label": `${mark.kind}: ${mark.title}`, "aria-haspopup": "dialog", "data-name": entry.name,
      });
      entry.more = make("div", { classes: `more of-${mark.group} ${entry.inline ? "" : "margin"}`, "aria-hidden": "true" });
      entry.nodes = [entry.more, entry.button];
      this.answer(entry.button, entry);
      this.answer(entry.more, entry);
      return entry;
    }

    /** Let a mark answer to pointers and keys. */
    answer(node, entry) {
      node.addEventListener("click", () => this.details.show(entry, entry.button, true));
      node.addEventListener("focus", () => this.quiet || this.details.show(entry, entry.button, false));
      node.addEventListener("blur", () => this.details.hideSoon());
      node.addEventListener("pointerenter", event => {
        if (event.pointerType !== "touch") this.details.show(entry, entry.button, false);
      });
      node.addEventListener("pointerleave", () => this.details.hideSoon());
    }

    // -- geometry

    layoutSoon() {
      if (this.waits) return;
      this.waits = true;
      requestAnimationFrame(() => {
        this.waits = false;
        if (this.on) this.layout();
      });
    }

    layout() {
      const origin = this.layer.getBoundingClientRect();
      const stacked = new Map();
      for (const entry of this.entries) {
        if (!entry.found) continue;
        const boxes = entry.inline ? lines(entry.found.range) : [entry.found.element.getBoundingClientRect()];
        const shown = boxes.length > 0 && boxes[0].bottom > boxes[0].top;
        entry.button.hidden = entry.more.hidden = !shown;
        if (!shown) continue;
        if (entry.inline) this.putInline(entry, boxes, origin);
        else this.putInMargin(entry, boxes[0], origin, stacked);
      }
      this.details.place();
    }

    putInline(entry, boxes, origin) {
      put(entry.button, boxes[0], origin);
      entry.more.replaceChildren(...boxes.slice(1).map(box => put(make("span"), box, origin)));
    }

    /** Marks of one block stand below each other, and share a line along it. */
    putInMargin(entry, box, origin, stacked) {
      const above = stacked.get(entry.found.element) ?? 0;
      stacked.set(entry.found.element, above + 1);
      const width = Math.max(LEAST, Math.min(MOST, box.left - 5));
      const left = Math.max(0, box.left - width - 5);
      const top = box.top + above * (MOST + 4);
      put(entry.button, { left, right: left + width, top, bottom: top + MOST }, origin);
      const line = { left: box.left - 4, right: box.left - 1, top: box.top, bottom: box.bottom };
      entry.more.replaceChildren(put(make("span"), line, origin));
    }

    /** Where an entry is in the window; one without a place is where its button in the panel is. */
    boxOf(entry, anchor) {
      if (anchor !== entry.button || !entry.inline) return anchor.getBoundingClientRect();
      return lines(entry.found.range).at(-1) ?? anchor.getBoundingClientRect();
    }

    // -- the panel

    drawPanel(notes) {
      const chips = make("ul", { classes: "chips" });
      const lost = [];
      for (const group of this.groups.values()) {
        const count = group.placed.length + group.lost.length;
        const words = `${count} ${count === 1 ? group.one : group.many}`;
        const sample = make("span", { classes: `sample of-${group.id}`, "aria-hidden": "true", text: "12" });
        const chip = make(group.placed.length ? "button" : "span", { classes: "chip", title: group.what }, sample, words);
        if (group.placed.length) {
          chip.type = "button";
          chip.setAttribute("aria-label", `${words}: go to the next`);
          chip.addEventListener("click", () => this.next(group));
        }
        chips.append(make("li", {}, chip));
        lost.push(...group.lost);
      }
      const off = make("button", { type: "button", text: "Hide", "aria-label": "Hide checks" });
      off.addEventListener("click", () => {
        this.toggle();
        this.button.focus();
      });
      const title = make("p", { classes: "title" }, make("strong", { text: "Checks" }), ` ${KEY} shows and hides them`);
      this.content.replaceChildren(
        make("div", { classes: "head" }, title, off),
        ...notes.map(note => make("p", { classes: "note", text: note })),
        chips,
      );
      if (lost.length) this.content.append(this.lostList(lost));
      bar.setPanel(this.panel);
    }

    lostList(lost) {
      const list = make("ul");
      for (const entry of lost) {
        const { mark } = entry;
        const button = make("button", { type: "button" }, `${mark.kind}: `, make("span", { text: mark.title, lang: mark.lang }));
        button.addEventListener("click", () => this.details.show(entry, button, true));
        const why = mark.why || "the page is another than it was";
        list.append(make("li", {}, button, make("span", { classes: "why", text: ` ${why}` })));
      }
      const more = make("details", { classes: "lost" }, make("summary", { text: `${lost.length} without a place` }), list);
      more.open = this.lostOpen ?? false;
      more.addEventListener("toggle", () => {
        this.lostOpen = more.open;
        bar.draw();
      });
      return more;
    }

    /** Go to the next mark of a group: after the one that was shown last, else below the top of the window. */
    next(group) {
      const seen = group.placed.filter(entry => !entry.button.hidden);
      const last = seen.indexOf(this.last);
      const below = seen.findIndex(entry => entry.button.getBoundingClientRect().top > 0);
      this.go(seen[last >= 0 ? (last + 1) % seen.length : Math.max(0, below)], false);
    }

    step(entry, step) {
      const seen = entry.group.placed.filter(each => !each.button.hidden);
      this.details.pinned = false;
      this.go(seen.at((seen.indexOf(entry) + step) % seen.length), true);
    }

    go(entry, pinned) {
      if (!entry) return;
      this.last = entry;
      const box = entry.button.getBoundingClientRect();
      if (box.top < 60 || box.bottom > innerHeight * 0.5) {
        scrollTo({ top: scrollY + box.top - innerHeight / 4, behavior: "instant" });
      }
      this.layout();
      if (pinned) this.details.show(entry, entry.button, true);
      else entry.button.focus({ preventScroll: true });
    }
  }

  /** The order of two ranges in the page. */
  function compare(one, other) {
    return one.compareBoundaryPoints(Range.START_TO_START, other);
  }

  /** Put a node over a box of the window, in the layer that begins at an origin. */
  function put(node, box, origin) {
    node.style.left = `${box.left - origin.left}px`;
    node.style.top = `${box.top - origin.top}px`;
    node.style.width = `${box.right - box.left}px`;
    node.style.height = `${box.bottom - box.top}px`;
    return node;
  }

  // ---------------------------------------------------------------- the page

  const overlay = new Overlay();
  bar.addTool(overlay.button);

  document.addEventListener("keydown", event => {
    if (event.key !== KEY || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    const focused = event.composedPath()[0];
    if (focused.isContentEditable || focused.matches?.("input, textarea, select")) return;
    event.preventDefault();
    overlay.toggle();
  });

  document.addEventListener("communique-preview", ({ detail }) => {
    const another = overlay.checks !== null && overlay.checks !== detail.checks;
    overlay.checks = detail.checks;
    if (another && overlay.on) overlay.load();
  });

  if (sessionStorage.getItem(KEPT)) overlay.start();
})();
