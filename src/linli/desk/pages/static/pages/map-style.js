// The drawing: our own tiles, quiet streets, homes in the colours of their class. No sprite, no glyph server.

const FONT = ["Noto Sans CJK SC,PingFang SC,Microsoft YaHei,Noto Sans,sans-serif"];
const homeClass = ["coalesce", ["feature-state", "class"], 6];
const selected = ["boolean", ["feature-state", "selected"], false];
const hovered = ["boolean", ["feature-state", "hovered"], false];
/** From here on every pin is drawn as one, however many there are. */
export const PINS_FROM_ZOOM = 15;
const nothing = { type: "FeatureCollection", features: [] };

function streetWidth(factor) {
  const wide = ["match", ["get", "class"], "street", 1.8, "square", 1.4, 0.8];
  return ["interpolate", ["exponential", 1.6], ["zoom"], 11, ["*", 0.3 * factor, wide], 15, ["*", 1.4 * factor, wide], 18, ["*", 6 * factor, wide]];
}

/** @param {{tilesUrl: string, colours: string[], paper: Object<string, string>}} options */
export function mapStyle({ tilesUrl, colours, paper }) {
  const homeColour = ["match", homeClass, ...colours.flatMap((colour, number) => [number, colour]), colours[6]];
  const place = (id, type, layer, rest) => ({ id, type, source: "place", "source-layer": layer, ...rest });
  return {
    version: 8,
    sources: {
      place: { type: "vector", url: `pmtiles://${tilesUrl}`, promoteId: { homes: "home" } },
      walks: { type: "geojson", data: nothing },
      facilities: { type: "geojson", data: nothing },
      moving: { type: "geojson", data: nothing },
    },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": paper.land } },
      place("green", "fill", "green", { paint: { "fill-color": paper.green } }),
      place("water", "fill", "water", { filter: ["!=", ["geometry-type"], "LineString"], paint: { "fill-color": paper.water } }),
      place("water-lines", "line", "water", { filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": paper.water, "line-width": 2 } }),
      place("streets-edge", "line", "streets", {
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": paper.streetEdge, "line-width": streetWidth(1.35) },
        minzoom: 14,
      }),
      place("streets", "line", "streets", {
        layout: { "line-cap": "round", "line-join": "round" },
        filter: ["!=", ["get", "class"], "steps"],
        paint: { "line-color": paper.street, "line-width": streetWidth(1) },
      }),
      place("steps", "line", "streets", {
        filter: ["==", ["get", "class"], "steps"],
        minzoom: 13,
        paint: { "line-color": paper.steps, "line-width": ["interpolate", ["linear"], ["zoom"], 14, 1.5, 18, 6], "line-dasharray": [0.5, 0.4] },
      }),
      place("buildings", "fill", "buildings", { paint: { "fill-color": paper.building } }),
      place("homes", "fill", "homes", { paint: { "fill-color": homeColour } }),
      // Far out a house is smaller than a pixel: a rim of its own colour keeps it in sight.
      place("homes-rim", "line", "homes", {
        paint: { "line-color": homeColour, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1.6, 14, 1.8, 15.5, 0.6, 16, 0] },
      }),
      place("homes-edge", "line", "homes", {
        minzoom: 15.5,
        paint: { "line-color": paper.homeEdge, "line-width": ["interpolate", ["linear"], ["zoom"], 15.5, 0.3, 18, 1] },
      }),
      place("homes-hatch", "fill", "homes", {
        paint: { "fill-pattern": "hatch", "fill-opacity": ["case", ["==", homeClass, 7], 1, 0] },
      }),
      place("homes-chosen", "line", "homes", {
        paint: { "line-color": paper.ink, "line-width": ["case", selected, 4, hovered, 2.5, 0] },
      }),
      place("boundary", "line", "boundary", {
        paint: { "line-color": paper.boundary, "line-width": ["interpolate", ["linear"], ["zoom"], 11, 1, 14, 2.5], "line-dasharray": [3, 2] },
      }),
      place("street-names", "symbol", "streets", {
        minzoom: 14,
        filter: ["has", "name"],
        layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "text-max-angle": 30, "symbol-spacing": 350 },
        paint: { "text-color": paper.label, "text-halo-color": paper.halo, "text-halo-width": 1.6 },
      }),
      {
        id: "walks-others", type: "line", source: "walks", filter: ["!", ["get", "chosen"]],
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": paper.ink, "line-width": 1.6, "line-opacity": 0.35, "line-dasharray": [0.2, 2] },
      },
      {
        id: "walks-edge", type: "line", source: "walks", filter: ["get", "chosen"],
        layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": paper.halo, "line-width": 9 },
      },
      {
        id: "walks", type: "line", source: "walks", filter: ["all", ["get", "chosen"], ["get", "certain"]],
        layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": paper.accent, "line-width": 5 },
      },
      // Nobody has written whether this walk can be taken all the way.
      {
        id: "walks-unsure", type: "line", source: "walks", filter: ["all", ["get", "chosen"], ["!", ["get", "certain"]]],
        paint: { "line-color": paper.accent, "line-width": 5, "line-dasharray": [1.5, 1] },
      },
      pins("facilities", "facilities"),
      pins("moving", "moving"),
    ],
  };
}

