import { afterEach, expect, it, jest } from "@jest/globals";
import { clientCredentialsToken } from "./oauth-token.ts";

const credentials = { url: "https://id/token", clientId: "c", clientSecret: "s3cret", scope: null, timeoutMs: 1_000 };

afterEach(() => {
  jest.restoreAllMocks();
});

it("asks once for all who want a token, and again when four fifths of its life are over", async () => {
  let now = 0;
  const answer = () => Response.json({ access_token: `token at ${now}`, expires_in: 100 });
  const fetched = jest.spyOn(globalThis, "fetch").mockImplementation(async () => answer());
  const token = clientCredentialsToken({ ...credentials, now: () => now });
  expect(await Promise.all([token(), token()])).toEqual(["token at 0", "token at 0"]);
  now = 79_999;
  expect(await token()).toBe("token at 0");
  expect(fetched).toHaveBeenCalledTimes(1);
  now = 80_000;
  expect(await token()).toBe("token at 80000");
});

it("says what the endpoint answered, without the secret, and asks again", async () => {
  const refusal = Response.json({ error: "invalid_client" }, { status: 401 });
  jest
    .spyOn(globalThis, "fetch")
    .mockResolvedValueOnce(refusal)
    .mockResolvedValueOnce(Response.json({ access_token: "t" }));
  const token = clientCredentialsToken({ ...credentials, now: () => 0 });
  await expect(token()).rejects.toThrow("the token endpoint grants nothing: HTTP 401, invalid_client");
  expect(await token()).toBe("t");
});
