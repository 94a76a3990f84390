// What the page asks its server. Every failure is a Trouble that says which kind it is; the page says what to do.

export class Trouble extends Error {
  /** @param {"unreachable"|"refused"|"broken"} kind */
  constructor(kind, detail) {
    super(detail);
    this.kind = kind;
  }
}

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("unreachable", String(error));
  }
  if (answer.status >= 500) throw new Trouble("broken", `${answer.status} ${url}`);
  if (!answer.ok) throw new Trouble("refused", `${answer.status} ${url}`);
  return answer;
}

function csrfToken() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** Little-endian uint16, one per home. (Every browser in use runs on a little-endian machine.) */
async function perHome(answer) {
  return new Uint16Array(await answer.arrayBuffer());
}

/**
 * The API of one community.
 * @param {string} base such as "/api/c/helsinki/"
 */
export function communityApi(base) {
  const json = async (path, options) => (await ask(base + path, options)).json();
  const query = (values) => new URLSearchParams(values).toString();
  const part = encodeURIComponent;
  return {
    tilesUrl: new URL(`${base}tiles.pmtiles`, window.location.href).href,
    place: () => json("place.json"),
    minutes: async (profile, kind, options) =>
      perHome(await ask(`${base}minutes/${part(profile)}/${part(kind)}.bin`, options)),
    /** float32 little-endian, residents per home. */
    residents: async () => new Float32Array(await (await ask(`${base}residents.bin`)).arrayBuffer()),
    facilities: (kind) => json(`facilities.geojson?${query({ kind })}`),
    home: (index, profile) => json(`homes/${index}.json?${query({ profile })}`),
    walks: (index, profile, options) => json(`homes/${index}/walks.geojson?${query({ profile })}`, options),
    rules: (standard, profile) => json(`rules.json?${query({ standard, profile })}`),
    /** Minutes as they would be, and who gains: {seconds, summary}. */
    whatIf: async (change) => {
      const answer = await ask(`${base}what-if`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
        body: JSON.stringify(change),
      });
      return { seconds: await perHome(answer), summary: JSON.parse(answer.headers.get("Linli-Summary")) };
    },
  };
}
