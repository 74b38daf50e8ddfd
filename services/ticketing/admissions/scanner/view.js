// What is seen: the verdict large, beneath it how things stand. Texts of people and codes never become markup.

import { looksOf, wordsOf } from "./verdicts.js";
import { pick, say, sayDay } from "./words.js";

export const part = (id) => document.getElementById(id);
const SHAPES = { good: "✓", out: "↪", bad: "✕", unsure: "?", idle: "" };
let shown = null;

/** Show a verdict until the next one. */
export function showVerdict(verdict) {
  shown = verdict;
  const looks = verdict ? looksOf(verdict) : "idle";
  const [title, why] = verdict ? wordsOf(verdict) : ["ready", "ready_why"];
  document.body.dataset.looks = looks;
  part("shape").textContent = verdict?.place ?? SHAPES[looks];
  part("word").textContent = say(title, factsOf(verdict ?? {}));
  part("why").textContent = say(why, factsOf(verdict ?? {}));
}

/** The same in another language. */
export const showAgain = () => showVerdict(shown);

const factsOf = (verdict) => ({
  hour: verdict.entered ?? "",
  gate: verdict.gate ?? "",
  place: verdict.place ?? "",
  n: verdict.seats ?? "",
  day: verdict.first_day || verdict.last_day ? sayDay(verdict.first_day ?? verdict.last_day) : "",
});

/** Where we are, whether there is a network, how many scans wait and since when. */
export function showStanding({ gate, line, count, since }) {
  part("gate").hidden = !gate;
  part("gate").textContent = gate ? nameOf(gate) : "";
  part("gate").title = gate ? pick(gate.names) : "";
  part("line").textContent = say(line.isShutOut ? "shut_out" : line.isOnline ? "online" : "offline");
  part("line").className = line.isOnline && !line.isShutOut ? "on" : "off";
  part("waiting").textContent = count ? say("waiting", { n: count, hour: since }) : say("none_waiting");
  part("save").hidden = !count;
}

const nameOf = (place) =>
  place.isDoor ? `${place.starts} ${pick(place.names)}` : say("gate", { gate: place.reference });

/** The gates and the doors of sessions to choose from, in the language spoken. */
export function showPlaces(places, chosen) {
  const options = (isDoor) =>
    places
      .filter((place) => place.isDoor === isDoor)
      .map((place) => {
        const [before, after] = isDoor ? [place.starts, ` · ${sayDay(place.day)}`] : [place.reference, ""];
        const option = new Option(`${before} · ${pick(place.names)}${after}`, place.key);
        option.selected = place.key === chosen;
        return option;
      });
  const group = document.createElement("optgroup");
  group.label = say("doors");
  group.append(...options(true));
  part("gates").replaceChildren(...options(false), ...(group.children.length ? [group] : []));
}

/** At a session's door nobody goes out, and parties come together. */
export function showWork(place) {
  part("ways").hidden = Boolean(place?.isDoor);
  part("party").hidden = !place?.isDoor;
  part("people").value = "1";
  part("along").hidden = Boolean(place?.isDoor);
  part("company").value = "0";
}

/** Badges are read, or heads are counted. */
export function showMode(isTally) {
  part("heads").hidden = !isTally;
  part("along").classList.toggle("off", isTally);
  part("coded").hidden = isTally;
}
