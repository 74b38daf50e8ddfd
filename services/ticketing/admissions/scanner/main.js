// The scanner: one code after the other, decided here and now, handed to the server when there is a network.

import { cameraHindrance, startCamera } from "./camera.js";
import { now, startClock, wallTime } from "./clock.js";
import { lettersOf, readCode } from "./codes.js";
import { decideThere, fetchBundle, line, tellHeads, upload } from "./server.js";
import { signal, wakeSound } from "./signals.js";
import { forgetOtherDays, keepScan, keepSeen, keepSetting, seenOn, setting, waitingScans } from "./store.js";
import { decide, isOnDuty, looksOf, markAfter, mayName, mayOverride } from "./verdicts.js";
import { part, showAgain, showMode, showPlaces, showStanding, showVerdict, showWork } from "./view.js";
import { loadWords, say, speak } from "./words.js";

const ONLINE_WAIT = 150; // ms that a sure verdict waits for what other gates know
const UNSURE_WAIT = 4_000; // ms that one waits where only the server can tell
const SAME_CODE = 3_000; // ms in which the camera reads the same badge once
const BEAT = 5_000; // ms between two looks at the server

const state = { fair: null, bundle: null, gate: null, reading: 0, last: { code: "", at: -Infinity } };

const isTally = () => direction() === "tally";
const direction = () => new FormData(part("typed")).get("direction");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Read a code, decide, keep, show; a later word of the server corrects what is shown. `why`: `override` or `by_name`. */
async function scan(code, why = {}, way = direction()) {
  if (!state.bundle || !state.gate) return;
  state.code = code;
  const nth = ++state.reading;
  const moment = now();
  const wall = wallTime(moment, state.bundle.utc_offset_minutes);
  if (!isOnDuty(state.bundle.device, wall)) return tell({ word: "refused", reason: "off-duty" });
  const reading = await read(code, moment);
  const { isDoor, hall = "" } = state.gate;
  const seen = reading.badge && !isDoor ? await seenOn(wall.day, reading.badge) : undefined;
  const local = decide(reading, { bundle: state.bundle, day: wall.day, seen, direction: way, isDoor, hall, ...why });
  const kept = {
    id: newId(),
    fair: state.fair,
    ...placeOf(state.gate),
    code,
    direction: way,
    scanned_at: new Date(moment).toISOString(),
    told: local.word === "unsure" ? null : local.word,
    ...why,
  };
  const mark = reading.badge && !isDoor && { day: wall.day, badge: reading.badge, hour: wall.hour, gate: kept.gate, hall };
  const company = isDoor ? 0 : companyOf();
  await keepScan(kept, markAfter(mark, local, seen));
  const isCounted = await keepCompany(company, local, kept);
  const verdict = await answer({ nth, kept, local, mark, seen });
  if (!isCounted) await keepCompany(company, verdict, kept);
  await showLine();
}

/** Count those who came along with somebody who passed; whether it is done. */
async function keepCompany(company, { word }, scan) {
  if (!company || !["admitted", "left"].includes(word)) return false;
  tellHeads(state.fair, await keepHeads(company, "party", scan), UNSURE_WAIT).then(showLine);
  return true;
}

/** How many came along without a badge of their own; asked anew for each reading. */
function companyOf() {
  const many = Math.min(99, Math.max(0, Math.trunc(Number(part("company").value)) || 0));
  part("company").value = "0";
  return many;
}

const newId = () => crypto.randomUUID?.() ?? randomId();

/** Keep heads without a code, to be handed over. */
async function keepHeads(heads, reason, { gate, direction, scanned_at }) {
  const kept = { id: newId(), fair: state.fair, gate, heads, reason, direction, scanned_at };
  await keepScan(kept);
  return kept;
}

/** Where a scan was made, as the server wants to hear it. */
function placeOf(place) {
  if (!place.isDoor) return { gate: place.reference };
  const size = Math.min(10, Math.max(1, Math.trunc(Number(part("people").value)) || 1));
  part("people").value = "1";
  return { door: place.reference, party_size: size };
}

