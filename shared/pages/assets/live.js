// Regions with data-live="url" are fetched again each second and replaced when they changed.
// A hidden tab rests; errors double the pause, up to a minute. Without this file a reload does the same.
(() => {
  if (window.moussemLive) return;
  window.moussemLive = true;
  // What was unfolded stays unfolded, what had the focus keeps it.
  const replace = (region, text) => {
    const all = (names) => [...region.querySelectorAll(names)];
    const open = all("details").map((one) => one.open);
    const at = all("a,summary,button").indexOf(document.activeElement);
    region.innerHTML = text;
    all("details").forEach((one, n) => { one.open = Boolean(open[n]); });
    all("a,summary,button")[at]?.focus({ preventScroll: true });
  };
  const watch = (region) => {
    let etag = "", pause = 1000, timer = 0;
    const look = async () => {
      timer = 0;
      if (document.hidden) return;
      timer = -1; // busy: a tab shown again in the middle of a fetch must not start a second round
      try {
        const answer = await fetch(region.dataset.live, {
          headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", credentials: "same-origin",
        });
        if (answer.status === 200) {
          const text = await answer.text();
          if (!region.querySelector(":is(input,select,textarea):focus")) {
            replace(region, text);
            etag = answer.headers.get("ETag") || "";
          }
        } else if (answer.status !== 304) throw new Error(answer.status);
        pause = 1000;
      } catch {
        pause = Math.min(pause * 2, 60000);
      }
      region.classList.toggle("stale", pause > 1000);
      timer = setTimeout(look, pause);
    };
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !timer) look(); });
    timer = setTimeout(look, pause);
  };
  document.querySelectorAll("[data-live]").forEach(watch);
})();
