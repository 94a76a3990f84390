// Minutes of walking, sorted into the classes that the legend shows and the map paints.

/** Upper ends of the five classes in seconds: 5, 10, 15, 20 and 30 minutes. */
export const STEPS_S = [300, 600, 900, 1200, 1800];

/** Class numbers; the colours of 0 to 7 are `--class-N` in pages.css. */
export const TOO_FAR = 5;
export const UNKNOWN = 6;
export const NO_TAGS = 7;
export const CLASS_COUNT = 8;

const CODE_NO_TAGS = 65533;
const CODE_TOO_FAR = 65534;
const CODE_UNKNOWN = 65535;

/** The class of one walking time in seconds, or of one of the three codes above 65532. */
export function classOf(seconds) {
  if (seconds === CODE_NO_TAGS) return NO_TAGS;
  if (seconds === CODE_TOO_FAR) return TOO_FAR;
  if (seconds === CODE_UNKNOWN) return UNKNOWN;
  const step = STEPS_S.findIndex((upper) => seconds <= upper);
  return step === -1 ? TOO_FAR : step;
}

/** Uint16 seconds per home → Uint8 class per home. */
export function classify(seconds) {
  const classes = new Uint8Array(seconds.length);
  for (let home = 0; home < seconds.length; home += 1) classes[home] = classOf(seconds[home]);
  return classes;
}

/** Whole minutes, rounded up, so that a walk never takes longer than the page said. */
export function wholeMinutes(seconds) {
  return Math.max(1, Math.ceil(seconds / 60));
}

/** The colours of the classes as the stylesheet names them. */
export function classColours() {
  const style = getComputedStyle(document.documentElement);
  return Array.from({ length: CLASS_COUNT }, (_, number) => style.getPropertyValue(`--class-${number}`).trim());
}
