// A voice note: one button to begin and end, a player to listen, the button again to begin anew.

// What the server takes (desk.common.sounds), the smallest first.
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4", "audio/webm"];
const LONGEST_MS = 3 * 60 * 1000;
const ENDINGS = { "audio/webm": "webm", "audio/ogg": "ogg", "audio/mp4": "m4a" };

function kind() {
  if (!window.MediaRecorder || !navigator.mediaDevices?.getUserMedia) return null;
  return KINDS.find((each) => MediaRecorder.isTypeSupported(each)) ?? null;
}

/**
 * Make a recorder of a file field; the field stays for those who cannot record.
 * @param {HTMLElement} holder holds the field, a button [data-record], an audio element and a place for words [data-record-state]
 * @returns {{stop: () => Promise<void>}} resolved once what was being recorded is in the field
 */
export function recorder(holder, say) {
  const field = holder.querySelector("input[type=file]");
  const button = holder.querySelector("[data-record]");
  const audio = holder.querySelector("audio");
  const state = holder.querySelector("[data-record-state]");
  const mimeType = kind();
  if (!mimeType) return { stop: async () => {} };
  button.hidden = false;
  field.hidden = true;
  let running = null;
  let ended = Promise.resolve();

  function put(blob) {
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], `voice.${ENDINGS[blob.type]}`, { type: blob.type }));
    field.files = transfer.files;
    // It was not chosen by hand, so the field says nothing by itself.
    field.dispatchEvent(new Event("change", { bubbles: true }));
    listen(blob);
  }

  function listen(blob) {
    if (audio.src) URL.revokeObjectURL(audio.src);
    audio.src = URL.createObjectURL(blob);
    audio.hidden = false;
  }

  async function begin() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      state.textContent = say("no_microphone");
      field.hidden = false;
      return;
    }
    const parts = [];
    const recording = new MediaRecorder(stream, { mimeType });
    running = recording;
    const timer = window.setTimeout(() => recording.stop(), LONGEST_MS);
    recording.addEventListener("dataavailable", (event) => parts.push(event.data));
    ended = new Promise((resolve) => {
      recording.addEventListener("stop", () => {
        for (const track of stream.getTracks()) track.stop();
        window.clearTimeout(timer);
        put(new Blob(parts, { type: mimeType.split(";")[0] }));
        running = null;
        button.textContent = say("record_again");
        button.classList.remove("recording");
        state.textContent = say("recorded");
        resolve();
      });
    });
    recording.start();
    button.textContent = say("stop_recording");
    button.classList.add("recording");
    state.textContent = say("recording");
  }

  if (field.files.length) listen(field.files[0]);
  button.addEventListener("click", () => {
    if (running) running.stop();
    else begin();
  });
  return {
    stop: async () => {
      running?.stop();
      await ended;
    },
  };
}
