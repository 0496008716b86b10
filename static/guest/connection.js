// Owns the way to the hotel: the socket, its recovery, the polling that stands in for it, and what is not sent yet.
// Touches nothing on the page: it hands over frames and says how the line is.

const OPEN_WITHIN = 5_000;
const POLL_EVERY = 3_000;
const PING_EVERY = 25_000;
const PONG_WITHIN = 10_000;
// After a phone wakes up, a socket that looks open is often dead: do not give it ten seconds.
const PONG_ON_WAKING_WITHIN = 3_000;
const BACKOFF_FIRST = 500;
const BACKOFF_LIMIT = 20_000;
// A question that could not be sent for half an hour goes out only when the guest says so again.
const FRESH_FOR = 30 * 60_000;

const MOST_REFUSALS = 4;

/** Messages written and not yet acknowledged, in order. They survive a reload and are forgotten at the acknowledgement. */
export class Outbox {
  constructor(conversation) {
    this.key = `guestchat.outbox.${conversation}`;
    this.items = [];
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      if (Array.isArray(kept)) this.items = kept.filter((item) => item?.id && item?.text);
    } catch {
      // Private windows may refuse storage; then the outbox lives as long as the page.
    }
  }

  put(item) {
    this.items.push(item);
    this.#keep();
  }

  remove(id) {
    this.items = this.items.filter((item) => item.id !== id);
    this.#keep();
  }

  /** Keep the message, but send it only after `renew`. */
  hold(id) {
    this.#date(id, 0);
  }

  renew(id) {
    this.#date(id, Date.now());
  }

  clear() {
    this.items = [];
    this.#keep();
  }

  get due() {
    return this.items.filter((item) => Date.now() - item.at < FRESH_FOR);
  }

  has(id) {
    return this.items.some((item) => item.id === id);
  }

  #date(id, at) {
    for (const item of this.items) if (item.id === id) item.at = at;
    this.#keep();
  }

  #keep() {
    try {
      if (this.items.length) localStorage.setItem(this.key, JSON.stringify(this.items));
      else localStorage.removeItem(this.key);
    } catch {
      // As above.
    }
  }
}

/** `line` is told "open", "lost", "polling" or "closed"; `frame` every frame; `after` gives the last message that is complete here. */
export class Connection {
  #socket = null;
  #state = "";
  #failures = 0;
  #inFlight = new Set();
  #refusals = new Map();
  #deadline = 0;
  #retry = 0;
  #ping = 0;
  #standIn = 0;
  #polling = false;
  #nudge = () => {};

