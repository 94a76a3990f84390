// Make a photo small enough for a slow network. What the browser cannot read (HEIC) goes as it is: the server can.

const LONGEST_PX = 2048;
const SMALL_ENOUGH = 400 * 1024;

/** @param {File} file @returns {Promise<Blob>} a JPEG without metadata, or the file itself */
export async function shrunk(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= SMALL_ENOUGH) {
    picture.close();
    return file;
  }
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.85); });
  return blob ?? file;
}
