// Asks before what cannot be undone, and keeps pages that say so up to date. Every page works without it.
"use strict";

document.addEventListener("submit", (event) => {
  const ask = event.target.dataset.ask;
  if (ask && !window.confirm(ask)) event.preventDefault();
});

const live = document.querySelector("main[data-every]");
if (live) {
  const again = async () => {
    const busy = document.hidden || live.contains(document.activeElement) && document.activeElement !== live;
    if (!busy) {
      try {
        const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          for (const part of live.querySelectorAll("[data-live]")) {
            const fresh = page.getElementById(part.id);
            if (fresh) part.replaceChildren(...fresh.childNodes);
          }
        }
      } catch { /* the hub is away for a moment: the page stays as it is */ }
    }
    window.setTimeout(again, 1000 * Number(live.dataset.every));
  };
  window.setTimeout(again, 1000 * Number(live.dataset.every));
}

const code = document.querySelector("input[data-from-address]");
if (code && location.hash.length > 1) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
}
