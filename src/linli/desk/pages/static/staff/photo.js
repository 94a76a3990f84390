// A photo small enough for a weak network. The server does it all again and better; this only spares the worker's time.

const MOST_PX = 2048;
const SMALL_ENOUGH = 400 * 1024;

/** @returns {Promise<File>} smaller, upright and without metadata; the same one if this browser cannot read it */
export async function shrunk(file) {
  if (!file.type.startsWith("image/") || file.size < SMALL_ENOUGH) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MOST_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}

/** Put a smaller photo into its field, and show it. */
export async function shrinkIn(input, preview) {
  const [file] = input.files;
  preview.hidden = !file;
  if (!file) return;
  const small = await shrunk(file);
  if (small !== file) {
    const transfer = new DataTransfer();
    transfer.items.add(small);
    input.files = transfer.files;
  }
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(small);
}
