// The page's own script: files in and out, theme, keys. Everything stays between this page and the program that serves it.
(function () {
  "use strict";
  const dgm = (window.dgm = window.dgm || {}); // the page's scripts come in any order
  let trame = null;

  // A text in the language of the page.
  const say = (text) => (window.trame.state.get("dgm_words") || {})[text] || text;

  dgm.start = function (instance) {
    trame = instance || window.trame;
    document.documentElement.lang = window.trame.state.get("dgm_language");
    document.body.dataset.drop = say("Drop to open");
    new MutationObserver(() => {
      nameRanges();
      skipCanvases();
      if (!arrived && views() && window.trame.state.get("dgm_file")) dgm.toViews();
    }).observe(document.body, { childList: true, subtree: true });
    new MutationObserver(followRow).observe(document.body, { attributeFilter: ["aria-selected"], subtree: true });
    return dgm.theme();
  };

  // The two thumbs of a range slider have no names of their own, and the widget takes none.
  function nameRanges() {
    for (const range of document.querySelectorAll(".v-range-slider")) {
      const thumbs = range.querySelectorAll("[role=slider]:not([aria-label])");
      thumbs.forEach((thumb, i) => thumb.setAttribute("aria-label", i ? say("Highest value") : say("Lowest value")));
    }
  }

  // The pictures of the views are no controls: Tab, which means something else in them, passes them by.
  function skipCanvases() {
    for (const area of document.querySelectorAll(".remote-controlled-area[tabindex='0']")) area.tabIndex = -1;
  }

  // --- dark and light: the user's choice, else the system's ---
  function store(action) {
    try {
      return action(localStorage);
    } catch (error) {
      return null; // a browser that keeps nothing
    }
  }
  dgm.theme = function () {
    const kept = store((s) => s.getItem("dgm-theme"));
    if (kept === "dark" || kept === "light") return kept;
    return window.matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  };
  dgm.toggleTheme = function (now) {
    const next = now === "dark" ? "light" : "dark";
    store((s) => s.setItem("dgm-theme", next));
    return next;
  };

  const showMessage = (dgm.showMessage = function (text, kind) {
    window.trame.state.update({
      dgm_message: text,
      dgm_message_kind: kind || "error",
      dgm_detail: "",
      dgm_panel: true, // else nobody would see it
    });
  });

  // Says which window this is: one that another took over from may send nothing any more.
  const ticket = () => ({ "X-DGM-Ticket": window.trame.state.get("dgm_ticket") });

  // --- files in ---
  const accepted = {
    volume: ".nii,.gz,.nrrd,.zip,.dcm,.ima",
    labels: ".nii,.gz,.nrrd",
    model: ".safetensors",
    protocol: ".toml",
  };
  dgm.choose = function (kind) {
    if (kind === "study") return window.trame.state.set("dgm_naming_folder", true); // named, not sent
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accepted[kind] || "";
    input.multiple = kind === "volume";
    input.id = "dgm-file-input";
    input.style.display = "none";
    input.onchange = function () {
      if (input.files.length) dgm.upload(kind, input.files);
      input.remove();
    };
    input.oncancel = () => input.remove();
    document.body.appendChild(input);
    input.click();
  };
  dgm.upload = function (kind, files) {
    const form = new FormData();
    let bytes = 0;
    for (const file of files) {
      form.append("file", file, file.name);
      bytes += file.size;
    }
    const limit = window.trame.state.get("dgm_max_upload_mb");
    if (bytes > limit * 1048576) {
      const text = say("This is larger than {limit} MB, the limit for uploads: open the file by its path (dgmseg app FILE), or raise --max-upload-mb.");
      showMessage(text.replace("{limit}", limit));
      return;
    }
    const request = new XMLHttpRequest();
    const show = (percent) => window.trame.state.set("dgm_upload", percent);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) show(Math.round((100 * event.loaded) / event.total));
    };
    request.upload.onload = () => show(-1);
    request.onerror = () => {
      show(-1);
      showMessage(say("The file did not arrive: it may be too large, or the program has ended."));
    };
    request.onload = () => {
      show(-1);
      if (request.status !== 200) showMessage(request.responseText || say("The file was refused."));
    };
    show(0);
    request.open("POST", "upload/" + kind);
    for (const [name, value] of Object.entries(ticket())) request.setRequestHeader(name, value);
    request.send(form);
  };
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.documentElement.classList.add("dgm-dragging");
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) document.documentElement.classList.remove("dgm-dragging");
  });
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    document.documentElement.classList.remove("dgm-dragging");
    const files = event.dataTransfer ? event.dataTransfer.files : [];
    const connected = document.getElementById("dgm-views"); // else the page says that the connection has ended
    if (connected && files.length) dgm.upload("any", files);
  });

  // --- files out ---
  dgm.save = async function (kind) {
    let answer;
    // A scene or a report takes a moment; a table is there before a sign could be seen.
    const busy = setTimeout(() => window.trame.state.set("dgm_saving", true), 300);
    try {
      answer = await fetch("export/" + kind, { headers: ticket() });
    } catch (error) {
      showMessage(say("The file did not arrive: the program has ended, or another window took over."));
      return false;
    } finally {
      clearTimeout(busy);
      window.trame.state.set("dgm_saving", false);
    }
    if (!answer.ok) {
      showMessage(await answer.text());
      return false;
    }
    const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") || "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name ? decodeURIComponent(name[1]) : "download";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    return true;
  };

  // --- keys: the program's table says which there are ---
  const own = "input:not([type=checkbox]), textarea, select, [contenteditable]"; // these have keys of their own; a checkbox has Space alone
  const sliders = own + ", [role=slider]";
  dgm.ownsKeys = function (target, kinds = own) {
    if (!target || !target.closest) return false;
    const overlay = target.closest(".v-overlay");
    if (overlay) return overlay.matches(".v-overlay--active"); // else it fades away: a key is meant for what lies below
    return !!target.closest(kinds);
  };
  function press(event) {
    let key = event.key.toLowerCase();
    const keys = window.trame.state.get("dgm_keys") || {};
    let name = (event.ctrlKey || event.metaKey ? "ctrl+" : "") + (event.shiftKey && event.key.length > 1 ? "shift+" : "");
    if (event.ctrlKey && event.shiftKey && event.key.length === 1) name += "shift+";
    // On some keyboards a digit needs Shift: its key is meant.
    if (!(name + key in keys) && /^Digit\d$/.test(event.code)) key = event.code.slice(5);
    return keys[name + key];
  }
  // In the views Tab goes to the next doubtful slice. Everywhere else, and from the buttons and sliders of the views, it
  // goes from one control to the next; F6 goes round the three places where a reader works.
  const views = () => document.querySelector("#dgm-views");
  const inViews = (target) => views().contains(target) && !target.closest("button, a, summary");
  // A volume is shown: its views have the focus where nothing else has it.
  let arrived = false;
  dgm.toViews = function () {
    arrived = true;
    if (document.activeElement === document.body) views().focus();
  };
  const places = [
    views,
    () => document.querySelector("#dgm-worklist.v-navigation-drawer--active .dgm-case[tabindex='0']"),
    () =>
      document.querySelector("#dgm-panel.v-navigation-drawer--active tr[data-label][tabindex='0']") ||
      document.querySelector("#dgm-panel.v-navigation-drawer--active #dgm-segment:not([disabled])"),
  ];
  function goRound(target, step) {
    const drawers = ["#dgm-worklist", "#dgm-panel"];
    const here = 1 + drawers.findIndex((name) => target.closest(name)); // from the bars as from the views
    const count = places.length;
    for (let n = 1; n <= count; n++) {
      const next = places[(here + step * n + count * count) % count]();
      if (next) return next.focus();
    }
  }
  // A dialog gives the focus back to where it was before; when it has gone is told by no event.
  const LOOK_MS = 100;
  let outside = null;
  let watch = 0;
  window.addEventListener("focusin", (event) => {
    if (!event.target.closest(".v-overlay-container")) outside = event.target;
    else if (!watch) watch = setInterval(leaveDialog, LOOK_MS);
  });
  function leaveDialog() {
    const here = document.activeElement;
    if (document.querySelector(".v-overlay--active .v-overlay__content")) return;
    if (here !== document.body && here.checkVisibility() && here.closest(".v-overlay-container")) return; // fades away
    clearInterval(watch);
    watch = 0;
    if (here !== document.body && here.checkVisibility()) return; // it was given back, or taken elsewhere
    (outside && outside.isConnected && !outside.disabled ? outside : views()).focus();
  }
  // The focus stays on the chosen row while keys choose another one.
  function followRow() {
    const here = document.activeElement;
    if (!here || !here.matches("tr[data-label][aria-selected=false]")) return;
    const chosen = document.querySelector("tr[data-label][aria-selected=true]");
    if (chosen) chosen.focus();
  }
  window.addEventListener(
    "keydown",
    (event) => {
      const target = event.target;
      if (!window.trame || !target || !target.closest) return;
      if (document.querySelector(".v-dialog.v-overlay--active, #dgm-busy.v-overlay--active")) return;
      if (event.key === "F6" && !target.closest(".v-overlay")) {
        event.preventDefault();
        goRound(target, event.shiftKey ? -1 : 1);
        return;
      }
      if (dgm.ownsKeys(target, sliders) || event.altKey) return;
      // From case to case, and into a menu that is open.
      if (target.closest(".dgm-case, [aria-expanded=true]") && event.key.startsWith("Arrow")) return;
      const found = press(event);
      if (!found || (event.repeat && !found.repeats)) return;
      if (event.key === "Tab" && (!inViews(target) || !window.trame.state.get("dgm_has_labels"))) return;
      event.preventDefault();
      event.stopPropagation(); // Slicer's views have keys of their own, "v" among them
      window.trame.trigger("dgm_key", [found.action]);
    },
    true,
  );
  // The views would send every key to VTK, which does not know them by these names and complains in the terminal.
  for (const type of ["keydown", "keypress", "keyup"]) {
    window.addEventListener(
      type,
      (event) => {
        const target = event.target;
        if (type === "keyup" || (target && target.closest && target.closest(".remote-controlled-area"))) {
          if (!dgm.ownsKeys(target, sliders)) event.stopPropagation();
        }
      },
      true,
    );
  }
})();