/** Show the verdict; what was said at last. */
async function answer({ nth, kept, local, mark, seen }) {
  const isSure = local.word !== "unsure";
  const there = line.isOnline || !isSure ? decideThere(state.fair, kept, UNSURE_WAIT) : Promise.resolve(null);
  const said = await Promise.race([there, pause(isSure ? ONLINE_WAIT : UNSURE_WAIT).then(() => null)]);
  if (nth === state.reading) tell(said ?? local);
  const late = said ?? (await there);
  if (!late) return local;
  const corrected = markAfter(mark, late, seen);
  if (corrected) await keepSeen(corrected);
  if (!said && nth === state.reading && late.word !== local.word) tell(late);
  return late;
}

function tell(verdict) {
  showVerdict(verdict);
  part("override").hidden = state.gate.isDoor || !mayOverride(verdict, state.bundle.device);
  signal(looksOf(verdict));
}

/** Count heads without a code, in or out. */
async function countHeads(way) {
  const heads = Math.trunc(Number(part("head-count").value));
  if (!state.bundle || !state.gate || state.gate.isDoor || !(heads >= 1 && heads <= 500)) return;
  const moment = now();
  if (!isOnDuty(state.bundle.device, wallTime(moment, state.bundle.utc_offset_minutes))) {
    return tell({ word: "refused", reason: "off-duty" });
  }
  const here = { gate: state.gate.reference, direction: way, scanned_at: new Date(moment).toISOString() };
  const kept = await keepHeads(heads, part("head-reason").value, here);
  ++state.reading;
  part("head-count").value = "1";
  tell({ word: "counted", seats: heads });
  await tellHeads(state.fair, kept, UNSURE_WAIT);
  await showLine();
}

