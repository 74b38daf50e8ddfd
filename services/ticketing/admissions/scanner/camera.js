// The camera: pictures at least five times a second, read by the browser where it can, else by our own worker.

const EVERY = 120;
const SIDE = 640;

/** Why there can be no camera here, as a key of the words; null when there can. */
export function cameraHindrance() {
  if (!isSecureContext) return "camera_insecure";
  return navigator.mediaDevices?.getUserMedia ? null : "camera_none";
}

/** Show the camera in `video` and call `found(text)` for each code; a key of the words when that fails. */
export async function startCamera(video, found) {
  const hindrance = cameraHindrance();
  if (hindrance) return hindrance;
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    await video.play();
  } catch (refused) {
    return refused.name === "NotAllowedError" ? "camera_refused" : "camera_none";
  }
  readForEver(video, await reader(), found);
  return null;
}

async function readForEver(video, read, found) {
  for (;;) {
    const begun = performance.now();
    if (!document.hidden && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      const text = await read(video).catch(() => null);
      video.dataset.pictures = Number(video.dataset.pictures ?? 0) + 1;
      if (text) found(text);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY - (performance.now() - begun))));
  }
}

/** The browser's own reader, if it knows QR codes; else the worker with jsQR. */
async function reader() {
  const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  if (!formats.includes("qr_code")) return workerReader();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

function workerReader() {
  const worker = new Worker("decoder.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => {
      worker.onmessage = (told) => resolve(told.data);
      worker.onerror = () => resolve(null);
      worker.postMessage({ data, width, height }, [data.buffer]);
    });
  };
}
