// Owns the conversation as the guest sees it: messages by seq, growing answers, days, requests. Knows no connection.

const ICONS = { waiting: "icon-waiting", sent: "icon-sent", failed: "icon-failed" };

export class Log {
  #items = new Map(); // seq -> element
  #growing = new Map(); // seq -> code points so far
  #complete = new Set();
  #base; // everything up to here is complete

  constructor({ list, shapes, texts, kinds, statuses, language }) {
    Object.assign(this, { list, shapes, texts, kinds, statuses });
    // The guest's own variety of the page's language: 14:05 in London, 2:05 PM in Boston.
    const locale = navigator.languages.find((own) => own.split("-")[0] === language) ?? language;
    this.clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
    this.calendar = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
    this.#adopt();
  }

  /** The last message before which nothing is missing or unfinished: what a resume has to start from. */
  get after() {
    let seq = this.#base;
    while (this.#complete.has(seq + 1)) seq += 1;
    return seq;
  }

  /** Whether a number was skipped on the way to this one. A question reserves the number after it for its answer. */
  misses(seq) {
    const last = Math.max(this.#base, ...this.#items.keys());
    return seq > last + (this.#items.get(last)?.dataset.role === "guest" ? 2 : 1);
  }

  get answering() {
    return this.#growing.size > 0;
  }

  has(seq) {
    return this.#complete.has(seq) || seq <= this.#base;
  }

  shows(id) {
    return Boolean(this.list.querySelector(`[data-id="${CSS.escape(id)}"]`));
  }

  /** Show a message that was written here and has no seq yet. */
  queue({ id, text, at }) {
    const item = this.#shape("guest", id);
    this.#body(item).textContent = text;
    this.#time(item, new Date(at || Date.now()).toISOString());
    this.list.append(item);
    this.deliver(id, "waiting");
  }

  /** Mark one's own message as waiting, sent or failed. */
  deliver(id, state) {
    const item = this.list.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (!item) return;
    const mark = item.querySelector(".delivery");
    item.dataset.status = state === "sent" ? "complete" : state;
    mark.setAttribute("aria-label", this.texts[state]);
    mark.firstElementChild.setAttribute("href", `#${ICONS[state]}`);
    if (!item.querySelector(".retry")) return; // written by the server, so it has arrived
    item.querySelector(".state").textContent = state === "failed" ? this.texts.failed : "";
    item.querySelector(".retry").hidden = state !== "failed";
  }

  /** The conversation has ended: what has not left never will. */
  abandon() {
    for (const item of this.list.querySelectorAll('.message[data-status="waiting"]')) this.deliver(item.dataset.id, "failed");
  }

  /** Show a message frame, once; a later frame of the same message completes it. */
  put(frame) {
    if (this.has(frame.seq)) return;
    if (frame.status === "pending") return this.grow(frame.seq, 0, frame.text ?? "");
    const item = this.#item(frame.seq, frame.role, frame.id);
    this.#growing.delete(frame.seq);
    this.#complete.add(frame.seq);
    item.dataset.status = frame.status ?? "complete";
    if (frame.author) item.querySelector(".who").textContent = `${frame.author} · ${this.texts[frame.role]}`;
    this.#write(item, frame);
    if (frame.at) this.#time(item, frame.at);
    this.#furnish(item, frame);
    if (frame.role === "guest" && frame.id) this.deliver(frame.id, "sent");
    this.#separateDays();
  }

  start(seq) {
    if (this.#complete.has(seq)) return;
    this.#growing.set(seq, []);
  }

  /** Write a piece at its place: a resumed answer may begin again before where it was. */
  grow(seq, offset, text) {
    if (this.#complete.has(seq)) return;
    const points = this.#growing.get(seq) ?? [];
    if (offset > points.length) return; // a piece is missing; the finished text mends it
    points.length = offset;
    points.push(...text);
    this.#growing.set(seq, points);
    if (!points.length) return;
    const item = this.#item(seq, "assistant", "");
    item.dataset.status = "pending";
    this.#body(item).textContent = plain(points.join(""));
  }

  /** Mark a proposed request as on its way, until the hotel says what became of it. */
  pledge(seq) {
    const card = this.#items.get(seq)?.querySelector(".request");
    if (!card) return;
    card.dataset.status = "waiting";
    card.querySelector(".request-status").textContent = this.texts.sending;
  }

  /** Give the guest the choice back where a confirmation was refused. */
  unpledge() {
    for (const card of this.list.querySelectorAll('.request[data-status="waiting"]')) card.dataset.status = "proposed";
  }

  /** Nothing is growing any more; what was, stays incomplete until a resume brings it. */
  giveUp() {
    this.#growing.clear();
  }

  /** Complete an answer with what `answer.finished` or a message frame says about it. */
  finish(frame) {
    this.put({ at: new Date().toISOString(), ...frame, role: "assistant", status: frame.status ?? "complete" });
  }

  request({ seq, kind, status, details }) {
    const item = this.#items.get(seq);
    if (!item) return;
    if (!item.querySelector(".request")) this.#body(item).after(this.#part(".request"));
    const card = item.querySelector(".request");
    card.hidden = false;
    card.dataset.status = status;
    card.querySelector(".request-kind").textContent = this.kinds[kind] ?? this.kinds.other;
    if (details !== undefined) card.querySelector(".request-details").textContent = details ?? "";
    if (card.querySelector("[name=confirm]")) card.querySelector("[name=confirm]").value = seq;
    card.querySelector(".request-status").textContent = this.statuses[status] ?? "";
  }

  rate(seq, value) {
    for (const button of this.#items.get(seq)?.querySelectorAll(".rating button") ?? []) {
      button.setAttribute("aria-pressed", String(Number(button.value) === value));
    }
  }

  /** Take over what the server wrote into the page. */
  #adopt() {
    this.#base = Number(this.list.dataset.seq);
    for (const item of this.list.querySelectorAll("[data-seq]")) {
      const seq = Number(item.dataset.seq);
      if (item.dataset.status === "pending") {
        // The resume brings it again, from its beginning.
        this.#base = Math.min(this.#base, seq - 1);
        item.remove();
        continue;
      }
      this.#items.set(seq, item);
      this.#complete.add(seq);
      if (item.dataset.at) this.#time(item, item.dataset.at);
    }
    this.#separateDays();
  }

  #part(selector) {
    return this.shapes.message.content.querySelector(selector).cloneNode(true);
  }

  #shape(role, id) {
    const item = this.shapes.message.content.firstElementChild.cloneNode(true);
    item.dataset.role = role;
    item.dataset.id = id ?? "";
    item.querySelector(".who").textContent = this.texts[role === "guest" ? "you" : role] ?? "";
    const foreign = role === "guest" ? ".by, .request, .sources, .receipt, .rating, .suggestions" : ".delivery, .retry";
    if (role !== "guest" && role !== "assistant") item.querySelector(".by").remove();
    for (const part of item.querySelectorAll(foreign)) part.remove();
    return item;
  }

  /** The message's element at its place: by seq, and before what has no seq yet. */
  #item(seq, role, id) {
    const known = this.#items.get(seq);
    if (known) return known;
    const own = id && this.list.querySelector(`[data-id="${CSS.escape(id)}"]:not([data-seq])`);
    const item = own || this.#shape(role, id);
    item.dataset.seq = seq;
    item.id = `message-${seq}`;
    const next = [...this.list.querySelectorAll(".message")].find(
      (other) => other !== item && (!other.dataset.seq || Number(other.dataset.seq) > seq),
    );
    // Moving an element that already stands right would restart its animation.
    if (!item.isConnected || item.nextElementSibling !== (next ?? null)) this.list.insertBefore(item, next ?? null);
    this.#items.set(seq, item);
    return item;
  }

  #body(item) {
    return item.querySelector(".body");
  }