/** Without a secure context the browser checks no signature: the server reads the code. */
function read(code, moment) {
  if (!crypto.subtle) return { reference: code };
  return readCode(code, { keys: state.bundle.keys, number: state.bundle.number, now: moment });
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const isAsking = () => Boolean(document.querySelector("dialog[open]"));

function seeCode(code) {
  if (!state.gate || isTally() || isAsking()) return;
  const isSame = state.last.code === code + direction() && performance.now() - state.last.at < SAME_CODE;
  state.last = { code: code + direction(), at: performance.now() };
  if (!isSame) scan(code);
}

async function showLine() {
  const scans = state.fair ? await waitingScans() : [];
  const since = scans.length && wallTime(Date.parse(scans[0].scanned_at), state.bundle?.utc_offset_minutes ?? 0).hour;
  showStanding({ gate: state.gate, line, count: scans.length, since });
}

/** Look at the server again and again: newer keys and revocations, and hand over what waits. */
async function beat() {
  for (;;) {
    if (state.fair) await lookAtServer();
    await pause(BEAT);
  }
}

async function lookAtServer() {
  const before = state.bundle;
  state.bundle = await fetchBundle(state.fair, state.bundle);
  if (state.bundle && state.bundle !== before) await settleGate();
  if (line.isOnline && !line.isShutOut) await upload(state.fair);
  await showLine();
}

async function settleGate() {
  const chosen = await setting("gate");
  state.places = placesIn(state.bundle);
  const gates = state.places.filter((place) => !place.isDoor);
  const before = state.gate?.key;
  state.gate = state.places.find((place) => place.key === chosen) ?? (gates.length === 1 ? gates[0] : null);
  showPlaces(state.places, state.gate?.key);
  if (state.gate?.key !== before) {
    part("typed").reset();
    showWork(state.gate);
    showMode(false);
  }
  part("by-name").hidden = !state.gate || state.gate.isDoor || !mayName(state.bundle.device);
  part("stranger").hidden = true;
  if (!state.gate && !part("setup").open) part("setup").showModal();
  await forgetOtherDays(wallTime(now(), state.bundle.utc_offset_minutes).day);
}

/** Gates, and doors of sessions not yet over, where this phone may stand. */
function placesIn({ gates, doors, device, utc_offset_minutes }) {
  const own = (reference) => !device.gates.length || device.gates.includes(reference);
  const here = wallTime(now(), utc_offset_minutes);
  const mine = gates.filter((gate) => own(gate.reference));
  const open = (doors ?? []).filter((door) => own(door.room.toUpperCase()) && (door.day > here.day || door.ends > here.hour));
  return [
    ...mine.map((gate) => ({ ...gate, key: gate.reference, isDoor: false })),
    ...open.map((door) => ({ ...door, key: `door:${door.reference}`, names: door.titles, isDoor: true })),
  ];
}

/** Waiting scans as a file that the office takes. */
async function save() {
  const scans = (await waitingScans()).filter((scan) => scan.fair === state.fair);
  const body = JSON.stringify({ exhibition: state.fair, scans });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([body], { type: "application/json" }));
  link.download = `scans-${state.fair}-${new Date(now()).toISOString().slice(0, 16).replace(":", "")}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function turnCameraOn() {
  const hindrance = await startCamera(part("picture"), seeCode);
  document.body.classList.toggle("filming", !hindrance);
  part("camera").hidden = !hindrance;
  part("hindrance").hidden = !hindrance;
  part("hindrance").dataset.word = hindrance ?? "";
  await chooseLanguage(document.documentElement.lang);
}

async function chooseLanguage(wanted) {
  const language = speak(wanted);
  await keepSetting("language", language);
  showAgain();
  if (state.bundle) showPlaces(state.places ?? [], state.gate?.key);
  await showLine();
}

function listen() {
  part("typed").addEventListener("submit", (event) => {
    event.preventDefault();
    if (isTally()) return countHeads("in");
    const code = part("code").value;
    part("code").value = "";
    if (code.trim()) scan(code);
  });
  part("typed").addEventListener("change", () => showMode(isTally()));
  part("count-heads").addEventListener("click", () => countHeads("in"));
  part("count-out").addEventListener("click", () => countHeads("out"));
  part("override").addEventListener("click", () => part("reasoning").showModal());
  part("reasoning").addEventListener("close", () => {
    const reason = part("reason").value.trim();
    part("reason").value = "";
    if (part("reasoning").returnValue === "yes" && reason.length >= 3) scan(state.code, { override: reason });
  });
  listenForNames();
  // a reader types wherever the page happens to be: bring it to the field
  document.addEventListener("keydown", (event) => {
    const isSize = [part("people"), part("company")].includes(document.activeElement) && /\d/.test(event.key);
    const isText = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    const isBusy = isSize || isTally() || isAsking();
    if (isText && !isBusy) part("code").focus();
  });
  document.addEventListener("pointerdown", wakeSound);
  document.addEventListener("keydown", wakeSound, { once: true });
  part("camera").addEventListener("click", turnCameraOn);
  part("save").addEventListener("click", save);
  part("gate").addEventListener("click", () => part("setup").showModal());
  part("setup").addEventListener("close", async () => {
    await keepSetting("gate", part("gates").value);
    await settleGate();
    await showLine();
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => chooseLanguage(button.dataset.language));
  }
  addEventListener("online", () => state.fair && lookAtServer());
}

/** The desk lets in by the letters of a badge that is not here; without a network it is kept and decided later. */
function listenForNames() {
  const [letters, reason] = [part("letters"), part("no-code")];
  const look = () => letters.setCustomValidity(lettersOf(letters.value) ? "" : say("name_letters"));
  letters.addEventListener("input", look);
  part("by-name").addEventListener("click", () => {
    part("naming").returnValue = "";
    part("find").href = `/${document.documentElement.lang}/${encodeURIComponent(state.fair)}/office/desk`;
    part("find").hidden = !line.isOnline;
    part("name-offline").hidden = line.isOnline;
    look();
    part("naming").showModal();
  });
  part("naming").addEventListener("close", () => {
    const [code, by_name, way] = [lettersOf(letters.value), reason.value.trim(), part("naming").returnValue];
    letters.value = reason.value = "";
    if (["in", "out"].includes(way) && code && by_name.length >= 3) scan(code, { by_name }, way);
  });
}

/** The address may name the fair and the language (`#ouarzazate-12/ar`); otherwise what was kept. */
async function remember() {
  const [fair, language] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (fair) await keepSetting("fair", fair);
  state.fair = fair || (await setting("fair")) || null;
  startClock(await setting("offset"));
  const kept = await setting("bundle");
  state.bundle = kept?.fair === state.fair ? kept : null;
  return language || (await setting("language")) || navigator.language.slice(0, 2);
}

async function start() {
  await loadWords();
  const language = await remember();
  listen();
  await chooseLanguage(language);
  part("stranger").hidden = Boolean(state.bundle);
  if (state.bundle) await settleGate();
  navigator.storage?.persist?.();
  navigator.serviceWorker?.register("sw.js");
  if (!cameraHindrance()) await turnCameraOn();
  else part("hindrance").dataset.word = cameraHindrance();
  part("hindrance").hidden = !cameraHindrance();
  speak(document.documentElement.lang);
  document.body.dataset.isReady = "yes";
  await beat();
}

start();
