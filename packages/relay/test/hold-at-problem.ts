import type { EventProblems, ProblemVerdict } from "../src/publishing/event-problems.ts";

/** Nothing passes an event that cannot be published, and nothing is put aside. */
export class HoldAtProblem implements EventProblems {
  readonly wantsLanes = false;

  async onClaimed(): Promise<void> {}
  onReleased(): void {}
  setAside(): boolean {
    return false;
  }
  onRow(): ProblemVerdict {
    return "hold";
  }
  async store(): Promise<void> {}
  async onSend(): Promise<ProblemVerdict> {
    return "hold";
  }
  async useLanes(): Promise<void> {}
}
