// Owns the way to the hotel: the socket, its recovery, and the plain requests that stand in for it.
// Touches nothing on the page: it hands over frames and says how the line is.

const OPEN_WITHIN = 4_000;
const REACT_WITHIN = 5_000; // to an ask or a ping; any frame counts
const RESUME_WITHIN = 15_000; // what was never answered is answered first
const PING_EVERY = 20_000;
const PING_WHILE_ANSWERING = 3_000;
// After a phone wakes up, a socket that looks open is often dead: do not give it long.
const PONG_ON_WAKING_WITHIN = 3_000;
const BACKOFF_FIRST = 500;
const BACKOFF_LIMIT = 4_000; // a restart takes seconds, and refused attempts cost a server next to nothing
// So many handshakes refused in a row mean that the network lets no socket through: do not wait any longer.
const ENOUGH_REFUSED = 2;
const POLL_EVERY = 3_000;
const REQUEST_WITHIN = 15_000;
const MOST_REFUSALS = 4;

/** `line` is told "open", "lost", "polling" or "closed"; `frame` every frame; `after` gives the last message that is
 * complete here; `moved` is called where this browser has another conversation by now. */
export class Connection {
  #socket = null;
  #state = "";
  #failures = 0; // attempts in a row that did not open a socket
  #standIn = 0; // the timer that starts polling
  #deadline = 0;
  #retry = 0;
  #ping = 0;
  #resuming = false;
  #answering = false;
  #inFlight = ""; // the id of the one question that waits for its acknowledgement: one at a time keeps their order
  #quietUntil = 0; // the hotel has said not before
  #refusals = new Map();
  #wishes = new Map(); // what was tapped and is not known to have arrived: "confirm 12" -> frame
  #polling = false;
  #nudge = () => {};

