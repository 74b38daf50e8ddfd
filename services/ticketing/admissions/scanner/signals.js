// A verdict for ears and hands: rising for yes, falling for no, in between where it is not sure.

const TONES = { good: [660, 880], out: [880, 660], bad: [220, 180, 220], unsure: [440, 440], wait: [440, 440] };
const BUZZES = { good: [60], out: [60], bad: [180, 80, 180], unsure: [90, 60, 90], wait: [90, 60, 90] };
const NOTE = 0.11;
let audio;

/** Browsers let a page sound only after it was touched. */
export function wakeSound() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

/** Sound and vibrate for a verdict's looks. */
export function signal(looks) {
  navigator.vibrate?.(BUZZES[looks]);
  if (audio?.state !== "running") return;
  TONES[looks].forEach((pitch, nth) => note(pitch, audio.currentTime + nth * NOTE));
}

function note(pitch, begins) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.3, begins);
  volume.gain.exponentialRampToValueAtTime(0.001, begins + NOTE);
  tone.connect(volume).connect(audio.destination);
  tone.start(begins);
  tone.stop(begins + NOTE);
}
