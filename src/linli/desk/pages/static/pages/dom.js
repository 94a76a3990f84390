// Elements without HTML strings: names from outside stay text.

/**
 * make("button", {class: "plain", type: "button", on: {click: f}}, "text", child, …)
 * Properties are set as attributes; `on` adds listeners; null and false leave a thing out.
 */
export function make(tag, properties = {}, ...children) {
  const element = tag === "svg" || tag === "rect" || tag === "path" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  fill(element, ...children);
  return element;
}

/** Put children in the place of those there; null, undefined and false are left out. */
export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined && child !== false));
}

/** A bar of share 0 to 1, drawn without a style attribute. It says nothing itself: the number stands beside it. */
export function bar(share, classNumber = null) {
  const drawing = make("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawing.append(
    make("rect", { class: "bar-rest", width: 100, height: 8 }),
    make("rect", { class: classNumber === null ? "bar-share" : `fill-${classNumber}`, width: Math.max(0, Math.min(1, share)) * 100, height: 8 }),
  );
  return drawing;
}

/** Run at most once per pause, with the last arguments given. */
export function afterPause(pause_ms, work) {
  let timer = 0;
  const later = (...args) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => work(...args), pause_ms);
  };
  later.cancel = () => window.clearTimeout(timer);
  return later;
}
