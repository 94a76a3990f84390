// A voice note: one button to begin and end, one to listen, one to begin anew.

const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST_MS = 3 * 60 * 1000;

export function canRecord() {
  return Boolean(window.MediaRecorder && navigator.mediaDevices?.getUserMedia);
}

/**
 * Make a recorder of a file field: the field stays for those who cannot record.
 * @param {HTMLElement} holder holds the field, a button [data-record], an audio element and a place for words [data-record-state]
 */
export function recorder(holder, say) {
  const field = holder.querySelector("input[type=file]");
  const button = holder.querySelector("[data-record]");
  const audio = holder.querySelector("audio");
  const state = holder.querySelector("[data-record-state]");
  if (!canRecord()) return;
  button.hidden = false;
  let running = null;
  let ends = 0;

  function put(blob) {
    const transfer = new DataTransfer();
    transfer.items.add(new File([blob], `voice.${blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm"}`, { type: blob.type }));
    field.files = transfer.files;
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
      return;
    }
    const parts = [];
    running = new MediaRecorder(stream, { mimeType: KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) });
    running.addEventListener("dataavailable", (event) => parts.push(event.data));
    running.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      window.clearTimeout(ends);
      put(new Blob(parts, { type: running.mimeType.split(";")[0] }));
      running = null;
      button.textContent = say("record_again");
      state.textContent = say("recorded");
    });
    running.start();
    ends = window.setTimeout(() => running?.stop(), LONGEST_MS);
    button.textContent = say("stop_recording");
    state.textContent = say("recording");
  }

  button.addEventListener("click", () => {
    if (running) running.stop();
    else begin();
  });
}
