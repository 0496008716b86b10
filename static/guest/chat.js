// Wires the page: what the guest does goes to the connection, what the hotel says goes to the log.

import { Connection } from "./connection.js";
import { Log, chips, plain } from "./log.js";
import { Outbox } from "./outbox.js";

const at = (id) => document.getElementById(id);
const read = (id) => JSON.parse(at(id).textContent);

const page = at("page").dataset;
const texts = read("texts");
const text = at("text");
const scroller = at("log");
const LIMIT = text.maxLength;
// A message that has not left by then is shown as not sent; it is still tried again by itself.
const PATIENCE = 15_000;
const ANSWER_WITHIN = 20_000;

const log = new Log({
  list: at("messages"),
  shapes: { message: at("message"), day: at("day") },
  texts,
  kinds: read("request-kinds"),
  statuses: read("request-statuses"),
  language: document.documentElement.lang,
});
const outbox = new Outbox(page.conversation, show);
for (const item of outbox.items) {
  if (log.shows(item.id)) outbox.remove(item.id);
  else show(item);
}
const connection = new Connection({
  conversation: page.conversation,
  socketUrl: new URL(page.socket, location.href).href.replace(/^http/, "ws"),
  messagesUrl: page.messages,
  outbox,
  after: () => log.after,
  frame: receive,
  line: tell,
  moved: () => location.replace("/chat/"),
});

// --- what the hotel says -------------------------------------------------------

function receive(frame) {
  // A number was skipped, so a nudge got lost on the way: ask for what is missing.
  if (frame.type === "message" && log.misses(frame.seq)) connection.resume();
  receivers[frame.type]?.(frame);
  at("stop").hidden = !(log.answering && connection.open);
}

const receivers = {
  welcome({ suggestions }) {
    if (suggestions?.length && at("suggestions").hidden) chips(at("suggestions"), suggestions);
  },
  message(frame) {
    const news = !log.has(frame.seq);
    log.put(frame);
    if (frame.role === "guest") return news && awaitAnswer();
    if (frame.status === "pending") return awaitAnswer();
    awaitAnswer(false);
    if (news) announce(frame);
  },
  "answer.delta"({ seq, offset, text: piece }) {
    awaitAnswer(false);
    log.grow(seq, offset, piece);
  },
  "answer.started"({ seq }) {
    log.start(seq);
  },
  "answer.finished"(frame) {
    awaitAnswer(false);
    log.finish(frame);
    announce({ role: "assistant", ...frame });
  },
  request(frame) {
    log.request(frame);
  },
  error({ code, id, retry_after_s: seconds, again }) {
    if (code === "closed") return tell("closed");
    const sentence = (again && texts[`${code}_again`]) || texts[code] || texts.unavailable;
    notice(sentence.replace("{seconds}", Math.ceil(seconds)));
    if (id && !again) log.deliver(id, "failed");
    if (!id) log.giveUp();
    if (!id && code === "bad_frame") log.unpledge();
    awaitAnswer(false);
  },
};

/** Say a finished message once; the growing text itself is silent. */
function announce({ role, text: said }) {
  at("spoken").textContent = `${texts[role] ?? ""}: ${plain(said)}`;
  if (!following || (role !== "assistant" && !bottomed())) at("jump").hidden = false;
}

let answerTimer = 0;
function awaitAnswer(waiting = true) {
  clearTimeout(answerTimer);
  at("writing").hidden = !waiting;
  // A person may have taken over, and people do not answer within seconds.
  if (waiting) answerTimer = setTimeout(() => (at("writing").hidden = true), ANSWER_WITHIN);
}

// --- how the line is --------------------------------------------------------------

let lineTimer = 0;
function tell(state) {
  const line = at("line");
  clearTimeout(lineTimer);
  if (state === "closed") {
    log.abandon();
    text.disabled = true;
    for (const button of document.querySelectorAll("button")) button.disabled = true;
    // What was said here is not this screen's any more. In a moment: the tab that has deleted it gets a new pass first.
    setTimeout(() => location.replace("/chat/"), 1_000);
  }
  if (state !== "open") at("stop").hidden = true;
  if (state === "open") return void (line.hidden = true);
  line.querySelector("button").hidden = state !== "lost";
  // Most interruptions are over before anyone could read about them.
  lineTimer = setTimeout(() => {
    line.firstElementChild.textContent = texts[state];
    line.hidden = false;
  }, state === "lost" && line.hidden ? 1_200 : 0);
}

let noticeTimer = 0;
function notice(sentence) {
  clearTimeout(noticeTimer);
  at("notice").textContent = sentence;
  noticeTimer = setTimeout(() => (at("notice").textContent = ""), 8_000);
}

if (at("notice").textContent) notice(at("notice").textContent);
at("line").querySelector("button").addEventListener("click", () => connection.wake());

