import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "@jest/globals";
import { createRegistryClient } from "../src/registry-client.ts";

async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

it("sends the URL's credentials as basic authentication, keeps its path, and escapes subjects", async () => {
  const requests: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    requests.push(request.url, request.headers.authorization);
    response.end("[1,2]");
  });
  const client = createRegistryClient({ url: `http://me:p%40ss@127.0.0.1:${server.port}/apis/ccompat/v7/` });
  expect(client.url).toBe(`http://127.0.0.1:${server.port}/apis/ccompat/v7`);
  expect(await client.versions("a/b c")).toEqual([1, 2]);
  expect(requests).toEqual(["/apis/ccompat/v7/subjects/a%2Fb%20c/versions", `Basic ${btoa("me:p@ss")}`]);
});

it.each(["localhost:8081", "ftp://localhost", "secret", "http://me:secret%zz@localhost"])(
  "refuses the address %s, and does not repeat it",
  (url) => {
    expect(() => createRegistryClient({ url })).toThrow(
      expect.objectContaining({ code: "usage", message: expect.not.stringContaining("secret") }),
    );
  },
);

it("gives up after the time limit", async () => {
  await using server = await serve(() => undefined);
  const client = createRegistryClient({ url: `http://127.0.0.1:${server.port}`, timeoutMs: 50 });
  await expect(client.versions("a")).rejects.toMatchObject({
    code: "registry-unreachable",
    message: expect.stringContaining("no answer within 50 ms"),
  });
});

it.each([
  ["an HTML page", 200, "<html>", "registry-not-a-registry", "not as a schema registry does"],
  ["a page that is not there", 404, "<html>", "registry-not-a-registry", "with HTTP 404"],
  ["a path of another API", 404, '{"error_code":404,"message":"No such path"}', "registry-not-a-registry", "HTTP 404"],
  ["JSON of another kind", 200, '{"hello":1}', "registry-not-a-registry", "not as a schema registry does"],
  ["a redirect", 302, "", "registry-not-a-registry", "with HTTP 302"],
  ["a wrong password", 401, '{"error_code":40101,"message":"Unauthorized"}', "registry-refused", "Give credentials"],
  ["a refusal", 500, '{"error_code":50001,"message":"Store is down"}', "registry-refused", "Store is down (HTTP 500)"],
])("tells %s from a registry's answer", async (_what, status, body, code, message) => {
  await using server = await serve((_request, response) => {
    response.statusCode = status;
    response.setHeader("location", "http://127.0.0.1:1/");
    response.end(body);
  });
  const client = createRegistryClient({ url: `http://127.0.0.1:${server.port}` });
  await expect(client.versions("a")).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

it("takes only the registry's own 404 for an absent subject", async () => {
  await using server = await serve((_request, response) => {
    response.statusCode = 404;
    response.end('{"error_code":40401,"message":"Subject not found."}');
  });
  const client = createRegistryClient({ url: `http://127.0.0.1:${server.port}` });
  expect(await client.versions("a")).toEqual([]);
  expect(await client.find("a", "{}")).toBeNull();
  expect(await client.mode("a")).toBeNull();
  await expect(client.byId(1)).rejects.toMatchObject({ code: "registry-refused" });
});

it.each([
  [{ is_compatible: true }, []],
  [{ is_compatible: false, messages: ["a", "b"] }, ["a", "b"]],
  [{ is_compatible: false, reason: "c" }, ["c"]],
  [{ is_compatible: false }, ["the registry names no reason"]],
])("reads the verdict %j", async (answer, reasons) => {
  await using server = await serve((_request, response) => response.end(JSON.stringify(answer)));
  const client = createRegistryClient({ url: `http://127.0.0.1:${server.port}` });
  expect(await client.incompatibilities("a", "{}")).toEqual(reasons);
});