/** Far out, pins that are many would hide the homes they serve: there each is a dot. */
function fromAfar(many, few) {
  return ["step", ["zoom"], ["case", ["get", "many"], many, few], PINS_FROM_ZOOM, few];
}

function pins(id, source) {
  return {
    id, type: "symbol", source,
    layout: {
      "icon-image": fromAfar("dot", ["get", "pin"]), "icon-anchor": fromAfar("center", "bottom"), "icon-allow-overlap": true, "icon-ignore-placement": true,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 11, ["case", ["get", "many"], 0.3, 0.45], 13, ["case", ["get", "many"], 0.5, 0.7], 16, 1],
      "symbol-sort-key": ["-", 0, ["get", "lat"]],
    },
  };
}

/** Pictures drawn here, so that none is fetched: name → ImageData and its pixel ratio. */
export function mapImages(paper, colours) {
  const ratio = 2;
  return {
    "pin": { image: pin(paper.ink, paper.halo, "dot", ratio), ratio },
    "pin-changed": { image: pin(paper.changed, paper.halo, "dot", ratio), ratio },
    "pin-added": { image: pin(paper.changed, paper.halo, "plus", ratio), ratio },
    "pin-removed": { image: pin(paper.gone, paper.halo, "cross", ratio), ratio },
    "dot": { image: dot(paper.ink, paper.halo, ratio), ratio },
    "hatch": { image: hatch(paper.hatch, colours[7], ratio), ratio },
  };
}

function pin(fill, edge, sign, ratio) {
  const [width, height] = [30, 40];
  const canvas = new OffscreenCanvas(width * ratio, height * ratio);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.beginPath();
  pen.arc(15, 15, 12.5, Math.PI * 0.84, Math.PI * 0.16);
  pen.quadraticCurveTo(22, 28, 15, 38);
  pen.quadraticCurveTo(8, 28, 15 + 12.5 * Math.cos(Math.PI * 0.84), 15 + 12.5 * Math.sin(Math.PI * 0.84));
  pen.closePath();
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 2.5;
  pen.stroke();
  pen.fill();
  pen.fillStyle = edge;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.beginPath();
  if (sign === "dot") pen.arc(15, 15, 4.5, 0, 2 * Math.PI);
  if (sign === "dot") pen.fill();
  if (sign === "plus") pen.rect(9, 13.5, 12, 3);
  if (sign === "plus") pen.rect(13.5, 9, 3, 12);
  if (sign === "plus") pen.fill();
  if (sign === "cross") {
    pen.moveTo(10.5, 10.5);
    pen.lineTo(19.5, 19.5);
    pen.moveTo(19.5, 10.5);
    pen.lineTo(10.5, 19.5);
    pen.stroke();
  }
  return pen.getImageData(0, 0, width * ratio, height * ratio);
}

function dot(fill, edge, ratio) {
  const side = 14;
  const pen = new OffscreenCanvas(side * ratio, side * ratio).getContext("2d");
  pen.scale(ratio, ratio);
  pen.arc(side / 2, side / 2, 5, 0, 2 * Math.PI);
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 2;
  pen.stroke();
  pen.fill();
  return pen.getImageData(0, 0, side * ratio, side * ratio);
}

function hatch(line, ground, ratio) {
  const side = 8 * ratio;
  const pen = new OffscreenCanvas(side, side).getContext("2d");
  pen.fillStyle = ground;
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = line;
  pen.lineWidth = 1.2 * ratio;
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - 2, side + 2);
    pen.lineTo(shift + side + 2, -2);
  }
  pen.stroke();
  return pen.getImageData(0, 0, side, side);
}
