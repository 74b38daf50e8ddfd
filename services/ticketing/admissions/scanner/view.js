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
  part("shape").textContent = SHAPES[looks];
  part("word").textContent = say(title);
  part("why").textContent = say(why, factsOf(verdict ?? {}));
}

/** The same in another language. */
export const showAgain = () => showVerdict(shown);

const factsOf = (verdict) => ({
  hour: verdict.entered ?? "",
  gate: verdict.gate ?? "",
  day: verdict.first_day || verdict.last_day ? sayDay(verdict.first_day ?? verdict.last_day) : "",
});

/** Where we are, whether there is a network, how many scans wait and since when. */
export function showStanding({ gate, line, count, since }) {
  part("gate").hidden = !gate;
  part("gate").textContent = gate ? say("gate", { gate: gate.reference }) : "";
  part("gate").title = gate ? pick(gate.names) : "";
  part("line").textContent = say(line.isShutOut ? "shut_out" : line.isOnline ? "online" : "offline");
  part("line").className = line.isOnline && !line.isShutOut ? "on" : "off";
  part("waiting").textContent = count ? say("waiting", { n: count, hour: since }) : say("none_waiting");
  part("save").hidden = !count;
}

/** The gates to choose from, in the language spoken. */
export function showGates(gates, chosen) {
  part("gates").replaceChildren(
    ...gates.map((gate) => {
      const option = new Option(`${gate.reference} · ${pick(gate.names)}`, gate.reference);
      option.selected = gate.reference === chosen;
      return option;
    }),
  );
}
