import { Problem } from "$api";

/** Something a person sends: in progress, done, or refused. */
export class Submission {
  busy = $state(false);
  done = $state(false);
  problem = $state.raw<Problem>();

  /** Send, unless a request is in progress; return whether it succeeded. */
  async run(send: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.done = false;
    this.problem = undefined;
    try {
      await send();
      this.done = true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    } finally {
      this.busy = false;
    }
    return this.done;
  }
}
