// Studies: "Save and go on", and the keys: N next, B previous, Ctrl+Enter done, Ctrl+S save.
(function () {
  "use strict";
  // The labels as a download, then what the dialog asked about; an export that fails leaves everything as it is.
  const dgm = (window.dgm = window.dgm || {});
  dgm.saveAndGoOn = async function (kind) {
    if (await dgm.save(kind)) window.trame.trigger("dgm_answer", [true]);
    else window.trame.trigger("dgm_answer", [false]);
  };
  const own = "input, textarea, select, [contenteditable], .v-overlay";
  window.addEventListener(
    "keydown",
    (event) => {
      const target = event.target;
      const line = event.key === "Enter" && target && target.closest && target.closest("[data-enter]");
      if (line) return document.getElementById(line.dataset.enter).click(); // the button of its dialog
      if (!window.trame || !window.trame.state || !window.trame.state.get("dgm_study")) return;
      const key = event.key.toLowerCase();
      const held = event.ctrlKey || event.metaKey;
      let name = null;
      if (held && key === "enter") name = "done";
      else if (held && key === "s") name = "save";
      else if (!held && !event.altKey && !event.repeat && key === "n") name = "next";
      else if (!held && !event.altKey && !event.repeat && key === "b") name = "previous";
      if (!name) return;
      const typing = target && target.closest && target.closest(own);
      if (name === "save") event.preventDefault(); // else the browser saves its own page
      if (typing || document.querySelector(".v-dialog.v-overlay--active, #dgm-busy.v-overlay--active")) return;
      event.preventDefault();
      event.stopPropagation();
      window.trame.trigger("dgm_study_key", [name]);
    },
    true,
  );
})();
