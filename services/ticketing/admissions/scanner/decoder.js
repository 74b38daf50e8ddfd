// A worker that finds a QR code in a picture; the page stays quick meanwhile.

importScripts("vendor/jsqr.js");

onmessage = ({ data: { data, width, height } }) => {
  postMessage(jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data || null);
};
