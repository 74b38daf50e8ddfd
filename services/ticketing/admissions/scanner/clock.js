// The time of the fair: the phone's clock, corrected by what the server said last.
// A clock that somebody sets while the page is open is noticed by the one that nobody can set.

const STEP = 2_000;
let offset = 0;
let anchor = Date.now() - performance.now();

/** Take over the correction that was kept. */
export function startClock(kept) {
  offset = kept ?? 0;
}

/** Milliseconds since 1970, as the server counts them. */
export function now() {
  const drift = Date.now() - performance.now() - anchor;
  if (Math.abs(drift) > STEP) {
    anchor += drift;
    offset -= drift;
  }
  return Date.now() + offset;
}

/** Learn from an answer that took from `asked` to this moment (Date.now()); the new correction. */
export function learn(serverNow, asked) {
  anchor = Date.now() - performance.now();
  offset = Date.parse(serverNow) - (asked + Date.now()) / 2;
  return offset;
}

/** Day ("2026-12-04") and hour ("09:12") on the fair's walls. */
export function wallTime(moment, offsetMinutes) {
  const text = new Date(moment + offsetMinutes * 60_000).toISOString();
  return { day: text.slice(0, 10), hour: text.slice(11, 16) };
}
