// The preview's part of every page: it listens to the server, loads the page again when it is another, takes new style
// sheets without loading, and shows problems over the page. Nothing of it is in a site that is built.
"use strict";

(() => {
  const MADE = document.currentScript.dataset.made;
  const PLACE = `communique-preview ${location.pathname}`;
  const HIDDEN = "communique-preview hidden";
  const STYLE = "/_preview/preview.css";
  /** Whether this is a page of the preview's own, which shows what is wrong itself, and is always of now. */
  const OWN = document.body.classList.contains("own");

  // ---------------------------------------------------------------- the page, again, where the reader was

  const details = () => [...document.querySelectorAll("details")];

  function loadAgain() {
    const place = { x: scrollX, y: scrollY, open: details().map(each => each.open) };
    sessionStorage.setItem(PLACE, JSON.stringify(place));
    location.reload();
  }

  function goBack() {
    const kept = sessionStorage.getItem(PLACE);
    if (!kept) return;
    sessionStorage.removeItem(PLACE);
    const { x, y, open } = JSON.parse(kept);
    const found = details();
    if (found.length === open.length) found.forEach((each, number) => { each.open = open[number]; });
    scrollTo({ left: x, top: y, behavior: "instant" });
  }

  // ---------------------------------------------------------------- style sheets

  /** For each style sheet of the page, the links that stand for it: the last one, and older ones until it is loaded. */
  const sheets = [...document.querySelectorAll("link[rel~=stylesheet]")].map(link => [link]);

  function takeStyles(addresses) {
    addresses.forEach((address, number) => {
      const links = sheets[number];
      if (!links || links.at(-1).getAttribute("href") === address) return;
      const next = links.at(-1).cloneNode();
      const older = [...links];
      next.setAttribute("href", address);
      next.addEventListener("load", () => {
        older.forEach(link => link.remove());
        sheets[number] = sheets[number].filter(link => !older.includes(link));
      });
      older.at(-1).after(next);
      links.push(next);
    });
  }

  // ---------------------------------------------------------------- the sheet of problems

  class Sheet extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = `
        <link rel="stylesheet" href="${STYLE}">
        <p class="said" role="status"></p>
        <div class="panels"></div>
        <div class="sheet" hidden>
          <div class="bar">
            <p class="title"><strong></strong> <span></span></p>
            <a href="/_status">Status</a>
            <span class="tools"></span>
            <button type="button" aria-controls="list"></button>
          </div>
          <div id="list" class="list" role="region" aria-label="Problems of the site" tabindex="0"></div>
        </div>`;
      const find = name => this.shadowRoot.querySelector(name);
      this.parts = {
        sheet: find(".sheet"), said: find(".said"), summary: find(".title strong"), note: find(".title span"),
        tools: find(".tools"), button: find("button"), list: find(".list"), panels: find(".panels"),
      };
      this.state = { summary: "", problems: "", broken: false };
      this.open = false;
      this.parts.button.addEventListener("click", () => this.toggle(!this.open));
      this.shadowRoot.addEventListener("keydown", event => {
        if (event.key === "Escape" && this.open) this.toggle(false);
      });
    }

    /** Put a button of another script into the bar, which shows itself then. */
    addTool(button) {
      this.parts.tools.append(button);
      this.draw();
    }

    /** Put a panel of another script above the bar; without one, take it away. */
    setPanel(...panel) {
      this.parts.panels.replaceChildren(...panel);
      this.draw();
    }

    /** Show what the server says of the site. Errors open the sheet, unless somebody closed it over these very ones. */
    show(state) {
      const before = this.state;
      if (before.summary === state.summary && before.problems === state.problems) return;
      this.state = state;
      if (state.broken) this.open = !OWN && sessionStorage.getItem(HIDDEN) !== state.problems;
      else if (before.broken || !state.problems) this.open = false;
      this.parts.list.innerHTML = state.problems; // made and escaped by the server
      this.parts.said.textContent = state.broken ? `${state.summary}. ${this.note()}`
        : before.broken ? "The problems are mended." : "";
      this.draw();
    }

    note() {
      return this.state.broken && !OWN ? "The page is the last good one." : "";
    }

    toggle(open) {
      this.open = open;
      if (open) sessionStorage.removeItem(HIDDEN);
      else sessionStorage.setItem(HIDDEN, this.state.problems);
      this.draw();
      this.parts.button.focus();
    }

    draw() {
      const { sheet, summary, note, tools, button, list, panels } = this.parts;
      sheet.hidden = !this.state.summary && !tools.hasChildNodes();
      sheet.classList.toggle("broken", this.state.broken);
      sheet.classList.toggle("open", this.open);
      summary.textContent = this.state.summary;
      note.textContent = this.note();
      button.hidden = !this.state.problems;
      button.textContent = this.open ? "Hide" : "Show";
      button.setAttribute("aria-label", `${button.textContent} problems`);
      button.setAttribute("aria-expanded", this.open);
      list.hidden = !this.open;
      // The end of the page can be scrolled above the sheet.
      const room = (this.open ? sheet.offsetHeight : 0) + panels.offsetHeight;
      document.documentElement.style.paddingBlockEnd = room ? `${room}px` : "";
    }
  }

  let sheet = null;

  function addSheet() {
    if (window.top !== window || document.body.classList.contains("alone")) return;
    customElements.define("communique-preview", Sheet);
    sheet = document.createElement("communique-preview");
    sheet.lang = "en";
    sheet.setAttribute("role", "region");
    sheet.setAttribute("aria-label", "Preview");
    document.body.append(sheet);
  }

  // ---------------------------------------------------------------- the server

  let stream = null;

  function hear(state) {
    if (state.page !== MADE) {
      leave();
      loadAgain();
      return;
    }
    takeStyles(state.styles);
    sheet?.show(state);
    document.dispatchEvent(new CustomEvent("communique-preview", { detail: state }));
  }

  // A browser opens only a few connections to one server: pages that nobody sees need none.
  function connect() {
    if (stream || document.hidden) return;
    const opened = new EventSource(`/_preview/events?page=${encodeURIComponent(location.pathname)}`);
    opened.addEventListener("state", event => hear(JSON.parse(event.data)));
    opened.addEventListener("error", () => {
      if (opened.readyState === EventSource.CLOSED && stream === opened) {
        leave();
        setTimeout(connect, 1000);
      }
    });
    stream = opened;
  }

  function leave() {
    stream?.close();
    stream = null;
  }

  addSheet();
  goBack();
  connect();
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : connect()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", connect);
})();