  constructor({ socketUrl, messagesUrl, outbox, after, frame, line }) {
    Object.assign(this, { socketUrl, messagesUrl, outbox, after, frame, line });
    // Mobile browsers close sockets when a phone locks, "cleanly" with 1000 or without a word.
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    addEventListener("online", () => this.wake());
    addEventListener("pageshow", (event) => event.persisted && this.wake());
    addEventListener("offline", () => this.#fail());
    this.#connect();
  }

  get open() {
    return this.#state === "open";
  }

  /** Send a frame if there is a socket; say whether there was. */
  send(frame) {
    if (!this.open || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  ask(id, text) {
    this.outbox.put({ id, text, at: Date.now() });
    this.#flush();
  }

  /** Take up or drop a proposed request, with or without a socket. */
  confirm(seq, accept) {
    if (this.send({ type: "confirm", seq, accept })) return;
    const body = new URLSearchParams({ confirm: seq, accept });
    this.#request(this.messagesUrl, { method: "POST", body }).catch(() =>
      this.frame({ type: "error", code: "unavailable", id: null }),
    );
  }

  retry(id) {
    this.outbox.renew(id);
    this.#refusals.delete(id);
    this.#inFlight.delete(id);
    this.wake();
    this.#flush();
  }

  resume() {
    this.send({ type: "resume", after: this.after() });
  }

  /** The phone was unlocked, the network is back, or the guest does not want to wait. */
  wake() {
    if (this.#state === "closed") return;
    this.#failures = 0;
    if (this.open) this.#knock(PONG_ON_WAKING_WITHIN);
    else if (this.#socket?.readyState !== WebSocket.CONNECTING) this.#connect();
    this.#nudge();
  }

  #connect() {
    this.#drop();
    this.#standIn ||= setTimeout(() => this.#poll(), OPEN_WITHIN);
    this.#expect(OPEN_WITHIN);
    const socket = new WebSocket(this.socketUrl);
    socket.onmessage = (event) => {
      clearTimeout(this.#deadline); // any frame is a sign of life
      this.#receive(JSON.parse(event.data));
    };
    socket.onclose = () => this.#fail();
    this.#socket = socket;
  }

  /** Forget the socket without waiting for its goodbye, which a dead network delays by minutes. */
  #drop() {
    for (const timer of [this.#deadline, this.#retry]) clearTimeout(timer);
    clearInterval(this.#ping);
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #fail() {
    if (this.#state === "closed") return;
    this.#drop();
    if (!this.#polling) this.#say("lost");
    this.#standIn ||= setTimeout(() => this.#poll(), OPEN_WITHIN);
    // Full jitter: after a restart a thousand phones come back spread out, not at once.
    const limit = Math.min(BACKOFF_LIMIT, BACKOFF_FIRST * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.#connect(), Math.random() * limit);
  }

  #expect(within) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#fail(), within);
  }

  #knock(within) {
    if (this.send({ type: "ping" })) this.#expect(within);
  }

  #say(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.line(state);
  }

  #receive(frame) {
    if (frame.type === "welcome") this.#welcome();
    if (frame.type === "message" && frame.role === "guest") this.outbox.remove(frame.id);
    if (frame.type === "error") this.#refused(frame);
    this.frame(frame);
    // Not before: what was acknowledged while the line was down has left the outbox by now.
    if (frame.type === "resumed") this.#flush();
  }

  #welcome() {
    clearTimeout(this.#standIn);
    this.#standIn = 0;
    this.#failures = 0;
    this.#polling = false;
    this.#nudge();
    this.#inFlight.clear();
    this.#ping = setInterval(() => this.#knock(PONG_WITHIN), PING_EVERY);
    this.#say("open");
    this.resume();
  }

  #flush() {
    if (this.#polling) return this.#nudge();
    for (const { id, text } of this.outbox.due) {
      if (!this.#inFlight.has(id) && this.send({ type: "ask", id, text })) this.#inFlight.add(id);
    }
  }

  /** Try again by itself where the hotel says when, a few times; else it is the guest's turn. */
  #refused(frame) {
    const { code, id, retry_after_s: seconds } = frame;
    if (code === "closed") return this.#close();
    if (!id) return;
    const refusals = (this.#refusals.get(id) ?? 0) + 1;
    this.#refusals.set(id, refusals);
    frame.again = seconds > 0 && refusals <= MOST_REFUSALS;
    if (!frame.again) return this.outbox.hold(id);
    setTimeout(() => {
      this.#inFlight.delete(id);
      this.#flush();
    }, seconds * 1_000);
  }

  #close() {
    this.#drop();
    this.#polling = false;
    clearTimeout(this.#standIn);
    this.outbox.clear();
    this.#say("closed");
  }

  // --- some hotel networks block WebSockets: plain requests do the same, a little slower ---

  async #poll() {
    if (this.#polling || this.open) return;
    this.#polling = true;
    while (this.#polling) {
      try {
        for (const { id, text } of this.outbox.due) await this.#post(id, text);
        await this.#request(`${this.messagesUrl}?after=${this.after()}`);
        if (this.#polling) this.#say("polling");
      } catch {
        if (this.#polling) this.#say("lost");
      }
      if (this.#polling) await this.#pause(POLL_EVERY);
    }
  }

  /** Wait, or less if something is to be done. */
  #pause(length) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, length);
      this.#nudge = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #post(id, text) {
    if (this.#inFlight.has(id)) return;
    this.#inFlight.add(id);
    try {
      await this.#request(this.messagesUrl, { method: "POST", body: new URLSearchParams({ id, text }) }, id);
    } catch (error) {
      this.#inFlight.delete(id);
      throw error;
    }
  }

  async #request(url, options = {}, id = null) {
    const response = await fetch(url, {
      ...options,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(POLL_EVERY * 10),
    });
    // Only the hotel's own word counts: a Wi-Fi's login page answers for everyone, and not in JSON.
    const answer = await response.json();
    if (response.ok) {
      for (const frame of answer.messages ?? [answer]) this.#receive(frame);
    } else if (id || answer.code === "closed") {
      this.#receive({ code: "unavailable", ...answer, type: "error", id });
    } else {
      throw new Error(`HTTP ${response.status}`);
    }
  }
}
