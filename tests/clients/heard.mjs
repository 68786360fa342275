// What a subscription or a connection has said so far, so that a test can wait for what it expects.

export class Heard {
  #values = [];
  #waiting = [];

  push(value) {
    this.#values.push(value);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The first value that holds, once there is one. */
  async until(what, holds, seconds = 15) {
    return (await this.many(what, 1, holds, seconds))[0];
  }

  /** The values that hold, once there are so many. */
  async many(what, count, holds, seconds) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = this.#values.filter(holds);
      if (found.length >= count) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`never heard ${what}, but ${JSON.stringify(this.#values)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => (clearTimeout(timer), resolve()));
      });
    }
  }
}
