// What the scanner says, in the language of whoever holds it.

let catalogue = {};
let language = "fr";

/** Load all words once; they are kept with the scanner and need no network. */
export async function loadWords() {
  catalogue = await (await fetch("words.json")).json();
}

/** Speak this language from now on, in its direction; elements with `data-word` say theirs. */
export function speak(wanted) {
  language = wanted in catalogue ? wanted : "fr";
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = say(element.dataset.word);
  return language;
}

/** The words of a key, with its holes filled. */
export function say(key, facts = {}) {
  const text = catalogue[language]?.[key] ?? key;
  return text.replace(/%\((\w+)\)s/g, (_whole, name) => facts[name] ?? "");
}

/** A text by language, in ours or the next best. */
export const pick = (names) => names[language] ?? names.fr ?? names.ar ?? Object.values(names)[0] ?? "";

/** A day as people say it. */
export function sayDay(day) {
  const options = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
  return new Intl.DateTimeFormat({ ar: "ar-MA" }[language] ?? language, options).format(new Date(`${day}T12:00Z`));
}