  #write(item, { html, text }) {
    const body = this.#body(item);
    body.classList.toggle("rich", Boolean(html));
    if (!html) return void (body.textContent = text ?? "");
    // Parsed apart from the page, so nothing in it runs; the server has sanitised it before.
    body.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  }

  #furnish(item, { role, status, sources, receipt, suggestions, request, seq }) {
    if (role === "guest") return;
    item.querySelector(".rating").hidden = role !== "assistant" || status === "passed_on";
    item.querySelector(".rating [name=rate]").value = seq;
    item.querySelector(".state").textContent = status === "stopped" ? this.texts.stopped : "";
    const list = item.querySelector(".sources");
    // A long list of dishes has as many sources, and says itself what they are.
    const named = (sources ?? []).filter((source) => source.label);
    for (const source of named.slice(0, 3)) list.append(element("li", "source", source.label));
    if (named.length > 3) list.append(element("li", "source-more", "…"));
    list.hidden = !named.length;
    const link = item.querySelector(".receipt");
    link.hidden = !sources?.length || !receipt?.startsWith("/"); // an address of this very site, or none
    if (!link.hidden) link.href = receipt;
    chips(item.querySelector(".suggestions"), suggestions ?? []);
    if (request) this.request({ seq, ...request });
    // Every message starts with every part; what this one does not need would only weigh on a long conversation.
    for (const part of item.querySelectorAll("[hidden]")) part.remove();
  }

  #time(item, at) {
    item.dataset.at = at;
    const time = item.querySelector("time");
    time.dateTime = at;
    time.textContent = this.clock.format(new Date(at));
  }

  /** A line between days; none above a conversation that began today. */
  #separateDays() {
    let before = new Date().toDateString();
    const yesterday = new Date(Date.now() - 86_400_000).toDateString();
    for (const item of this.list.querySelectorAll(".message[data-at]:not([data-at=''])")) {
      const date = new Date(item.dataset.at);
      const day = date.toDateString();
      const line = item.previousElementSibling?.matches(".day") ? item.previousElementSibling : null;
      if (day === before) line?.remove();
      else if (line?.dataset.day !== day) {
        line?.remove();
        const separator = this.shapes.day.content.firstElementChild.cloneNode(true);
        separator.dataset.day = day;
        const today = day === new Date().toDateString();
        const name = today ? this.texts.today : day === yesterday ? this.texts.yesterday : this.calendar.format(date);
        separator.querySelector("time").textContent = name;
        item.before(separator);
      }
      before = day;
    }
  }
}

/** An answer's Markdown as it is read: while it grows, and aloud. Its end comes as HTML. */
export function plain(markdown) {
  return markdown.replaceAll("**", "").replace(/^[-*] /gm, "• ");
}

/** Fill a row of suggestions; each is a submit button, as the server writes them. */
export function chips(form, suggestions) {
  for (const chip of form.querySelectorAll(".chip")) chip.remove();
  for (const suggestion of suggestions) {
    const chip = element("button", "chip", suggestion);
    chip.name = "text";
    chip.value = suggestion;
    form.append(chip);
  }
  form.hidden = !suggestions.length;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
