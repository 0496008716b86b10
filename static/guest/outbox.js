// Owns what the guest wrote and the hotel has not acknowledged: kept on this device, in order, shared by its tabs.
// An entry is forgotten at the acknowledgement, and all of them when the conversation is another one or has ended.

const FOLDER = "guestchat.outbox.";
// A question that could not be sent for half an hour goes out only when the guest says so again.
const FRESH_FOR = 30 * 60_000;

export class Outbox {
  #items = new Map(); // id -> { id, text, at, renewed, held }

  /** `added` is told of a message that another tab has written. */
  constructor(conversation, added) {
    this.folder = `${FOLDER}${conversation}.`;
    for (const key of this.#keys()) {
      if (!key.startsWith(this.folder)) attempt(() => localStorage.removeItem(key));
      else this.#take(attempt(() => localStorage.getItem(key)));
    }
    addEventListener("storage", ({ key, newValue }) => {
      if (!key?.startsWith(this.folder)) return;
      const id = key.slice(this.folder.length);
      // Who removed it had its acknowledgement; the message itself comes by the log.
      if (newValue === null) return void this.#items.delete(id);
      const isNew = !this.has(id);
      this.#take(newValue);
      if (isNew && this.has(id)) added(this.#items.get(id));
    });
  }

  /** All entries, oldest first. */
  get items() {
    return [...this.#items.values()].sort((one, other) => one.at - other.at);
  }

  /** The message that has to be sent now. */
  get next() {
    return this.items.find((item) => this.isDue(item.id));
  }

  has(id) {
    return this.#items.has(id);
  }

  /** Whether a message goes out by itself. */
  isDue(id) {
    const item = this.#items.get(id);
    return Boolean(item) && !item.held && Date.now() - (item.renewed ?? item.at) < FRESH_FOR;
  }

  put(id, text) {
    // Two messages of one millisecond keep their order.
    const at = Math.max(Date.now(), 1 + Math.max(0, ...this.items.map((item) => item.at)));
    this.#write({ id, text, at });
    return this.#items.get(id);
  }

  /** Keep a message, but send it only after `renew`. */
  hold(id) {
    if (this.has(id)) this.#write({ ...this.#items.get(id), held: true });
  }

  renew(id) {
    if (this.has(id)) this.#write({ ...this.#items.get(id), held: false, renewed: Date.now() });
  }

  remove(id) {
    this.#items.delete(id);
    attempt(() => localStorage.removeItem(this.folder + id));
  }

  clear() {
    for (const id of [...this.#items.keys()]) this.remove(id);
  }

  #write(item) {
    this.#items.set(item.id, item);
    attempt(() => localStorage.setItem(this.folder + item.id, JSON.stringify(item)));
  }

  #take(written) {
    const item = attempt(() => JSON.parse(written));
    if (item?.id && item.text && item.at) this.#items.set(item.id, item);
  }

  #keys() {
    return (attempt(() => Object.keys(localStorage)) ?? []).filter((key) => key.startsWith(FOLDER));
  }
}

/** Private windows may refuse storage, and it may be full; then the outbox lives as long as the page. */
function attempt(deed) {
  try {
    return deed();
  } catch {
    return null;
  }
}
