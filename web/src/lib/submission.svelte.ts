import { Problem } from "$api";

/** What a person sends: it is on its way, done, or refused for a reason. */
export class Submission {
  busy = $state(false);
  done = $state(false);
  problem = $state.raw<Problem>();

  /** Send once at a time; whether it succeeded. */
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
