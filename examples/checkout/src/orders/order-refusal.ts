/** An order that the shop does not take: well formed, but it names what there is not. The API answers 422. */
export class OrderRefusal extends Error {
  override readonly name = "OrderRefusal";
  /** What is wrong with the order, a sentence each. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}
