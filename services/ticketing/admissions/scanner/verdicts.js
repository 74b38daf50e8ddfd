// What a phone decides alone: from the code, the keys, the revocation list, and what this phone has itself seen.

/** The verdict on a reading: {word, reason, …facts}; word "unsure" where only the server could tell. */
export function decide(reading, { bundle, day, seen, direction, isDoor, override, by_name, hall }) {
  if (reading.reason) return { word: "refused", reason: reading.reason };
  if (reading.reference) return { word: "unsure", reason: by_name ? "named" : "letters" };
  if (override) return { word: "admitted", reason: null, is_return: Boolean(seen) };
  if (day < reading.firstDay) return { word: "refused", reason: "too-early", first_day: reading.firstDay };
  if (day > reading.lastDay) return { word: "refused", reason: "too-late", last_day: reading.lastDay };
  if (bundle.revoked.includes(reading.badge)) return { word: "refused", reason: "replaced" };
  if (isDoor) return { word: "unsure", reason: "seats" };
  if (direction === "out") return { word: "left", reason: null };
  if (!seen?.isInside) return { word: "admitted", reason: null, is_return: Boolean(seen) };
  if (isMove(seen, hall)) return { word: "admitted", reason: null, is_return: true, is_transfer: true };
  return { word: "refused", reason: "already-inside", entered: seen.hour, gate: seen.gate };
}

/** Into a hall while held to be in another, or on the grounds. */
const isMove = (seen, hall) => Boolean(hall) && hall !== (seen.hall ?? "");

/** What the phone knows of a badge after a verdict; null when it learned nothing. `seen`: what it knew before. */
export function markAfter(mark, verdict, seen) {
  if (!mark) return null;
  const wasInside = Boolean(seen?.isInside);
  if (verdict.word === "admitted") {
    if (wasInside && !isMove(seen, mark.hall)) return seen;
    const grounds = mark.hall ? (wasInside ? seen.grounds : null) : { hour: mark.hour, gate: mark.gate };
    return { ...mark, grounds, isInside: true };
  }
  if (verdict.word === "left") {
    const grounds = mark.hall && wasInside ? seen.grounds : null;
    return { ...mark, ...grounds, grounds, hall: "", isInside: Boolean(grounds) };
  }
  if (verdict.reason !== "already-inside") return null;
  const before = seen ?? mark;
  return { ...before, hall: mark.hall || before.hall, isInside: true, hour: verdict.entered, gate: verdict.gate };
}

const OPENED = ["already-inside", "too-early", "too-late", "replaced"];

/** Whether a supervisor may let somebody in all the same: the badge is ours, only not here and now. */
export const mayOverride = (verdict, device) => device.profile === "supervisor" && OPENED.includes(verdict.reason);

/** Whether the desk, or a supervisor, lets in by the letters of a badge that is not here. */
export const mayName = (device) => ["desk", "supervisor"].includes(device.profile);

/** Whether this phone may read badges at this day and hour: the office gave it days and hours. */
export function isOnDuty(device, { day, hour }) {
  if (device.first_day && (day < device.first_day || day > device.last_day)) return false;
  return !device.from_hour || (device.from_hour <= hour && hour < device.until_hour);
}

/** The keys of the words (words.json) that say a verdict: a title and a sentence. */
export function wordsOf(verdict) {
  if (verdict.way) return ["admitted", `door_${verdict.way.replace("-", "_")}_why`];
  if (verdict.is_transfer) return ["moved", "moved_why"];
  if (verdict.word === "admitted") return verdict.is_return ? ["back", "back_why"] : ["admitted", "admitted_why"];
  if (verdict.word === "counted") return ["counted", "counted_why"];
  if (verdict.word === "queued") return ["queued", "queued_why"];
  if (verdict.word === "left") return ["left", "left_why"];
  const reason = (verdict.reason ?? "unreadable").replaceAll("-", "_");
  return [reason, `${reason}_why`];
}

/** Colour and shape of a verdict. */
export function looksOf(verdict) {
  return { admitted: "good", left: "out", refused: "bad", queued: "wait", counted: "good" }[verdict.word] ?? "unsure";
}
