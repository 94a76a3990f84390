// Where it is: proposed by the photo or by the phone, put right on the map. Words alone are always enough.

const canDraw = () => Boolean(document.createElement("canvas").getContext("webgl2"));

/**
 * @param {HTMLFormElement} form
 * @param {{say: Function, onChange: Function}} options
 */
export function placePicker(form, { say, onChange }) {
  const box = form.querySelector("[data-place-picker]");
  const news = box.querySelector("[data-place-news]");
  const area = box.querySelector("[data-place-map]");
  const button = (act) => box.querySelector(`[data-act="${act}"]`);
  const { lon: lonField, lat: latField } = form.elements;
  let drawing = null;
  box.hidden = false;
  button("here").hidden = !("geolocation" in navigator) || !window.isSecureContext;
  button("map").hidden = !canDraw();

  const pinned = () => (lonField.value === "" ? null : { lon: Number(lonField.value), lat: Number(latField.value) });

  function put(at, words) {
    lonField.value = at ? at.lon.toFixed(6) : "";
    latField.value = at ? at.lat.toFixed(6) : "";
    news.textContent = words;
    show();
    onChange();
  }

  async function show() {
    const map = await drawing?.catch(() => null);
    if (!map) return;
    const at = pinned();
    const { marks, nothing } = await import("./quiet-map.js");
    map.getSource("moving").setData(at ? marks([{ ...at, pin: "pin-changed" }]) : nothing);
    if (at && !map.getBounds().contains([at.lon, at.lat])) map.jumpTo({ center: [at.lon, at.lat], zoom: Math.max(16, map.getZoom()) });
    button("unpin").hidden = !at;
    form.dataset.pin = at ? `${lonField.value},${latField.value}` : "";
  }

  function open() {
    if (!canDraw()) return;
    area.hidden = false;
    button("map").hidden = true;
    drawing ??= draw();
    drawing.then(() => show(), () => {
      area.hidden = true;
      drawing = null;
      button("map").hidden = false;
      news.textContent = say("map_failed");
    });
  }

  async function draw() {
    const { quietMap } = await import("./quiet-map.js");
    const { map } = await quietMap(area.querySelector("#map"), { placeUrl: form.dataset.placeUrl, tilesUrl: form.dataset.tilesUrl, say });
    const at = pinned();
    if (at) map.jumpTo({ center: [at.lon, at.lat], zoom: 17 });
    map.getCanvas().classList.add("over-mark");
    map.on("click", ({ lngLat }) => put({ lon: lngLat.lng, lat: lngLat.lat }, say("pin_put")));
    area.dataset.drawn = "yes";
    return map;
  }

  button("map").addEventListener("click", () => {
    open();
    if (!pinned()) news.textContent = say("pin_how");
  });
  button("centre").addEventListener("click", async () => {
    const map = await drawing;
    const { lng, lat } = map.getCenter();
    put({ lon: lng, lat }, say("pin_put"));
  });
  button("unpin").addEventListener("click", () => put(null, say("pin_gone")));
  button("here").addEventListener("click", () => {
    news.textContent = say("here_asking");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        put({ lon: coords.longitude, lat: coords.latitude }, say("here_found", { n: Math.max(5, Math.round(coords.accuracy)) }));
        open();
      },
      () => { news.textContent = say("here_failed"); },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
  if (pinned()) {
    news.textContent = say("pin_kept");
    open();
  }

  return {
    pinned,
    /** The photo says where it was taken: a proposal, never over a pin that a person has put. */
    propose: (at) => {
      if (pinned() || form.elements.spot) return;
      put(at, say("pin_from_photo"));
      open();
    },
  };
}
