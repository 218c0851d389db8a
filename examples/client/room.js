import { Emitter } from "./emitter.js";
import { HistoryReader } from "./history.js";

/** A room as the application sees it; index.d.ts documents it. */
export class AtriumRoom extends Emitter {
  #membership;

  constructor(membership) {
    super();
    this.#membership = membership;
  }

  get name() {
    return this.#membership.name;
  }

  get isJoined() {
    return this.#membership.isJoined;
  }

  get isByServer() {
    return this.#membership.isByServer;
  }

  get position() {
    return this.#membership.position;
  }

  get present() {
    return this.#membership.presence.number;
  }

  get users() {
    return this.#membership.presence.users;
  }

  whenJoined() {
    return this.#membership.whenJoined();
  }

  publish(data, options = {}) {
    return this.#membership.publish(data, options);
  }

  history({ since, limit, reverse } = {}) {
    return this.#membership.request("history", { since, limit, reverse });
  }

  older(range = {}) {
    const { after = null, upTo = this.position, limit } = range;
    return new HistoryReader(this, { after, upTo, limit });
  }

  presence({ limit } = {}) {
    return this.#membership.request("presence", { limit });
  }

  leave() {
    return this.#membership.leave();
  }
}