  constructor({ conversation, socketUrl, messagesUrl, outbox, after, frame, line, moved }) {
    Object.assign(this, { conversation, socketUrl, messagesUrl, outbox, after, frame, line, moved });
    // Mobile browsers close sockets when a phone locks, "cleanly" with 1000 or without a word.
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    addEventListener("online", () => this.wake());
    addEventListener("pageshow", (event) => event.persisted && this.wake());
    addEventListener("offline", () => this.#fail());
    navigator.connection?.addEventListener?.("change", () => this.wake()); // from the Wi-Fi to the mobile network
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

  /** Send what waits in the outbox, oldest first. */
  flush() {
    if (this.#polling) return this.#nudge();
    const next = this.#next();
    if (!next || !this.send({ type: "ask", id: next.id, text: next.text })) return;
    this.#inFlight = next.id;
    this.#expect(REACT_WITHIN);
  }

  retry(id) {
    this.outbox.renew(id);
    this.#refusals.delete(id);
    this.wake();
    this.flush();
  }

  /** Take up or drop a proposed request. Repeated until the hotel has it: doing it twice changes nothing. */
  confirm(seq, accept) {
    this.#wish({ type: "confirm", seq, accept });
  }

  rate(seq, value) {
    this.#wish({ type: "rate", seq, value });
  }

  resume() {
    if (!this.send({ type: "resume", after: this.after() })) return;
    this.#resuming = true;
    this.#expect(RESUME_WITHIN);
  }

  /** The phone was unlocked, the network is back, or the guest does not want to wait. */
  wake() {
    if (this.#state === "closed") return;
    this.#failures = 0;
    if (this.#resuming) this.#expect(REACT_WITHIN);
    else if (this.open) this.#knock(PONG_ON_WAKING_WITHIN);
    else if (this.#socket?.readyState !== WebSocket.CONNECTING) this.#connect();
    this.#nudge();
  }

  // --- the socket ------------------------------------------------------------------

  #connect() {
    this.#drop();
    this.#standIn ||= setTimeout(() => this.#poll(), OPEN_WITHIN);
    this.#expect(OPEN_WITHIN);
    const socket = new WebSocket(this.socketUrl);
    socket.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      this.#live(frame);
      this.#receive(frame);
    };
    socket.onclose = () => this.#fail(); // whatever its code: 1000 is what a locked phone says
    this.#socket = socket;
  }

  /** Forget the socket without waiting for its goodbye, which a dead network delays by minutes. */
  #drop() {
    for (const timer of [this.#deadline, this.#retry]) clearTimeout(timer);
    clearTimeout(this.#ping);
    this.#inFlight = "";
    this.#resuming = false;
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
    if (++this.#failures > ENOUGH_REFUSED) this.#poll();
    this.#retry = setTimeout(() => this.#connect(), backoff(this.#failures));
  }

  #expect(within) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#fail(), within);
  }

  /** Any frame is a sign of life. Silence is looked into sooner while an answer is expected. */
  #live({ type, role }) {
    clearTimeout(this.#deadline);
    clearTimeout(this.#ping);
    if (type !== "pong") this.#answering = role === "guest" || type === "answer.started" || type === "answer.delta";
    this.#ping = setTimeout(() => this.#knock(REACT_WITHIN), this.#answering ? PING_WHILE_ANSWERING : PING_EVERY);
  }

  #knock(within) {
    // A resume is waited for already, and what is sent after it is read after it.
    if (!this.#resuming && this.send({ type: "ping" })) this.#expect(within);
  }

  #say(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.line(state);
  }

  #receive(frame) {
    if (this.#state === "closed") return;
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "message" && frame.role === "guest") this.#acknowledged(frame.id);
    if (frame.type === "error") this.#refused(frame);
    if (frame.type === "request" && frame.status !== "proposed") this.#wishes.delete(`confirm ${frame.seq}`);
    if (frame.type === "pong") this.#arrived(frame);
    this.frame(frame);
    // Not before: what was acknowledged while the line was down has left the outbox by now.
    if (frame.type === "resumed") this.#catchUp();
  }

  #welcome(frame) {
    if (frame.conversation !== this.conversation) return this.#leave();
    clearTimeout(this.#standIn);
    this.#standIn = 0;
    this.#failures = 0;
    this.#polling = false;
    this.#nudge();
    this.#say("open");
    this.frame(frame);
    this.resume();
  }

  #catchUp() {
    this.#resuming = false;
    for (const wish of this.#wishes.values()) this.#send(wish);
    this.flush();
  }

  #next() {
    return this.#inFlight || Date.now() < this.#quietUntil ? undefined : this.outbox.next;
  }

  #acknowledged(id) {
    this.outbox.remove(id);
    this.#refusals.delete(id);
    if (this.#inFlight !== id) return;
    this.#inFlight = "";
    this.flush();
  }

  /** Try again by itself where the hotel says when, a few times; else it is the guest's turn. */
  #refused(frame) {
    const { code, id, retry_after_s: seconds } = frame;
    if (code === "closed") return this.#close();
    if (!id) return this.#troubled(frame);
    const refusals = (this.#refusals.get(id) ?? 0) + 1;
    this.#refusals.set(id, refusals);
    frame.again = seconds > 0 && refusals <= MOST_REFUSALS;
    if (frame.again) this.#quietUntil = Date.now() + seconds * 1_000;
    else this.outbox.hold(id);
    if (this.#inFlight === id) this.#inFlight = "";
    setTimeout(() => this.flush(), frame.again ? seconds * 1_000 + 50 : 0);
  }

  /** Something failed that is no question's acknowledgement; what it was shows when the log is read again. */
  #troubled({ code, retry_after_s: seconds }) {
    if (code === "bad_frame") return this.#wishes.clear();
    setTimeout(() => this.resume(), (seconds ?? 3) * 1_000);
  }

  #close() {
    this.#drop();
    this.#polling = false;
    clearTimeout(this.#standIn);
    this.outbox.clear();
    this.#say("closed");
  }

  /** Another code was scanned in another tab: nothing written for the one place may arrive at the other. */
  #leave() {
    this.#close();
    this.moved();
  }

  // --- what is tapped: sent until it is known to have arrived ------------------------

  #wish(frame) {
    this.#wishes.set(`${frame.type} ${frame.seq}`, frame);
    this.#send(frame);
    this.#nudge();
  }

  /** A rating is not acknowledged, but frames are read in order: the pong after it tells that it has arrived. */
  #send(wish) {
    if (!this.send(wish)) return;
    if (wish.type === "rate") wish.sent = this.#socket;
    this.#knock(REACT_WITHIN);
  }

  #arrived({ seq }) {
    for (const [key, wish] of this.#wishes) if (wish.sent === this.#socket) this.#wishes.delete(key);
    // The pong tells how far the log is written, so a nudge that got lost is noticed.
    if (seq > this.after() && !this.#inFlight) this.resume();
  }

  // --- some hotel networks block WebSockets: plain requests do the same, a little slower ---

  async #poll() {
    if (this.#polling || this.open || this.#state === "closed") return;
    this.#polling = true;
    let failures = 0;
    let reached = false;
    while (this.#polling) {
      try {
        await this.#post();
        await this.#request(`${this.messagesUrl}?after=${this.after()}&conversation=${this.conversation}`);
        failures = 0;
        if (!reached && this.#polling) this.#hurry();
        reached = true;
        if (this.#polling) this.#say("polling");
      } catch {
        failures += 1;
        if (this.#polling) this.#say("lost");
      }
      if (this.#polling) await this.#pause(failures ? backoff(failures) : POLL_EVERY * (0.8 + 0.4 * Math.random()));
    }
  }

  /** The hotel can be reached again: perhaps by a socket, too. Where not, the next attempts come ever later. */
  #hurry() {
    if (this.#socket) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), Math.random() * 2_000);
  }

  /** Wait, or less if something is to be done. A page that nobody sees asks for nothing. */
  #pause(length) {
    return new Promise((resolve) => {
      const timer = document.hidden && !this.outbox.next ? 0 : setTimeout(resolve, length);
      this.#nudge = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #post() {
    for (const wish of [...this.#wishes.values()]) {
      const { type, seq, accept, value } = wish;
      await this.#request(this.messagesUrl, type === "rate" ? { rate: seq, value } : { confirm: seq, accept });
      if (this.#wishes.get(`${type} ${seq}`) === wish) this.#wishes.delete(`${type} ${seq}`);
    }
    for (let next; this.#polling && (next = this.#next()); ) {
      this.#inFlight = next.id;
      try {
        await this.#request(this.messagesUrl, { id: next.id, text: next.text }, next.id);
      } finally {
        if (this.#inFlight === next.id) this.#inFlight = "";
      }
      if (this.#next()?.id === next.id) throw new Error("Whoever answered does not know this message.");
    }
  }

  async #request(url, fields = null, id = null) {
    const response = await fetch(url, {
      ...(fields && {
        method: "POST",
        body: new URLSearchParams({ ...fields, conversation: this.conversation }),
      }),
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(REQUEST_WITHIN),
    });
    // Only the hotel's own word counts: a Wi-Fi's login page answers for everyone, and not in JSON.
    const answer = await response.json();
    if (answer.conversation && answer.conversation !== this.conversation) return this.#leave();
    if (response.ok) {
      for (const frame of answer.messages ?? [answer]) this.#receive(frame);
    } else if (answer.type === "error" && (id || answer.code === "closed" || answer.code === "bad_frame")) {
      this.#receive({ ...answer, id });
    } else {
      throw new Error(`HTTP ${response.status}`);
    }
  }
}

/** Full jitter: after a restart a thousand phones come back spread out, not at once. */
function backoff(failures) {
  return Math.random() * Math.min(BACKOFF_LIMIT, BACKOFF_FIRST * 2 ** (failures - 1));
}
