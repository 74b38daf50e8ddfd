// What says data-left="seconds" counts down by the second, as 12:05; at the end the page is read again.
// The hour stands beside it in words: without this file nothing is lost. The browser's clock is not asked.
(() => {
  const begun = performance.now();
  for (const one of document.querySelectorAll("[data-left]")) {
    const tick = () => {
      const left = Math.ceil(Number(one.dataset.left) - (performance.now() - begun) / 1000);
      if (left <= 0) return location.reload();
      const [h, m, s] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      const two = (n) => String(n).padStart(2, "0");
      one.textContent = h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
      setTimeout(tick, 1000);
    };
    tick();
  }
  // coming back by the Back button shows an old page
  addEventListener("pageshow", (shown) => { if (shown.persisted) location.reload(); });
})();
