// Regions with data-live="url" are fetched again each second and replaced when they changed.
// A hidden tab rests; errors double the pause, up to a minute. Without this file a reload does the same.
(() => {
  if (window.moussemLive) return;
  window.moussemLive = true;
  const watch = (region) => {
    let etag = "", pause = 1000, timer = 0;
    const look = async () => {
      timer = 0;
      if (document.hidden) return;
      try {
        const answer = await fetch(region.dataset.live, {
          headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", credentials: "same-origin",
        });
        if (answer.status === 200) {
          etag = answer.headers.get("ETag") || "";
          const text = await answer.text();
          if (!region.contains(document.activeElement)) region.innerHTML = text;
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
