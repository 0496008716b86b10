// Owns the camera of the round through the house: a picture goes to our own server every moment, and what is in it
// comes back as a line of the list. Without a camera, the photo and the typed address do the same.

const AGAIN_AFTER = 500;
const WIDTH = 960;
const BAD = new Set(["old", "foreign"]);

const at = (id) => document.getElementById(id);
const [patrol, video, begin, end, refused, found] = ["patrol", "camera", "begin", "end", "refused", "found"].map(at);
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
let stream = null;

if (navigator.mediaDevices?.getUserMedia) begin.hidden = false;

begin.addEventListener("click", async () => {
  refused.textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    refused.textContent = patrol.dataset.refused;
    return;
  }
  video.srcObject = stream;
  await video.play();
  show(true);
  look(stream);
});

end.addEventListener("click", stop);
document.addEventListener("visibilitychange", () => document.hidden && stop());

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = video.srcObject = null;
  show(false);
}

function show(isOn) {
  video.hidden = end.hidden = !isOn;
  begin.hidden = isOn;
}

/** Send pictures one after the other for as long as this stream runs. */
async function look(running) {
  const canvas = document.createElement("canvas");
  while (stream === running) {
    if (video.videoWidth) {
      canvas.width = Math.min(WIDTH, video.videoWidth);
      canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth);
      canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
      await send(await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8)));
    }
    await new Promise((done) => setTimeout(done, AGAIN_AFTER));
  }
}

async function send(picture) {
  const body = new FormData();
  body.append("frame", picture, "frame.jpg");
  try {
    const answer = await fetch(patrol.dataset.address, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token, "HX-Request": "true" },
    });
    if (answer.status === 200) add(await answer.text());
  } catch {
    // The Wi-Fi is away for a moment: the next picture tries again.
  }
}

/** Put what was found first, unless it is what stands there already: the camera still points at it. */
function add(html) {
  const rows = new DOMParser().parseFromString(html, "text/html").querySelectorAll(".patrol-row[data-mark]");
  for (const row of rows) {
    if (found.firstElementChild?.dataset.mark === row.dataset.mark) continue;
    found.prepend(document.adoptNode(row));
    navigator.vibrate?.(BAD.has(row.dataset.state) ? [200, 100, 200] : 60);
  }
}
