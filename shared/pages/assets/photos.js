// Scales chosen photos before they are sent: a phone's picture of 5 MB becomes one of 300 kB. Without this, or where
// anything fails, the file goes as it is and the server scales it.
const edge = 1600;
for (const input of document.querySelectorAll('input[type=file][accept^=image]')) {
  input.addEventListener('change', async () => {
    const chosen = new DataTransfer();
    for (const file of input.files) chosen.items.add(await small(file));
    input.files = chosen.files;
  });
}
async function small(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    const body = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
    return body && body.size < file.size ? new File([body], file.name, { type: 'image/jpeg' }) : file;
  } catch {
    return file;
  }
}