// --- what the guest does -------------------------------------------------------------

function ask(words) {
  const said = words.trim();
  if (!said) return;
  following = true;
  hand = -Infinity;
  show(outbox.put(uuid(), said));
  connection.flush();
}

/** Show what is not sent yet; later, or where it does not go by itself any more, with a way to send it again. */
function show({ id, at: written, renewed = written }) {
  log.queue(outbox.items.find((item) => item.id === id));
  const impatient = () => outbox.has(id) && !(connection.open && outbox.isDue(id)) && log.deliver(id, "failed");
  if (!outbox.isDue(id)) log.deliver(id, "failed");
  else setTimeout(impatient, Math.max(0, renewed + PATIENCE - Date.now()));
}

// Every form of the page asks something: the composer, the chips, "ask a person". Without this script they all still work.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.getAttribute("action") !== page.messages) return;
  event.preventDefault();
  if (form.id === "composer") {
    ask(text.value);
    text.value = "";
    measure();
    text.focus();
  } else if (submitter.name === "accept") {
    const seq = Number(form.elements.confirm.value);
    log.pledge(seq);
    connection.confirm(seq, submitter.value === "true");
  } else if (form.elements.rate) {
    const seq = Number(form.elements.rate.value);
    log.rate(seq, Number(submitter.value));
    connection.rate(seq, Number(submitter.value));
    notice(texts.rated);
  } else {
    ask(submitter.value);
  }
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (text.value.trim()) text.form.requestSubmit();
});
text.addEventListener("input", measure);

/** Let the composer grow with its lines, and count when the end is near. */
function measure() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  const left = LIMIT - text.value.length;
  at("left").hidden = left > 200;
  at("left").textContent = left;
  at("left").ariaLabel = texts.left.replace("{count}", left);
  at("left").toggleAttribute("data-low", left < 20);
}

at("messages").addEventListener("click", ({ target }) => {
  if (!target.closest(".retry")) return;
  const { id } = target.closest("[data-id]").dataset;
  log.deliver(id, "waiting");
  connection.retry(id);
  text.focus();
});

at("stop").addEventListener("click", () => {
  connection.send({ type: "stop" });
  text.focus();
});

// A menu that stays open over the conversation is in the way.
const more = document.querySelector(".more");
document.addEventListener("click", ({ target }) => more.contains(target) || more.removeAttribute("open"));
more.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  more.removeAttribute("open");
  more.firstElementChild.focus();
});

// --- where the guest reads -----------------------------------------------------------

/** True until the reader scrolls up; then nothing moves under their eyes, and a pill says that there is more. */
let following = true;

function settle() {
  if (!following) return;
  const questions = at("messages").querySelectorAll("[data-role=guest]");
  const question = questions[questions.length - 1];
  const last = at("messages").lastElementChild;
  if (!last) return;
  // Follow the end, but never push the question out of sight: a long answer is read from its beginning.
  const top = question && question !== last ? question.offsetTop - scroller.offsetTop - 16 : Infinity;
  scroller.scrollTop = Math.min(scroller.scrollHeight, top);
}

function bottomed() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
}

let depth = 0; // how far down the reader was before
let hand = -Infinity; // when the reader last moved the page; layout moves it too, and means nothing by it
for (const motion of ["wheel", "touchmove", "keydown", "pointerdown"]) {
  scroller.addEventListener(motion, ({ target }) => {
    if (motion !== "pointerdown" || target === scroller) hand = performance.now();
  }, { passive: true });
}
scroller.addEventListener("scroll", () => {
  if (bottomed()) {
    following = true;
    at("jump").hidden = true;
  } else if (scroller.scrollTop < depth && performance.now() - hand < 1_000) {
    following = false;
  }
  depth = scroller.scrollTop;
}, { passive: true });
at("jump").addEventListener("click", () => {
  following = true;
  at("jump").hidden = true;
  scroller.scrollTo({ top: scroller.scrollHeight, behavior: "smooth" });
});

// One watcher for everything that changes the room: messages, dots, the composer's lines, the keyboard.
const watcher = new ResizeObserver(settle);
watcher.observe(scroller);
watcher.observe(scroller.firstElementChild);

// iOS lays its keyboard over the page and tells only the visual viewport.
function fit() {
  if (visualViewport.scale > 1.01) return; // a zoomed page is the reader's business
  document.documentElement.style.setProperty("--height", `${visualViewport.height}px`);
  scrollTo(0, 0);
}
if (window.visualViewport && matchMedia("(pointer: coarse)").matches) {
  visualViewport.addEventListener("resize", fit);
  fit();
}

/** `crypto.randomUUID` exists only behind HTTPS; a hotel trying this on its own network has none. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
