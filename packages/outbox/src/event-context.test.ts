import { expect, it } from "@jest/globals";
import { currentContext, runInContext } from "./event-context.ts";

it("is empty at first, and a copy of what was given", () => {
  expect(currentContext()).toEqual({});
  const given = { correlationId: "c" };
  runInContext(given, () => {
    given.correlationId = "changed";
    expect(currentContext()).toEqual({ correlationId: "c" });
  });
});

it("nests: absent keeps, null clears", () => {
  runInContext({ correlationId: "c", causationId: "e1", source: "/a" }, () => {
    runInContext({ causationId: "e2", source: null }, () => {
      expect(currentContext()).toEqual({ correlationId: "c", causationId: "e2", source: null });
    });
    expect(currentContext()).toEqual({ correlationId: "c", causationId: "e1", source: "/a" });
  });
});

it("takes undefined for absent", () => {
  const untyped = { correlationId: undefined } as unknown as { correlationId: string };
  runInContext({ correlationId: "c" }, () =>
    runInContext(untyped, () => expect(currentContext()).toEqual({ correlationId: "c" })),
  );
});

it("returns what the function returns, and throws what it throws", async () => {
  expect(runInContext({}, () => 5)).toBe(5);
  expect(() =>
    runInContext({}, () => {
      throw new RangeError("own");
    }),
  ).toThrow(RangeError);
  await expect(runInContext({}, () => Promise.reject(new Error("later")))).rejects.toThrow("later");
});

it("is shared by every copy of the package in the process", () => {
  const storage = Reflect.get(globalThis, Symbol.for("@waybill/outbox/event-context")) as {
    getStore(): unknown;
  };
  runInContext({ correlationId: "c" }, () => expect(storage.getStore()).toEqual({ correlationId: "c" }));
});
