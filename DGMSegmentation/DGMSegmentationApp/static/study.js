// Studies: "Save and go on", and the keys: N next, B previous, Ctrl+Enter done, Ctrl+Backspace reject, Ctrl+S save; up and down
// in the worklist.
(function () {
  "use strict";
  // The labels as a download, then what the dialog asked about; an export that fails leaves everything as it is.
  const dgm = (window.dgm = window.dgm || {});
  dgm.saveAndGoOn = async function (kind) {
    if (await dgm.save(kind)) window.trame.trigger("dgm_answer", [true]);
    else window.trame.trigger("dgm_answer", [false]);
  };
  // Who opens a case wants to look at it: the keys of the views work at once.
  window.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest(".dgm-case")) document.getElementById("dgm-views").focus();
  });
  function toCase(target, key) {
    const cases = [...document.querySelectorAll(".dgm-case")];
    const at = cases.indexOf(target.closest(".dgm-case"));
    const places = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: cases.length - 1 };
    if (at < 0 || !(key in places)) return false;
    const next = cases[places[key]];
    if (next) next.focus();
    return true;
  }
  window.addEventListener(
    "keydown",
    (event) => {
      const target = event.target;
      const line = event.key === "Enter" && target && target.closest && target.closest("[data-enter]");
      if (line) return document.getElementById(line.dataset.enter).click(); // the button of its dialog
      if (!window.trame || !window.trame.state || !window.trame.state.get("dgm_study")) return;
      if (target && target.closest && toCase(target, event.key)) return event.preventDefault();
      const key = event.key.toLowerCase();
      const held = event.ctrlKey || event.metaKey;
      let name = null;
      if (held && key === "enter") name = "done";
      else if (held && key === "s") name = "save";
      else if (held && key === "backspace") name = "ask_why";
      else if (!held && !event.altKey && key === "n") name = "next";
      else if (!held && !event.altKey && key === "b") name = "previous";
      if (!name) return;
      if (name === "save") event.preventDefault(); // else the browser saves its own page
      if (dgm.ownsKeys(target) || document.querySelector(".v-dialog.v-overlay--active, #dgm-busy.v-overlay--active")) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return; // a key that is held signs or leaves one patient, not all that follow
      window.trame.trigger("dgm_study_key", [name]);
    },
    true,
  );
})();
