// Owns what is live on the staff's pages: the socket that says "look", the sound, what is spoken, where one reads.
// What is shown comes from the server by htmx, and every form works without this.

const PING_EVERY = 20_000;
const SILENT_AFTER = 45_000;
const RETRY_FIRST = 500;
const RETRY_MOST = 15_000;
const NOT_ALLOWED = 4403;

const at = (id) => document.getElementById(id);
const line = at("line");
const spoken = at("spoken");

// --- the socket ------------------------------------------------------------------

let socket;
let failures = 0;
let heard = 0;

function look() {
  document.body.dispatchEvent(new Event("look"));
}

function connect() {
  const url = new URL(document.body.dataset.socket, location.href).href.replace(/^http/, "ws");
  socket = new WebSocket(url);
  heard = Date.now();
  socket.onmessage = ({ data }) => {
    heard = Date.now();
    const { type } = JSON.parse(data);
    if (type === "welcome") {
      failures = 0;
      say("open");
      look(); // what was missed while the line was down
    } else if (type === "nudge") {
      look();
    }
  };
  socket.onclose = ({ code }) => {
    say("lost");
    if (code === NOT_ALLOWED) return location.reload(); // leads to the login, or says that nothing is here
    setTimeout(connect, Math.random() * Math.min(RETRY_MOST, RETRY_FIRST * 2 ** failures++));
  };
}

function say(state) {
  line.dataset.state = state;
  line.textContent = line.dataset[state];
}

setInterval(() => {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (Date.now() - heard > SILENT_AFTER) return socket.close();
  socket.send('{"type": "ping"}');
}, PING_EVERY);
document.addEventListener("visibilitychange", () => document.hidden || look());
say("lost");
connect();

// --- sound, title and voice --------------------------------------------------------

const button = at("sound");
let audio = null;
let before = read();

function read() {
  const { urgent, calls, requests, newest } = at("nav").dataset;
  return { urgent: Number(urgent), calls: Number(calls), requests: Number(requests), newest: Number(newest) };
}

function sounds() {
  return localStorage.getItem("guestchat.sound") !== "off";
}

function showSound() {
  button.setAttribute("aria-pressed", String(sounds()));
}

/** A browser lets a page sound only after a first touch of it. */
function wakeAudio() {
  audio ??= new AudioContext();
  audio.resume();
}

function ring(times) {
  if (!sounds() || audio?.state !== "running") return;
  for (let n = 0; n < times; n++) {
    const begin = audio.currentTime + n * 0.28;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = n % 2 ? 660 : 880;
    volume.gain.setValueAtTime(0.0001, begin);
    volume.gain.exponentialRampToValueAtTime(0.25, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + 0.24);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin);
    tone.stop(begin + 0.25);
  }
}

function compare() {
  const now = read();
  if (now.newest > before.newest) {
    if (now.urgent > before.urgent) tell("urgent", 6);
    else if (now.calls > before.calls) tell("call", 2);
    else if (now.requests > before.requests) tell("request", 1);
  }
  before = now;
  const waiting = now.calls + now.requests;
  const title = document.title.replace(/^[(!][^)]*\) /, "");
  document.title = waiting ? `(${now.urgent ? "! " : ""}${waiting}) ${title}` : title;
}

function tell(what, times) {
  spoken.textContent = "";
  spoken.textContent = spoken.dataset[what];
  ring(times);
}

button?.addEventListener("click", () => {
  localStorage.setItem("guestchat.sound", sounds() ? "off" : "on");
  wakeAudio();
  showSound();
  ring(2);
});
document.addEventListener("pointerdown", wakeAudio, { once: true });
document.addEventListener("keydown", wakeAudio, { once: true });
showSound();
compare();

// --- where one reads -----------------------------------------------------------------

const scroller = at("scroller");
let last = Number(scroller?.querySelector("[data-last]")?.dataset.last ?? 0);
let atEnd = true;

function toEnd() {
  if (scroller && atEnd) scroller.scrollTop = scroller.scrollHeight;
}

scroller?.addEventListener("scroll", () => {
  atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
}, { passive: true });

// A look that was asked for before a takeover may come after it: the same controls again would take away what is being
// written. And one that comes while a button waits for its answer would take away the button, with its answer.
document.body.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const coming = detail.fragment.querySelector("#controls[data-looked] #state");
  if (detail.target.id !== "controls" || !coming) return;
  const waits = detail.target.querySelector(".htmx-request");
  if (waits || coming.value === at("state").value) detail.shouldSwap = false;
});

document.body.addEventListener("htmx:afterSettle", () => {
  compare();
  if (!scroller) return;
  toEnd();
  const now = Number(scroller.querySelector("[data-last]")?.dataset.last ?? 0);
  for (const message of scroller.querySelectorAll('[data-role="guest"]')) {
    if (Number(message.dataset.seq) > last) spoken.textContent = `${spoken.dataset.guest}: ${message.querySelector(".body").textContent}`;
  }
  last = Math.max(last, now);
});
toEnd();
if (scroller) new ResizeObserver(toEnd).observe(scroller);

// Enter sends, as guests know it; Shift and Enter begin a new line.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "text" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (event.target.value.trim()) event.target.form.requestSubmit();
});

// On a phone the pages' names are wider than the screen: the one that is open is in sight.
at("nav").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const more = document.querySelector(".more");
document.addEventListener("click", ({ target }) => more?.contains(target) || more?.removeAttribute("open"));
more?.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  more.removeAttribute("open");
  more.firstElementChild.focus();
});
