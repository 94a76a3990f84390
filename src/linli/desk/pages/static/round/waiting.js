// What waits on this phone, what was sent, and what the server did not take: shown, with what can be done about it.

import { fill, make } from "../pages/dom.js";
import { drop, filesOf, noteInstead, sendOnTop } from "./outbox.js";

/**
 * @param {{words: Object, timeZone: string, matters: string, decided: () => void}} options `decided` runs after somebody has decided about a deed
 * @returns {{show: (deeds: import("./outbox.js").Deed[], sending: Set<number>) => void}}
 */
export function waitingList({ words, timeZone, matters, decided }) {
  const { say, count } = words;
  const clock = new Intl.DateTimeFormat(words.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
  const day = new Intl.DateTimeFormat(words.language, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
  const outbox = document.querySelector("#outbox");
  const decisions = document.querySelector("#decisions");

  const when = (ms) => (new Date(ms).toDateString() === new Date().toDateString() ? clock : day).format(ms);

  function row(deed, sending) {
    const state = sending.has(deed.seq) ? "sending" : deed.state;
    return make("li", { "data-state": state },
      make("span", { class: "what" }, make("strong", {}, deed.title), ` ${deed.about}`),
      make("span", { class: "small" }, [when(deed.made_at), deed.file_count ? count("files", deed.file_count) : ""].filter(Boolean).join(" · ")),
      make("span", { class: `state ${state}` }, say(`state_${state}`)),
      state === "waiting" && make("button", { class: "button", type: "button", "aria-label": say("take_back_what", { what: deed.title }), on: { click: () => takeBack(deed) } }, say("take_back")));
  }

  async function takeBack(deed) {
    if (!window.confirm(say("drop_sure"))) return;
    await drop(deed);
    await decided();
  }

  function show(deeds, sending) {
    const unsent = deeds.filter((deed) => deed.state !== "sent");
    const sent = deeds.filter((deed) => deed.state === "sent").reverse();
    outbox.hidden = deeds.length === 0;
    outbox.classList.toggle("all-sent", unsent.length === 0);
    outbox.querySelector("[data-outbox-title]").textContent = unsent.length ? count("waiting", unsent.length) : say("all_sent");
    outbox.querySelector("[data-send-now]").hidden = unsent.length === 0;
    fill(outbox.querySelector("[data-unsent]"), ...unsent.map((deed) => row(deed, sending)));
    outbox.querySelector("details").hidden = sent.length === 0;
    outbox.querySelector("[data-sent-title]").textContent = count("sent", sent.length);
    fill(outbox.querySelector("[data-sent]"), ...sent.slice(0, 20).map((deed) => row(deed, sending)));
    showOnCards(unsent, sending);
    showDecisions(unsent.filter((deed) => deed.state === "conflict" || deed.state === "refused"));
  }

  function showOnCards(unsent, sending) {
    for (const card of document.querySelectorAll("[data-code]")) {
      const mine = unsent.filter((deed) => deed.code === card.dataset.code);
      card.classList.toggle("waits", mine.length > 0);
      fill(card.querySelector("[data-waiting]"), ...mine.map((deed) => {
        const state = sending.has(deed.seq) ? "sending" : deed.state;
        return make("p", { class: `waiting-chip ${state}` }, `${deed.title} · ${say(`state_${state}`)}`);
      }));
    }
  }

  /** Cards that are there already stay as they are: nobody should lose the button under their thumb. */
  function showDecisions(deeds) {
    const shown = new Map([...decisions.children].map((each) => [each.dataset.signature, each]));
    const wanted = deeds.map((deed) => {
      const signature = `${deed.seq}:${deed.request_key}:${deed.answer?.version ?? ""}`;
      return shown.get(signature) ?? decision(deed, signature);
    });
    if (wanted.length === decisions.children.length && wanted.every((each, number) => each === decisions.children[number])) return;
    fill(decisions, ...wanted);
  }

  function decision(deed, signature) {
    const answer = deed.answer ?? {};
    const clash = deed.state === "conflict";
    const again = !clash && !answer.gone;
    const choose = (name, kind, work, sure = "") => make("button", { class: `big ${kind}`, type: "button", on: { click: async () => {
      // A glove in the rain presses what it should not.
      if (sure && !window.confirm(say(sure))) return;
      await work(deed);
      await decided();
    } } }, name);
    return make("section", { class: "decision", role: "alert", "data-signature": signature },
      make("h2", {}, say(clash ? "conflict_title" : "refused_title", { what: deed.title })),
      make("p", {}, [deed.about, deed.code].filter(Boolean).join(" · ")),
      make("p", {}, clash ? say("conflict_words") : answer.problem ?? say("refused_words")),
      make("div", { class: "sides" },
        make("div", { "data-side": "mine" }, make("h3", {}, say("side_mine")), make("p", { class: "small" }, when(deed.made_at)), ...mine(deed)),
        clash && make("div", { "data-side": "theirs" }, make("h3", {}, say("side_theirs")),
          make("ul", {}, ...answer.since.map((step) => make("li", {}, make("span", { class: "small" }, `${step.when} · ${step.who}`), make("strong", {}, step.what), step.text && make("span", { class: "said-text" }, step.text)))),
          make("p", {}, `${say("now")} `, make("strong", {}, answer.state)))),
      clash && !answer.lawful && make("p", {}, say("no_longer_lawful")),
      make("div", { class: "doings" },
        clash && answer.lawful && choose(say("send_mine"), "strong", sendOnTop),
        clash && !answer.lawful && answer.may_note && choose(say("keep_as_note"), "strong", noteInstead),
        again && deed.code !== "" && deed.verb !== "note" && choose(say("keep_as_note"), "strong", noteInstead),
        again && choose(say("try_again"), "", sendOnTop),
        deed.code !== "" && !answer.gone && make("a", { class: "big", href: `${matters}${deed.code}/` }, say("open_matter")),
        choose(say("drop_mine"), "quiet", drop, "drop_sure")));
  }

  function mine(deed) {
    const said = deed.fields.filter(([name]) => ["text", "reason", "place_words"].includes(name)).map(([, value]) => value);
    const pictures = make("div", { class: "pictures" });
    filesOf(deed).then((files) => fill(pictures, ...files.map((file) => {
      const src = URL.createObjectURL(new Blob([file.bytes], { type: file.type }));
      return file.name === "voice" ? make("audio", { src, controls: true }) : make("img", { src, alt: say("photo_chosen") });
    })));
    return [make("p", {}, make("strong", {}, deed.title)), ...said.map((text) => make("p", { class: "said-text" }, text)), deed.file_count > 0 && pictures];
  }

  return { show };
}
