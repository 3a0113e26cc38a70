// The buttons below the door and the news from the emulated world. The door itself is drawn by textual.js.
"use strict";

const door = document.getElementById("door");
const panel = door.dataset.panel.split("x").map(Number);

// A panel of a fixed size gets the largest letters with which all of it fits into the window. textual.js reads the size
// of the letters when the page has loaded, so this comes before.
function chooseLetters() {
  if (panel.length !== 2) return;
  const room = door.parentElement.getBoundingClientRect();
  const fitting = Math.min(room.width / (panel[0] * 0.62), room.height / (panel[1] * 1.36));
  door.dataset.fontSize = String(Math.max(6, Math.min(24, Math.floor(fitting))));
}

// Gives the terminal exactly the panel's columns and rows, by the cell that its letters make on this screen.
function fitPanel() {
  if (panel.length !== 2) return;
  const pencil = document.createElement("canvas").getContext("2d");
  pencil.font = `${door.dataset.fontSize}px "Roboto Mono"`;
  const letter = pencil.measureText("W");
  const ratio = window.devicePixelRatio;
  const width = Math.floor(letter.width * ratio) / ratio;
  const height = Math.ceil((letter.fontBoundingBoxAscent + letter.fontBoundingBoxDescent) * ratio) / ratio;
  door.style.width = `${panel[0] * width + width / 2}px`;
  door.style.height = `${panel[1] * height + height / 2}px`;
}

for (const button of document.querySelectorAll("button[data-act]")) {
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await fetch(`act/${button.dataset.act}`, { method: "POST" });
    } catch {
      document.getElementById("said").textContent = "The emulator has ended.";
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

document.getElementById("again").addEventListener("click", () => window.location.reload());

new EventSource("news").addEventListener("message", (event) => {
  const told = JSON.parse(event.data);
  document.getElementById("said").textContent = told.said;
  document.getElementById("where").textContent = `· ${told.room} · ${told.world}`;
});

chooseLetters();
// Before textual.js does the rest of its work at the same event: it connects with the size that it finds then.
window.addEventListener("load", fitPanel);
