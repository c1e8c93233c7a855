// The page's own script: files in and out, theme, keys. Everything stays between this page and the program that serves it.
(function () {
  "use strict";
  const dgm = (window.dgm = {});
  let trame = null;

  dgm.start = function (instance) {
    trame = instance || window.trame;
    return dgm.theme();
  };

  // --- dark and light: the user's choice, else the system's ---
  dgm.theme = function () {
    const kept = localStorage.getItem("dgm-theme");
    if (kept === "dark" || kept === "light") return kept;
    return window.matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
  };
  dgm.toggleTheme = function (now) {
    const next = now === "dark" ? "light" : "dark";
    localStorage.setItem("dgm-theme", next);
    return next;
  };

  function say(text, kind) {
    window.trame.state.update({ dgm_message: text, dgm_message_kind: kind || "error", dgm_detail: "" });
  }

  // --- files in ---
  const accepted = {
    volume: ".nii,.gz,.nrrd,.nhdr,.zip,.dcm,.ima",
    labels: ".nii,.gz,.nrrd",
    model: ".safetensors",
  };
  dgm.choose = function (kind) {
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
    document.body.appendChild(input);
    input.click();
  };
  dgm.upload = function (kind, files) {
    const form = new FormData();
    for (const file of files) form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    const show = (percent) => window.trame.state.set("dgm_upload", percent);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) show(Math.round((100 * event.loaded) / event.total));
    };
    request.upload.onload = () => show(-1);
    request.onerror = () => {
      show(-1);
      say("The file did not arrive: it may be too large, or the program has ended.");
    };
    request.onload = () => {
      show(-1);
      if (request.status !== 200) say(request.responseText || "The file was refused.");
    };
    show(0);
    request.open("POST", "upload/" + kind);
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
    if (files.length) dgm.upload("any", files);
  });

  // --- files out ---
  dgm.save = async function (kind) {
    const answer = await fetch("export/" + kind);
    if (!answer.ok) {
      say(await answer.text());
      return;
    }
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name ? name[1] : "download";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  // --- keys ---
  const letters = "vpedcist";
  window.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!window.trame || !target || target.closest("input, textarea, select, [contenteditable], .v-overlay")) return;
    const key = event.key.toLowerCase();
    let name = null;
    if (event.ctrlKey || event.metaKey) {
      if (key === "z") name = event.shiftKey ? "redo" : "undo";
      else if (key === "y") name = "redo";
    } else if (!event.altKey) {
      if (key.length === 1 && letters.includes(key)) name = key;
      else if (key === "arrowdown") name = "next";
      else if (key === "arrowup") name = "previous";
    }
    if (name) {
      event.preventDefault();
      window.trame.trigger("dgm_key", [name]);
    }
  });
})();
