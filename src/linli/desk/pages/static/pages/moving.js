// Moving a pin without dragging it: arrow keys, buttons, a tap on the map, or "put it at the map's centre".

const STEP_PX = 16;
const LEAP_PX = 80;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Moving {
  /**
   * @param {HTMLElement} bar the tool bar with [data-arrow], [data-act] buttons and a .moving-name
   * @param {{map: LifeMap, onMove: Function, onEnd: Function, say: Function}} options
   */
  constructor(bar, { map, onMove, onEnd, say }) {
    Object.assign(this, { bar, map, onMove, onEnd, say });
    this.pin = null;
    bar.addEventListener("click", (event) => this.press(event.target.closest("button")));
    bar.addEventListener("keydown", (event) => this.key(event));
  }

  start(pin, { returnTo }) {
    Object.assign(this, { pin, returnTo, before: { lon: pin.lon, lat: pin.lat }, at: { lon: pin.lon, lat: pin.lat } });
    this.bar.hidden = false;
    this.bar.querySelector(".moving-name").textContent = this.say("moving", { name: pin.name || this.say("unnamed") });
    if (!this.map.sees([pin.lon, pin.lat])) this.map.goTo([pin.lon, pin.lat]);
    this.bar.querySelector("[data-act=done]").focus({ preventScroll: true });
    this.bar.parentElement.scrollIntoView({ block: "nearest" });
  }

  /** A tap on the map while moving puts the pin there; says whether it was used. */
  ground(at) {
    if (!this.pin) return false;
    this.put(at);
    return true;
  }

  key(event) {
    if (event.key === "Escape") {
      this.finish({ keep: false });
    } else if (ARROWS[event.key]) {
      event.preventDefault();
      this.step(ARROWS[event.key], event.shiftKey ? LEAP_PX : STEP_PX);
    }
  }

  press(button) {
    if (!button || !this.pin) return;
    const { arrow, act } = button.dataset;
    if (arrow) this.step(ARROWS[arrow], STEP_PX);
    if (act === "centre") this.put(this.map.centre());
    if (act === "done") this.finish({ keep: true });
    if (act === "cancel") this.finish({ keep: false });
  }

  step([right, down], step_px) {
    this.put(this.map.shifted(this.at, right * step_px, down * step_px));
    if (!this.map.sees([this.at.lon, this.at.lat])) this.map.goTo([this.at.lon, this.at.lat], { zoom: 0 });
  }

  put(at) {
    this.at = at;
    this.onMove(this.pin.id, at);
  }

  finish({ keep }) {
    const { pin, before } = this;
    this.pin = null;
    this.bar.hidden = true;
    this.onEnd(pin, { keep, before });
    this.returnTo?.()?.focus();
  }
}
