// Where a photo was taken, read on the phone itself: the photo that is sent on no longer holds it.

const GPS_POINTER = 0x8825;
const [LAT_REF, LAT, LON_REF, LON] = [1, 2, 3, 4];

/** @param {Blob} photo a JPEG; @returns {Promise<{lon: number, lat: number} | null>} */
export async function placeOf(photo) {
  try {
    return placeIn(new DataView(await photo.slice(0, 256 * 1024).arrayBuffer()));
  } catch {
    // A photo cut short or oddly written has no place; that is no reason to complain.
    return null;
  }
}

function placeIn(view) {
  if (view.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  while (at + 4 < view.byteLength) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return placeInTiff(view, at + 10);
    if ((marker & 0xff00) !== 0xff00 || marker === 0xffda) return null;
    at += 2 + length;
  }
  return null;
}

function placeInTiff(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const u16 = (at) => view.getUint16(start + at, little);
  const u32 = (at) => view.getUint32(start + at, little);
  const entries = (at) => {
    const found = new Map();
    for (let number = 0; number < u16(at); number += 1) found.set(u16(at + 2 + 12 * number), at + 2 + 12 * number);
    return found;
  };
  const pointer = entries(u32(4)).get(GPS_POINTER);
  if (pointer === undefined) return null;
  const gps = entries(u32(pointer + 8));
  if (!gps.has(LAT) || !gps.has(LON)) return null;
  const degrees = (tag, refTag, negative) => {
    const at = u32(gps.get(tag) + 8);
    const part = (number) => u32(at + 8 * number) / u32(at + 8 * number + 4);
    const value = part(0) + part(1) / 60 + part(2) / 3600;
    const ref = gps.has(refTag) ? String.fromCharCode(view.getUint8(start + gps.get(refTag) + 8)) : "";
    return ref === negative ? -value : value;
  };
  const [lat, lon] = [degrees(LAT, LAT_REF, "S"), degrees(LON, LON_REF, "W")];
  const sound = Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return sound && (lat !== 0 || lon !== 0) ? { lon, lat } : null;
}
